"""Hypothesis strategies for property tests of the engine: random workflows, as plain plans and as their YAML.

A plan is simple enough for the reference model (`engine_model`) to interpret without the engine. It covers states with
decisions, rounds and deadlines; transitions with roles, conditions and required facts; quorums, four eyes and the three
meanings of a rejection. Decisions only lead forward, so that automatic steps never run in circles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import yaml
from hypothesis import strategies as st

PEOPLE = {
    "requester": ["cleo"],
    "team:contracts": ["ana", "al"],
    "team:finance": ["bo", "di", "al"],
    "team:board": ["vi", "wu", "bo"],
    "position:general_counsel": ["ines"],
    "legal_admin": ["lea"],
}
"""Al drafts and is in finance, Bo is in finance and on the board: people with two seats, and cases of four eyes."""
EVERYBODY = ("cleo", "ana", "al", "bo", "di", "vi", "wu", "ines", "lea", "nobody")
ROLES: dict[str, dict[str, Any]] = {
    "requester": {"is": "submitter"},
    "drafter": {"team": "contracts", "one_person": True},
    "finance": {"team": "finance"},
    "board": {"team": "board"},
    "chief": {"position": "general_counsel"},
}
TEAMS = {
    "requester": ["cleo"],
    "drafter": ["ana", "al"],
    "finance": ["bo", "di", "al"],
    "board": ["vi", "wu", "bo"],
    "chief": ["ines"],
}
ALL = 0
"""The quorum `need: all`."""


@dataclass(frozen=True)
class DeadlinePlan:
    """Due `hours` after the state is entered; missed when `over` is None or the amount is over it; leads to `go`."""

    hours: int
    over: int | None
    go: str | None


@dataclass(frozen=True)
class StatePlan:
    """`decide` are (amount over, state), with `otherwise`; `good` and `bad` are where the outcomes of `round` lead."""

    id: str
    ends: bool = False
    decide: tuple[tuple[int, str], ...] = ()
    otherwise: str | None = None
    round: str | None = None
    good: str | None = None
    bad: str | None = None
    deadlines: tuple[DeadlinePlan, ...] = ()


@dataclass(frozen=True)
class StepPlan:
    """Entries are (role, need); asked when `over` is None or the amount is over it."""

    entries: tuple[tuple[str, int], ...]
    over: int | None = None


@dataclass(frozen=True)
class RoundPlan:
    """An approval or signature round; `expires` is in hours."""

    kind: Literal["approval", "signature"]
    steps: tuple[StepPlan, ...]
    rejection: str = "stops"
    four_eyes: bool = False
    start_again: bool = True
    expires: int | None = None


@dataclass(frozen=True)
class TransitionPlan:
    """A transition; `asks` when it requires the amount, `comment` when it requires one."""

    id: str
    sources: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    over: int | None = None
    asks: bool = False
    comment: bool = False


@dataclass(frozen=True)
class Plan:
    """A whole workflow; it starts in the first state, the last one ends."""

    states: tuple[StatePlan, ...]
    transitions: tuple[TransitionPlan, ...]
    rounds: dict[str, RoundPlan] = field(default_factory=dict)

    def state(self, name: str) -> StatePlan:
        return next(state for state in self.states if state.id == name)

    def document(self) -> dict[str, Any]:
        """The content of this workflow's YAML."""
        kinds: dict[str, dict[str, Any]] = {"approval": {}, "signature": {}}
        for name, rule in self.rounds.items():
            kinds[rule.kind][name] = _round(rule)
        return {
            "title": "Generated",
            "kind": "contract",
            "starts_in": self.states[0].id,
            "fields": {"amount": {"title": "Amount", "type": "integer"}},
            "roles": ROLES,
            "states": {state.id: _state(state, self.rounds) for state in self.states},
            "transitions": {transition.id: _transition(transition) for transition in self.transitions},
            "approvals": kinds["approval"],
            "signatures": kinds["signature"],
        }

    def yaml(self) -> str:
        return yaml.safe_dump(self.document(), sort_keys=False)


def _over(amount: int | None) -> dict[str, str]:
    return {} if amount is None else {"when": f"amount over {amount}"}


def _state(state: StatePlan, rounds: dict[str, RoundPlan]) -> dict[str, Any]:
    source: dict[str, Any] = {"ends": True} if state.ends else {}
    if state.otherwise is not None:
        lines: list[dict[str, str]] = [{**_over(over), "go": go} for over, go in state.decide]
        source["decide"] = [*lines, {"otherwise": state.otherwise}]
    if state.round is not None:
        words = {"approval": ("approval", "approved", "rejected"), "signature": ("signatures", "signed", "declined")}
        source |= dict(zip(words[rounds[state.round].kind], (state.round, state.good, state.bad), strict=True))
    if state.deadlines:
        source["deadlines"] = [
            {"within": f"{d.hours} hours", **_over(d.over), **({"then": {"go": d.go}} if d.go else {})}
            for d in state.deadlines
        ]
    return source


def _transition(transition: TransitionPlan) -> dict[str, Any]:
    source: dict[str, Any] = {
        "from": list(transition.sources),
        "to": transition.to,
        "who": list(transition.who),
        **_over(transition.over),
    }
    if transition.asks:
        source["requires"] = ["amount"]
    return {**source, "requires_comment": True} if transition.comment else source


def _round(rule: RoundPlan) -> dict[str, Any]:
    entries = [[{"role": role, "need": need or "all"} for role, need in step.entries] for step in rule.steps]
    source: dict[str, Any] = {
        "document": "contract",
        "if_document_changes": "start_again" if rule.start_again else "keep",
    }
    if rule.four_eyes:
        source["not_same_person_as"] = ["drafter"]
    if rule.kind == "signature":
        return {**source, "order": entries, **({"expires": f"{rule.expires} hours"} if rule.expires else {})}
    steps = [
        {"name": f"Step {i}", "approvers": approvers, **_over(step.over)}
        for i, (step, approvers) in enumerate(zip(rule.steps, entries, strict=True))
    ]
    return {**source, "steps": steps, "rejection": rule.rejection}


# strategies

AMOUNTS = st.integers(0, 9)
MAYBE_OVER = st.one_of(st.none(), AMOUNTS)
_ASKED = ("finance", "board", "chief", "requester", "drafter")


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, int]:
    role = draw(st.sampled_from(_ASKED))
    return role, draw(st.integers(0, len(TEAMS[role])))


@st.composite
def rounds(draw: st.DrawFn) -> RoundPlan:
    kind = draw(st.sampled_from(("approval", "approval", "signature")))
    steps = []
    for i in range(draw(st.integers(1, 3))):
        over = draw(MAYBE_OVER) if i > 0 and kind == "approval" else None  # somebody is always asked
        steps.append(StepPlan(tuple(draw(st.lists(entries(), min_size=1, max_size=2))), over))
    return RoundPlan(
        kind=kind,  # type: ignore[arg-type]
        steps=tuple(steps),
        rejection=draw(st.sampled_from(("counts", "counts", "returns_one_step", "stops")))
        if kind == "approval"
        else "stops",
        four_eyes=draw(st.booleans()),
        start_again=kind == "signature" or draw(st.booleans()),  # a signature is never kept
        expires=draw(st.one_of(st.none(), st.integers(1, 9))) if kind == "signature" else None,
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
def states(draw: st.DrawFn, index: int, names: list[str], rules: list[str]) -> StatePlan:
    shape = draw(st.sampled_from(("round", "rest", "decide", "round") if index else ("rest",)))
    anywhere = st.sampled_from(names[:-1])
    if shape == "decide":
        forward = st.sampled_from(names[index + 1 :])
        lines = draw(st.lists(st.tuples(AMOUNTS, forward), min_size=1, max_size=2))
        return StatePlan(names[index], decide=tuple(lines), otherwise=draw(forward))
    deadline = st.builds(DeadlinePlan, st.integers(1, 9), MAYBE_OVER, st.one_of(st.none(), anywhere))
    deadlines = {"deadlines": tuple(draw(st.lists(deadline, max_size=2)))}
    if shape == "round":
        rule = draw(st.sampled_from(rules))
        return StatePlan(names[index], round=rule, good=draw(anywhere), bad=draw(anywhere), **deadlines)
    return StatePlan(names[index], **deadlines)


@st.composite
def transitions(draw: st.DrawFn, number: int, names: list[str]) -> TransitionPlan:
    return TransitionPlan(
        id=f"t{number}",
        sources=tuple(draw(st.lists(st.sampled_from(names[:-1]), min_size=1, max_size=3, unique=True))),
        to=draw(st.sampled_from([*names[:-1], "back"])),
        who=tuple(draw(st.lists(st.sampled_from(list(ROLES)), min_size=1, max_size=3, unique=True))),
        over=draw(st.one_of(st.none(), MAYBE_OVER)),
        asks=draw(st.booleans()),
        comment=draw(st.booleans()),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A workflow with three to six states, up to eight transitions and up to three rounds."""
    names = [f"s{i}" for i in range(draw(st.integers(3, 6)))]
    rules = {f"r{i}": draw(rounds()) for i in range(draw(st.integers(1, 3)))}
    resting = [draw(states(index, names, list(rules))) for index in range(len(names) - 1)]
    first = TransitionPlan("go", (names[0],), draw(st.sampled_from(names[1:-1])), ("drafter",), asks=True)
    last = TransitionPlan("end", tuple(names[1:-1]), names[-1], ("requester",), comment=True)
    more = [draw(transitions(i, names)) for i in range(draw(st.integers(2, 6)))]
    return Plan((*resting, StatePlan(names[-1], ends=True)), (first, *more, last), rules)


LIKELY = st.sampled_from((True, True, True, True, False))

OTHERS = ("vote", "sign", "decline", "claim", "document", "wait")


@dataclass(frozen=True)
class Act:
    """An attempted action. `what` is a transition's id, approve or reject; `hours` is the length of a wait."""

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
    return Act(kind, draw(st.sampled_from(EVERYBODY)), decision, draw(st.sampled_from(("because", None))), hours=hours)


def acts(plan: Plan, state: str | None = None) -> st.SearchStrategy[Act]:
    """Any attempted action."""
    return st.one_of(steps(plan, state), others())
