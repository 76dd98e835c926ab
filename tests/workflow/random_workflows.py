"""Random workflows for property tests: plain plans, and the YAML that says the same.

A plan is as simple as can be, so that a model may read it without knowing the engine. What it says is that of the
language: states that rest, decide, ask for approval or signature, or have deadlines; steps with roles, conditions,
required facts; rounds with quorums and the three meanings of a rejection. Decisions lead forward alone, so that no loop
of automatic steps is ever written.
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
"""Al drafts and is in finance, Bo is in finance and on the board: people with two seats, and four eyes that matter."""
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
    """Due so many hours after entering; missed when `over` is None or the amount is over it; then `go`, if anywhere."""

    hours: int
    over: int | None
    go: str | None


@dataclass(frozen=True)
class StatePlan:
    """`decide` are (amount over, state), then `otherwise`. `round` with the states that its ends lead to."""

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
    kind: Literal["approval", "signature"]
    steps: tuple[StepPlan, ...]
    rejection: str = "stops"
    four_eyes: bool = False
    start_again: bool = True
    expires: int | None = None


@dataclass(frozen=True)
class TransitionPlan:
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
        """What the YAML of this workflow holds."""
        kinds: dict[str, dict[str, Any]] = {"approval": {}, "signature": {}}
        for name, one in self.rounds.items():
            kinds[one.kind][name] = _round(one)
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


def _state(one: StatePlan, rounds: dict[str, RoundPlan]) -> dict[str, Any]:
    found: dict[str, Any] = {"ends": True} if one.ends else {}
    if one.otherwise is not None:
        lines: list[dict[str, str]] = [{**_over(over), "go": go} for over, go in one.decide]
        found["decide"] = [*lines, {"otherwise": one.otherwise}]
    if one.round is not None:
        words = {"approval": ("approval", "approved", "rejected"), "signature": ("signatures", "signed", "declined")}
        found |= dict(zip(words[rounds[one.round].kind], (one.round, one.good, one.bad), strict=True))
    if one.deadlines:
        found["deadlines"] = [
            {"within": f"{d.hours} hours", **_over(d.over), **({"then": {"go": d.go}} if d.go else {})}
            for d in one.deadlines
        ]
    return found


def _transition(one: TransitionPlan) -> dict[str, Any]:
    found: dict[str, Any] = {"from": list(one.sources), "to": one.to, "who": list(one.who), **_over(one.over)}
    if one.asks:
        found["requires"] = ["amount"]
    return {**found, "requires_comment": True} if one.comment else found


def _round(one: RoundPlan) -> dict[str, Any]:
    entries = [[{"role": role, "need": need or "all"} for role, need in step.entries] for step in one.steps]
    found: dict[str, Any] = {
        "document": "contract",
        "if_document_changes": "start_again" if one.start_again else "keep",
    }
    if one.four_eyes:
        found["not_same_person_as"] = ["drafter"]
    if one.kind == "signature":
        return {**found, "order": entries, **({"expires": f"{one.expires} hours"} if one.expires else {})}
    steps = [
        {"name": f"Step {i}", "approvers": approvers, **_over(step.over)}
        for i, (step, approvers) in enumerate(zip(one.steps, entries, strict=True))
    ]
    return {**found, "steps": steps, "rejection": one.rejection}


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
        start_again=draw(st.booleans()),
        expires=draw(st.one_of(st.none(), st.integers(1, 9))) if kind == "signature" else None,
    )


@st.composite
def long_rounds(draw: st.DrawFn) -> Plan:
    """One approval of three or four steps, in a workflow that does nothing else."""
    asked = draw(st.lists(st.sampled_from(_ASKED), min_size=3, max_size=4))
    steps = tuple(StepPlan(((role, 1),), draw(MAYBE_OVER) if i else None) for i, role in enumerate(asked))
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
    found = {"deadlines": tuple(draw(st.lists(deadline, max_size=2)))}
    if shape == "round":
        rule = draw(st.sampled_from(rules))
        return StatePlan(names[index], round=rule, good=draw(anywhere), bad=draw(anywhere), **found)
    return StatePlan(names[index], **found)


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
    made = [draw(states(index, names, list(rules))) for index in range(len(names) - 1)]
    first = TransitionPlan("go", (names[0],), draw(st.sampled_from(names[1:-1])), ("drafter",), asks=True)
    last = TransitionPlan("end", tuple(names[1:-1]), names[-1], ("requester",), comment=True)
    more = [draw(transitions(i, names)) for i in range(draw(st.integers(2, 6)))]
    return Plan((*made, StatePlan(names[-1], ends=True)), (first, *more, last), rules)


# what people do

LIKELY = st.sampled_from((True, True, True, True, False))

OTHERS = ("vote", "sign", "decline", "claim", "document", "wait")


@dataclass(frozen=True)
class Act:
    """Something that somebody tries. `what` is a transition's id, approve or reject; `hours` pass when it is a wait."""

    kind: str
    by: str
    what: str = ""
    comment: str | None = None
    amount: int | None = None
    hours: int = 0


@st.composite
def steps(draw: st.DrawFn, plan: Plan, state: str | None = None) -> Act:
    """A step that somebody tries: mostly one that leads out of `state`, somebody whom it names, with what it asks."""
    here = [transition for transition in plan.transitions if state in transition.sources and transition.id != "end"]
    one = draw(st.sampled_from(here if here and draw(LIKELY) else plan.transitions))
    named = [person for role in one.who for person in TEAMS[role]]
    by = draw(st.sampled_from(named if draw(LIKELY) else EVERYBODY))
    asked = one.asks if draw(LIKELY) else not one.asks
    return Act("do", by, one.id, "because" if draw(LIKELY) else None, draw(AMOUNTS) if asked else None)


@st.composite
def others(draw: st.DrawFn) -> Act:
    """Anything but a step, by anybody."""
    kind = draw(st.sampled_from(OTHERS))
    what = draw(st.sampled_from(("approve", "approve", "reject"))) if kind == "vote" else ""
    hours = draw(st.integers(1, 6)) if kind == "wait" else 0
    return Act(kind, draw(st.sampled_from(EVERYBODY)), what, draw(st.sampled_from(("because", None))), hours=hours)


def acts(plan: Plan, state: str | None = None) -> st.SearchStrategy[Act]:
    """Anything that anybody may try."""
    return st.one_of(steps(plan, state), others())
