"""Hypothesis strategies for property tests of the engine: random workflows as plans, and what people try.

They cover states with decisions, rounds and deadlines; transitions with roles, conditions and required facts; quorums,
four eyes and the three meanings of a rejection; children for each entry of a list, a role from a look-up table, answers
that are sent back. Decisions and `when_true` only lead forward, so that automatic steps never run in circles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests.workflow.workflow_plans import (
    EVERYBODY,
    OWNERS,
    ROLES,
    TEAMS,
    DeadlinePlan,
    Plan,
    RoundPlan,
    StatePlan,
    StepPlan,
    TransitionPlan,
)

AMOUNTS = st.integers(0, 9)
MAYBE_OVER = st.one_of(st.none(), AMOUNTS)
_ASKED = ("finance", "board", "chief", "requester", "drafter", "reviewer", "adviser")


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, int]:
    role = draw(st.sampled_from(_ASKED))
    return role, draw(st.integers(0, len(TEAMS[role])))


_EXPIRES: dict[str, st.SearchStrategy[int | None]] = {
    "approval": st.none(),
    "signature": st.one_of(st.none(), st.integers(1, 9)),
    "acknowledgement": st.integers(1, 9),
}


@st.composite
def rounds(draw: st.DrawFn) -> RoundPlan:
    kind = draw(st.sampled_from(("approval", "approval", "signature", "acknowledgement")))
    steps = []
    for i in range(draw(st.integers(1, 3))):
        over = draw(MAYBE_OVER) if i > 0 and kind != "signature" else None  # somebody is always asked
        steps.append(StepPlan(tuple(draw(st.lists(entries(), min_size=1, max_size=2))), over))
    return RoundPlan(
        kind=kind,  # type: ignore[arg-type]
        steps=tuple(steps),
        rejection=draw(st.sampled_from(("counts", "counts", "returns_one_step", "stops")))
        if kind == "approval"
        else "stops",
        four_eyes=kind != "acknowledgement" and draw(st.booleans()),
        start_again=kind == "signature" or draw(st.booleans()),  # a signature is never kept
        expires=draw(_EXPIRES[kind]),
    )


@st.composite
def long_rounds(draw: st.DrawFn) -> Plan:
    """One approval of three or four steps, in a workflow that does nothing else."""
    approvers = draw(st.lists(st.sampled_from(_ASKED), min_size=3, max_size=4))
    steps = tuple(StepPlan(((role, 1),), draw(MAYBE_OVER) if i else None) for i, role in enumerate(approvers))
    rule = RoundPlan("approval", steps, draw(st.sampled_from(("returns_one_step", "returns_one_step", "counts"))))
    go = TransitionPlan("go", ("s0",), "s1", ("drafter",), asks=True)
    end = TransitionPlan("end", ("s0", "s1"), "s2", ("requester",))
    middle = StatePlan("s1", round="r0", good="s2", bad="s0")
    return Plan((StatePlan("s0"), middle, StatePlan("s2", ends=True)), (go, end), {"r0": rule})


@st.composite
def corrections(draw: st.DrawFn) -> Plan:
    """Children for each entry, and answers that are sent back, in a workflow that does nothing else."""
    done = draw(st.sampled_from((None, "s3", "s4")))
    advised = draw(st.sampled_from(("adviser", "drafter")))
    names = ("s0", "s1", "s2", "s3")
    states = (StatePlan("s0"), StatePlan("s1", finished=done), StatePlan("s2"), StatePlan("s3"))
    back = TransitionPlan("back", ("s1", "s3"), "s2", (advised, "finance"), reopens=True, opens=draw(st.booleans()))
    on = TransitionPlan("on", ("s1", "s2"), "s3", ("drafter",))
    go = TransitionPlan("go", names, "s1", ("drafter",), asks=True, opens=draw(st.booleans()))
    end = TransitionPlan("end", names, "s4", ("requester",))
    return Plan((*states, StatePlan("s4", ends=True)), (go, back, on, end))


@st.composite
def states(draw: st.DrawFn, index: int, names: list[str], rules: list[str]) -> StatePlan:
    shape = draw(st.sampled_from(("round", "rest", "decide", "round") if index else ("rest",)))
    anywhere = st.sampled_from(names[:-1])
    if shape == "decide":
        forward = st.sampled_from(names[index + 1 :])
        lines = draw(st.lists(st.tuples(AMOUNTS, forward), min_size=1, max_size=2))
        return StatePlan(names[index], decide=tuple(lines), otherwise=draw(forward))
    every = st.sampled_from((None, None, 1, 3))
    deadline = st.builds(DeadlinePlan, st.integers(1, 9), MAYBE_OVER, st.one_of(st.none(), anywhere), every)
    deadlines: dict[str, Any] = {"deadlines": tuple(draw(st.lists(deadline, max_size=2)))}
    if index and draw(st.sampled_from((False, False, True))):
        deadlines["tests"] = (draw(st.tuples(AMOUNTS, st.sampled_from(names[index + 1 :]))),)
    if index and draw(st.sampled_from((False, False, True))):
        deadlines["finished"] = draw(st.sampled_from(names[index + 1 :]))
    if shape == "round":
        rule = draw(st.sampled_from(rules))
        return StatePlan(names[index], round=rule, good=draw(anywhere), bad=draw(anywhere), **deadlines)
    return StatePlan(names[index], **deadlines)


@st.composite
def transitions(draw: st.DrawFn, number: int, names: list[str]) -> TransitionPlan:
    """A transition between states of these names."""
    to = draw(st.sampled_from([*names[:-1], "back", "same"]))
    return TransitionPlan(
        id=f"t{number}",
        sources=tuple(draw(st.lists(st.sampled_from(names[:-1]), min_size=1, max_size=3, unique=True))),
        to=to,
        who=tuple(draw(st.lists(st.sampled_from(list(ROLES)), min_size=1, max_size=3, unique=True))),
        over=draw(st.one_of(st.none(), MAYBE_OVER)),
        asks=draw(st.booleans()),
        comment=draw(st.booleans()),
        opens=draw(st.sampled_from((False, True))),
        reopens=to in names and draw(st.booleans()),
    )


@st.composite
def extending(draw: st.DrawFn, transition: TransitionPlan, resting: list[StatePlan]) -> TransitionPlan:
    """The transition; where it leaves nothing it may extend a deadline of a state in which it is taken."""
    timed = [state for state in resting if state.id in transition.sources and state.deadlines]
    if transition.to != "same" or not timed or not draw(st.booleans()):
        return transition
    state = draw(st.sampled_from(timed))
    index = draw(st.integers(0, len(state.deadlines) - 1))
    return replace(transition, extends=(state.id, index, draw(st.integers(1, 5))))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A workflow with three to six states, up to eight transitions and up to three rounds."""
    names = [f"s{i}" for i in range(draw(st.integers(3, 6)))]
    rules = {f"r{i}": draw(rounds()) for i in range(draw(st.integers(1, 3)))}
    resting = [draw(states(index, names, list(rules))) for index in range(len(names) - 1)]
    first = TransitionPlan(
        "go", (names[0],), draw(st.sampled_from(names[1:-1])), ("drafter",), asks=True, opens=draw(st.booleans())
    )
    last = TransitionPlan("end", tuple(names[1:-1]), names[-1], ("requester",), comment=True)
    more = [draw(extending(draw(transitions(i, names)), resting)) for i in range(draw(st.integers(2, 6)))]
    return Plan((*resting, StatePlan(names[-1], ends=True)), (first, *more, last), rules)


LIKELY = st.sampled_from((True, True, True, True, False))

OTHERS = ("vote", "sign", "decline", "acknowledge", "claim", "document", "wait", "finish", "answer")


@dataclass(frozen=True)
class Act:
    """An attempted action. `what` is a transition's id, approve or reject, or the number of a child; `hours` is the
    length of a wait.
    """

    kind: str
    by: str
    what: str = ""
    comment: str | None = None
    amount: int | None = None
    hours: int = 0


@st.composite
def steps(draw: st.DrawFn, plan: Plan, state: str | None = None) -> Act:
    """An attempted transition: mostly out of `state`, by somebody in its roles, with the inputs that it requires."""
    leaving = [transition for transition in plan.transitions if state in transition.sources and transition.id != "end"]
    transition = draw(st.sampled_from(leaving if leaving and draw(LIKELY) else plan.transitions))
    named = [person for role in transition.who for person in TEAMS[role]]
    by = draw(st.sampled_from(named if draw(LIKELY) else EVERYBODY))
    with_amount = transition.asks if draw(LIKELY) else not transition.asks
    return Act("do", by, transition.id, "because" if draw(LIKELY) else None, draw(AMOUNTS) if with_amount else None)


@st.composite
def others(draw: st.DrawFn) -> Act:
    """An attempted vote, signature, claim, new document or wait, by anybody."""
    kind = draw(st.sampled_from(OTHERS))
    decision = draw(st.sampled_from(("approve", "approve", "reject"))) if kind == "vote" else ""
    hours = draw(st.integers(1, 6)) if kind == "wait" else 0
    likely = {"finish": OWNERS, "answer": ("cleo",)}.get(kind, EVERYBODY)
    if kind == "finish":
        decision = draw(st.sampled_from(("1", "2")))
    return Act(
        kind,
        draw(st.sampled_from(likely if draw(LIKELY) else EVERYBODY)),
        decision,
        draw(st.sampled_from(("because", None))),
        hours=hours,
    )


def acts(plan: Plan, state: str | None = None) -> st.SearchStrategy[Act]:
    """Any attempted action."""
    return st.one_of(steps(plan, state), others())
