"""Plans of workflows for property tests, simple enough for the reference model (`engine_model`), and their YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.support.yaml_text import yaml_text

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
    "reviewer": {"team": "finance", "except": ["drafter"]},
    "adviser": {"lookup": "advisers", "where": {"up_to": {"at_least": {"from": "amount"}}}, "take": "adviser"},
}
ADVISED_UP_TO = 4
"""The amount up to which the table names an adviser."""
TABLE = {"columns": ["up_to", "adviser"], "rows": [[ADVISED_UP_TO, "general_counsel"]]}
PARTS = [{"name": "north", "who": "bo"}, {"name": "south", "who": "vi"}, {"name": "north", "who": "ines"}]
"""The list of which each entry that has a name of its own gets a child, with its person in charge."""
OWNERS = ("bo", "vi")
CHILD: dict[str, Any] = {
    "fields": {"name": {"type": "string"}, "owner": {"$ref": "formengine:person"}},
    "requires": ["name", "owner"],
    "starts_in": "asked",
    "states": {"asked": {"notify": ["owner"]}, "done": {"ends": True}},
    "transitions": {"finish": {"from": "asked", "to": "done", "who": ["owner"]}},
}
ITEM = {"properties": {"name": {"type": "string"}, "who": {"$ref": "formengine:person"}}}
TEAMS = {
    "requester": ["cleo"],
    "drafter": ["ana", "al"],
    "finance": ["bo", "di", "al"],
    "board": ["vi", "wu", "bo"],
    "chief": ["ines"],
    "reviewer": ["bo", "di", "al"],
    "adviser": ["ines"],
}
ALL = 0
"""The quorum `need: all`."""


@dataclass(frozen=True)
class DeadlinePlan:
    """Due `hours` after the state is entered; missed when `over` is None or the amount is over it; leads to `go`.

    `every`: it comes round so many hours later.
    """

    hours: int
    over: int | None
    go: str | None
    every: int | None = None


@dataclass(frozen=True)
class StatePlan:
    """`decide` and `tests` (`when_true`) are (amount over, state), the first with `otherwise`; `good` and `bad` are
    where the outcomes of `round` lead; `finished` is where it leads that all children are done.
    """

    id: str
    ends: bool = False
    decide: tuple[tuple[int, str], ...] = ()
    otherwise: str | None = None
    round: str | None = None
    good: str | None = None
    bad: str | None = None
    deadlines: tuple[DeadlinePlan, ...] = ()
    tests: tuple[tuple[int, str], ...] = ()
    finished: str | None = None


@dataclass(frozen=True)
class StepPlan:
    """Entries are (role, need); asked when `over` is None or the amount is over it."""

    entries: tuple[tuple[str, int], ...]
    over: int | None = None


@dataclass(frozen=True)
class RoundPlan:
    """A round; `expires` is in hours. An acknowledgement is about no document, and always expires."""

    kind: Literal["approval", "signature", "acknowledgement"]
    steps: tuple[StepPlan, ...]
    rejection: str = "stops"
    four_eyes: bool = False
    start_again: bool = True
    expires: int | None = None


@dataclass(frozen=True)
class TransitionPlan:
    """A transition; `asks` when it requires the amount, `comment` when it requires one.

    `extends` is a deadline (its state, and its index there) with the hours by which it is extended, once. `opens`
    children for each entry of the list, `reopens` the answers for correction.
    """

    id: str
    sources: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    over: int | None = None
    asks: bool = False
    comment: bool = False
    extends: tuple[str, int, int] | None = None
    opens: bool = False
    reopens: bool = False


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
        kinds: dict[str, dict[str, Any]] = {"approval": {}, "signature": {}, "acknowledgement": {}}
        for name, rule in self.rounds.items():
            kinds[rule.kind][name] = _round(rule)
        return {
            "title": "Generated",
            "kind": "contract",
            "starts_in": self.states[0].id,
            "fields": {
                "amount": {"title": "Amount", "type": "integer"},
                "parts": {"title": "Parts", "type": "array", "items": ITEM},
            },
            "sees": ["drafter", "chief"],
            "documents": {"contract": {"title": "Contract"}},
            "roles": {**ROLES, "owner": {"field": "owner"}},
            "children": {"part": CHILD},
            "states": {state.id: _state(state, self.rounds) for state in self.states},
            "transitions": {transition.id: _transition(transition) for transition in self.transitions},
            "approvals": kinds["approval"],
            "signatures": kinds["signature"],
            "acknowledgements": kinds["acknowledgement"],
        }

    def yaml(self) -> str:
        return yaml_text(self.document())


def _over(amount: int | None) -> dict[str, str]:
    return {} if amount is None else {"when": f"amount over {amount}"}


def _state(state: StatePlan, rounds: dict[str, RoundPlan]) -> dict[str, Any]:
    source: dict[str, Any] = {"notify": ["requester", "reviewer"], **({"ends": True} if state.ends else {})}
    if state.otherwise is not None:
        lines: list[dict[str, str]] = [{**_over(over), "go": go} for over, go in state.decide]
        source["decide"] = [*lines, {"otherwise": state.otherwise}]
    if state.tests:
        source["when_true"] = [{**_over(over), "go": go} for over, go in state.tests]
    if state.finished is not None:
        line = {"when": "all_part over 0 and open_part is 0", "go": state.finished}
        source["when_true"] = [*source.get("when_true", ()), line]
    if state.round is not None:
        words = {
            "approval": ("approval", "approved", "rejected"),
            "signature": ("signatures", "signed", "declined"),
            "acknowledgement": ("acknowledgement", "acknowledged", "expired"),
        }
        source |= dict(zip(words[rounds[state.round].kind], (state.round, state.good, state.bad), strict=True))
    if state.deadlines:
        source["deadlines"] = [
            {
                "id": f"{state.id}_{i}",
                "within": f"{d.hours} hours",
                **_over(d.over),
                **({"then": {"go": d.go}} if d.go else {}),
                **({"every": f"{d.every} hours"} if d.every else {}),
            }
            for i, d in enumerate(state.deadlines)
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
    if transition.extends is not None:
        state, index, hours = transition.extends
        source["do"] = [{"extend": f"{state}_{index}", "by": f"{hours} hours", "at_most": 1}]
    if transition.opens:
        values = {"name": {"from": "item.name"}, "owner": {"from": "item.who"}}
        source["starts"] = {"part": {"each": "parts", "with": values}}
    if transition.reopens:
        source["reopens"] = "all"
    return {**source, "requires_comment": True} if transition.comment else source


def _round(rule: RoundPlan) -> dict[str, Any]:
    entries = [[{"role": role, "need": need or "all"} for role, need in step.entries] for step in rule.steps]
    if rule.kind == "acknowledgement":
        steps = [
            {"name": f"Step {i}", "people": people, **_over(step.over)}
            for i, (step, people) in enumerate(zip(rule.steps, entries, strict=True))
        ]
        return {"steps": steps, "shows": ["amount"], "expires": f"{rule.expires} hours"}
    source: dict[str, Any] = {
        "document": "contract",
        "if_document_changes": "start_again" if rule.start_again else "keep",
        "shows": ["amount"],
    }
    if rule.four_eyes:
        source["not_same_person_as"] = ["drafter"]
    if rule.kind == "signature":
        return {
            **source,
            "cc": ["requester"],
            "order": entries,
            **({"expires": f"{rule.expires} hours"} if rule.expires else {}),
        }
    steps = [
        {"name": f"Step {i}", "approvers": approvers, **_over(step.over)}
        for i, (step, approvers) in enumerate(zip(rule.steps, entries, strict=True))
    ]
    return {**source, "steps": steps, "rejection": rule.rejection}
