"""Definition of a workflow, in frozen values: the parser builds it, the checks read it, the engine runs it.

States, transitions, roles, deadlines, rounds and children refer to each other by id. Texts are one string, or a map by
language. Source: docs/reference/workflow-language.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from formengine.i18n import Text
from formengine.workflow.definition.conditions import Condition
from formengine.workflow.definition.durations import Duration
from formengine.workflow.definition.vocabulary import Vocabulary

Schema = Mapping[str, Any]
Category = Literal["open", "in_progress", "waiting", "done", "cancelled"]
Kind = Literal["matter", "litigation", "contract"]
BACK: Final = "back"
"""The target of a transition that leads back to the state before."""


@dataclass(frozen=True)
class FactType:
    """The type of a fact.

    `kind` is text, number, boolean, date, date-time, money, person, people, contact, party, file, files, list, object
    or unknown; `values` are the options of a choice with their titles; `schema` is the JSON Schema of its input;
    `missing_in` names the request types of the pack whose form lacks it.
    """

    name: str
    title: Text
    kind: str = "unknown"
    values: Mapping[Any, Text] = field(default_factory=dict)
    schema: Schema = field(default_factory=dict)
    missing_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """A role on a dossier, and the source of its people.

    `source` is one of `submitter`, `requested_for`, `watchers`, `team:ID`, `position:ID`, `field:NAME`,
    `manager_of:ROLE`, `head_of_department_of:ROLE`, `resolver:NAME`; `options` are those of the resolver. `one_person`:
    one member of the team claims it. `outside`: its people may be guests without an account.
    """

    id: str
    source: str
    title: Text
    one_person: bool = False
    outside: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source_kind(self) -> str:
        return self.source.partition(":")[0]

    @property
    def source_name(self) -> str:
        return self.source.partition(":")[2]


@dataclass(frozen=True)
class Consequence:
    """The consequences of a missed deadline: people told, escalation, a higher priority, another state (`go`)."""

    tell: tuple[str, ...] = ()
    escalate_to: str | None = None
    raise_priority: bool = False
    go: str | None = None


@dataclass(frozen=True)
class DeadlineRule:
    """A deadline as declared.

    It has one anchor: `within` a duration (of entering the state, or of submission), or `after`, `before` or on the
    date fact `of`. `id` is unique in its workflow: the state (or `dossier`) and the position, such as `review.0`.
    """

    id: str
    name: Text
    within: Duration | None = None
    after: Duration | None = None
    before: Duration | None = None
    of: str | None = None
    when: Condition | None = None
    unless: Condition | None = None
    remind: tuple[Duration, ...] = ()
    tell: tuple[str, ...] = ()
    then: Consequence = Consequence()
    stops_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Branch:
    """One line of `decide`: `when` is None for `otherwise`."""

    when: Condition | None
    go: str


@dataclass(frozen=True)
class State:
    """A state of a dossier, or of a child; the outcomes of its rounds name the states that follow.

    `changed` is where a new version leads of a document that is out for approval or signature here, or was approved.
    """

    id: str
    title: Text
    client_sees: Text
    category: Category
    within: str | None = None
    ends: bool = False
    reopen_within: Duration | Literal["always"] | None = None
    decide: tuple[Branch, ...] = ()
    approval: str | None = None
    approved: str | None = None
    rejected: str | None = None
    signatures: str | None = None
    signed: str | None = None
    declined: str | None = None
    expired: str | None = None
    changed: str | None = None
    deadlines: tuple[DeadlineRule, ...] = ()
    pauses_deadlines: bool = False

    def outcomes(self) -> dict[str, str]:
        """The states that the outcomes of a round lead to, by outcome."""
        keys = ("approved", "rejected", "signed", "declined", "expired", "changed")
        outcomes = {key: getattr(self, key) for key in keys}
        return {key: target for key, target in outcomes.items() if target is not None}

    def exits(self) -> tuple[str, ...]:
        """The states that the engine itself may lead to from here: decide, rounds, deadlines."""
        targets = [branch.go for branch in self.decide]
        targets += [target for target in self.outcomes().values() if target]
        targets += [rule.then.go for rule in self.deadlines if rule.then.go]
        return tuple(dict.fromkeys(targets))


@dataclass(frozen=True)
class SetFieldsAction:
    """`set: {field: value}`; a value that is `{from: FACT}` copies a fact."""

    values: Mapping[str, Any]


@dataclass(frozen=True)
class DraftDocumentAction:
    """`draft: DOCUMENT`: draft a version of a document from its template."""

    document: str


@dataclass(frozen=True)
class OpenRequestAction:
    """`open: REQUEST_TYPE`: open a follow-up dossier."""

    request_type: str


@dataclass(frozen=True)
class PluginAction:
    """`use: ACTION` of a plugin, with its options."""

    action: str
    options: Mapping[str, Any]


Do = SetFieldsAction | DraftDocumentAction | OpenRequestAction | PluginAction


@dataclass(frozen=True)
class Transition:
    """A transition that people perform; groups and `any` are expanded to `sources`; `to` is a state or `back`."""

    id: str
    title: Text
    sources: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    when: Condition | None = None
    requires: tuple[str, ...] = ()
    requires_document: str | None = None
    requires_comment: bool = False
    confirm: bool = False
    visible_to_client: bool = False
    approval_first: str | None = None
    do: tuple[Do, ...] = ()
    notify: tuple[str, ...] = ()
    starts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Approver:
    """An entry of a step or group: `source` is `role:ID`, `team:ID`, `person:ID` or `position:ID`.

    `need` is the quorum, the number of votes that it takes (0: all).
    """

    source: str
    need: int = 1
    when: Condition | None = None


@dataclass(frozen=True)
class RoundStep:
    """A step of an approval, or a group of signers: its entries vote in parallel, and each must reach its quorum."""

    name: Text
    entries: tuple[Approver, ...]
    when: Condition | None = None


@dataclass(frozen=True)
class LateRule:
    """Escalation of a seat that is open longer than `after`."""

    after: Duration
    escalate_to: str | None = None
    tell: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoundRule:
    """An approval, or the signatures of a document, as declared (W7, W8).

    `not_same_person_as` are roles whose people may not vote (four-eyes principle). `visible_to_client`: the client
    reads the comments of an approval's votes.
    """

    id: str
    kind: Literal["approval", "signature"]
    title: Text
    steps: tuple[RoundStep, ...]
    document: str | None = None
    rejection: Literal["stops", "counts", "returns_one_step"] = "stops"
    not_same_person_as: tuple[str, ...] = ()
    may_delegate: bool = False
    start_again: bool = True
    if_nobody: Literal["refuse", "skip"] = "refuse"
    remind: Duration | None = None
    late: LateRule | None = None
    expires: Duration | None = None
    provider: str = "in_app"
    options: Mapping[str, Any] = field(default_factory=dict)
    visible_to_client: bool = False


@dataclass(frozen=True)
class DocumentRule:
    """A document as a workflow declares it: who adds versions of it, and where (S2).

    `may_replace` holds the states, by role, in which the people of the role may add a version; None is the default:
    whoever is in charge, and those of whom a step out of the present state requires the document. Never once the
    dossier has ended.
    """

    id: str
    title: Text | None = None
    may_replace: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class ChildKind:
    """A small workflow of its own, with any number of instances per dossier: hearings, milestones, tasks (W10)."""

    id: str
    title: Text
    fields: Mapping[str, Schema]
    requires: tuple[str, ...]
    starts_in: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    built_in: bool = False


@dataclass(frozen=True, eq=False)
class Workflow:
    """A whole workflow. Compared by identity, so that its compiled form can be cached by it."""

    id: str
    title: Text
    kind: Kind
    starts_in: str
    fields: Mapping[str, Schema]
    roles: Mapping[str, Role]
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    approvals: Mapping[str, RoundRule]
    signatures: Mapping[str, RoundRule]
    children: Mapping[str, ChildKind]
    deadlines: tuple[DeadlineRule, ...] = ()
    calendar: str | None = None
    fact_types: Mapping[str, FactType] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    document_rules: Mapping[str, DocumentRule] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary.builtin)

    @property
    def team(self) -> str | None:
        """The id of the dossier's team, that of `team_role`."""
        return self.team_role.source_name if self.team_role else None

    @property
    def team_role(self) -> Role | None:
        """The first role that one person of a team takes: whoever has it is in charge of the dossier."""
        return next((role for role in self.roles.values() if role.one_person and role.source_kind == "team"), None)

    def round_rule(self, rule_id: str) -> RoundRule:
        return self.approvals.get(rule_id) or self.signatures[rule_id]

    def leaving(self, state: str) -> list[Transition]:
        """The transitions out of a state, in the order they were written."""
        return [t for t in self.transitions.values() if state in t.sources]
