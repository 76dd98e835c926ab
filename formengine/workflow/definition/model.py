"""Definition of a workflow, in frozen values: the parser builds it, the checks read it, the engine runs it.

States, transitions, roles, deadlines, rounds and children refer to each other by id. Texts are one string, or a map by
language. Source: docs/reference/workflow-language.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from formengine.conditions.durations import Duration, Length
from formengine.conditions.fact_types import FactType as FactType
from formengine.conditions.fact_types import Schema as Schema
from formengine.conditions.parser import Condition
from formengine.i18n import Text
from formengine.workflow.definition.actions import Do
from formengine.workflow.definition.round_rules import SECTIONS as SECTIONS
from formengine.workflow.definition.round_rules import Approver as Approver
from formengine.workflow.definition.round_rules import LateRule as LateRule
from formengine.workflow.definition.round_rules import RoundKind as RoundKind
from formengine.workflow.definition.round_rules import RoundRule as RoundRule
from formengine.workflow.definition.round_rules import RoundStep as RoundStep
from formengine.workflow.definition.tables import Table
from formengine.workflow.definition.vocabulary import Vocabulary

Category = Literal["open", "in_progress", "waiting", "done", "cancelled"]
Kind = Literal["matter", "litigation", "contract"]
Rolls = Literal["forward", "back", "none"]
CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
BACK: Final = "back"
"""The target of a transition that leads back to the state before."""
SAME: Final = "same"
"""The target of a transition that leaves nothing."""
ANSWER: Final = "answer"
"""The transition by which the requester sends corrected answers, where the workflow names none of its own."""


@dataclass(frozen=True)
class Role:
    """A role on a dossier, and the source of its people.

    `source` is one of `submitter`, `requested_for`, `watchers`, `team:ID`, `position:ID`, `field:NAME`,
    `manager_of:ROLE`, `head_of_department_of:ROLE`, `lookup:TABLE`, `resolver:NAME`; `options` are those of the
    resolver, or the whole look-up. `one_person`: one member of the team claims it. `outside`: its people may be guests
    without an account. `kept_out` are the roles whose people are not of it (`except`). `signs_for` is the fact that
    names the company, or whoever else, for which they sign.
    """

    id: str
    source: str
    title: Text
    one_person: bool = False
    outside: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    kept_out: tuple[str, ...] = ()
    signs_for: str | None = None

    @property
    def source_kind(self) -> str:
        """What kind of source it is, such as `team`."""
        return self.source.partition(":")[0]

    @property
    def source_name(self) -> str:
        """The name in the source, such as the team's id; empty where it has none."""
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

    It has one anchor: `within` a length (of entering the state, or of submission), or `after`, `before` or on the
    date fact `of`. `id` is unique in its workflow: the state (or `dossier`) and the position, such as `review.0`.

    `rolls` moves a last day that is closed to the next or previous open one (None: as the calendar has it). With
    `clear_days` neither the first nor the last day counts. `at_opening`: due at the opening hour of the last day, not
    at its end (W18). `every`: it comes round, each time so much later, until its state is left. `remind` are lengths
    before it is due, `remind_every` lengths after which it is reminded of again. Steps that extend it name it by
    `own_id`.
    """

    id: str
    name: Text
    within: Length | None = None
    after: Length | None = None
    before: Length | None = None
    of: str | None = None
    rolls: Rolls | None = None
    clear_days: bool = False
    at_opening: bool = False
    when: Condition | None = None
    unless: Condition | None = None
    every: Duration | None = None
    remind: tuple[Duration, ...] = ()
    remind_every: tuple[Duration, ...] = ()
    tell: tuple[str, ...] = ()
    then: Consequence = Consequence()
    stops_in: tuple[str, ...] = ()
    own_id: str | None = None

    @property
    def length(self) -> Length | None:
        """How long it is; None for a deadline on a date."""
        return self.within or self.after or self.before


@dataclass(frozen=True)
class Branch:
    """One line of `decide` or `when_true`: `when` is None for `otherwise`."""

    when: Condition | None
    go: str


@dataclass(frozen=True)
class State:
    """A state of a dossier, or of a child; the outcomes of its rounds name the states that follow.

    `when_true` moves on by itself, as soon as a condition holds. `changed` is where a new version leads of a document
    that is out for approval or signature here, or was approved.
    `notify` are roles whose people are told on arrival, at submission too.
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
    acknowledgement: str | None = None
    acknowledged: str | None = None
    changed: str | None = None
    deadlines: tuple[DeadlineRule, ...] = ()
    pauses_deadlines: bool = False
    notify: tuple[str, ...] = ()
    when_true: tuple[Branch, ...] = ()

    def outcomes(self) -> dict[str, str]:
        """The states that the outcomes of a round lead to, by outcome."""
        keys = ("approved", "rejected", "signed", "declined", "acknowledged", "expired", "changed")
        outcomes = {key: getattr(self, key) for key in keys}
        return {key: target for key, target in outcomes.items() if target is not None}

    @property
    def rounds(self) -> tuple[str, ...]:
        """The ids of the rounds that open on arrival."""
        return tuple(rule for rule in (self.approval, self.signatures, self.acknowledgement) if rule is not None)

    def exits(self) -> tuple[str, ...]:
        """The states that the engine itself may lead to from here: decide, conditions, rounds, deadlines."""
        targets = [branch.go for branch in (*self.decide, *self.when_true)]
        targets += [target for target in self.outcomes().values() if target]
        targets += [rule.then.go for rule in self.deadlines if rule.then.go]
        return tuple(dict.fromkeys(targets))


@dataclass(frozen=True)
class Reopening:
    """A transition sends the answers back for correction (F19): `parts` are the fields, or pages, of the form that may
    change (None: all); `answered_by` is the transition by which the requester sends them again.
    """

    parts: tuple[str, ...] | None
    answered_by: str = ANSWER


@dataclass(frozen=True)
class ChildForEach:
    """A transition opens a child for each entry of the list `rows` (`starts: {area: {each: areas, with: {...}}}`).

    `values` are its fields: as those of `set`, or `{from: item}` and `{from: item.NAME}`, of the entry itself, which
    a look-up reads too. `visible_to_client`: the request's own people see the children.
    """

    rows: str
    values: Mapping[str, Any] = field(default_factory=dict)
    visible_to_client: bool = False

    @property
    def identity(self) -> str | None:
        """The field that tells entries apart: the first that comes from the entry; None where none does."""
        return next((name for name, value in self.values.items() if item_column(value) is not None), None)


def item_column(value: object) -> str | None:
    """What of an entry a value takes: "" for `{from: item}`, NAME for `{from: item.NAME}`; None for any other value."""
    if not isinstance(value, Mapping) or set(value) != {"from"}:
        return None
    word, dot, column = str(value["from"]).partition(".")
    return column if word == "item" and (column or not dot) else None


@dataclass(frozen=True)
class Transition:
    """A transition that people perform; groups and `any` are expanded to `sources`; `to` is a state, `back` or `same`.

    `stays`: it leaves nothing (`to: same`). `done` is the title of what has happened, where there is one.
    `answers_only`: it is taken with corrected answers alone (`reopens` of another).
    """

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
    starts_each: Mapping[str, ChildForEach] = field(default_factory=dict)
    reopens: Reopening | None = None
    answers_only: bool = False
    stays: bool = False
    done: Text | None = None

    @property
    def happened(self) -> Text:
        """The title of what has happened: `done`, else the button's."""
        return self.title if self.done is None else self.done

    @property
    def comment_for_client(self) -> bool:
        """Whether the client reads the step and its comment; who corrects the answers has to know what is wrong."""
        return self.visible_to_client or self.reopens is not None


DocumentSight = Literal["sees", "when_shared", "never"]
DOCUMENT_SIGHTS: Final[tuple[DocumentSight, ...]] = get_args(DocumentSight)


@dataclass(frozen=True)
class DocumentRule:
    """A document as a workflow declares it: who adds versions of it, and where (S2).

    `may_replace` holds the states, by role, in which the people of the role may add a version; None is the default:
    whoever is in charge, and those of whom a step out of the present state requires the document. Never once the
    dossier has ended. `client` says what those read of it who do not read what is internal to the legal team: all of
    it, the versions that were shared with them, or nothing. `several`: a dossier may have any number of the kind.
    """

    id: str
    title: Text | None = None
    may_replace: Mapping[str, tuple[str, ...]] | None = None
    client: DocumentSight = "sees"
    several: bool = False


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
    acknowledgements: Mapping[str, RoundRule] = field(default_factory=dict)
    deadlines: tuple[DeadlineRule, ...] = ()
    calendar: str | None = None
    fact_types: Mapping[str, FactType] = field(default_factory=dict)
    documents: tuple[str, ...] | None = None
    """The ids of all documents, those of the request types included; None where these are not known."""
    forms: Mapping[str, Schema] = field(default_factory=dict)
    """The JSON Schemas of the forms, by request type, as far as they are known."""
    pages: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """The pages of the forms, by request type: the fields of each page by its id (`form_pages`)."""
    form_rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the forms know beside their schemas, by request type: their `checks`, `computed` and `errors`."""
    document_rules: Mapping[str, DocumentRule] = field(default_factory=dict)
    sees: tuple[str, ...] | None = None
    """The roles whose people read a restricted dossier (`sees`); None for those in a `who`."""
    tables: Mapping[str, Table] = field(default_factory=dict)
    """The look-up tables of the site, as they were published with the workflow."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary.builtin)

    def kinds_of_role(self, role: Role) -> tuple[str, ...]:
        """The kinds of children of whose own field a role has its people; () for any other role."""
        name = role.source_name
        if role.source_kind != "field" or name in self.fields or name in self.fact_types:
            return ()
        return tuple(kind.id for kind in self.children.values() if name in kind.fields)

    @property
    def team(self) -> str | None:
        """The id of the dossier's team, that of `team_role`."""
        return self.team_role.source_name if self.team_role else None

    @property
    def team_role(self) -> Role | None:
        """The first role that one person of a team takes: whoever has it is in charge of the dossier."""
        return next((role for role in self.roles.values() if role.one_person and role.source_kind == "team"), None)

    def round_rule(self, rule_id: str) -> RoundRule:
        """The approval, signatures or acknowledgement with an id; raises KeyError for an unknown one."""
        return self.approvals.get(rule_id) or self.signatures.get(rule_id) or self.acknowledgements[rule_id]

    @property
    def rounds(self) -> tuple[RoundRule, ...]:
        """Every approval, then the signatures, then the acknowledgements."""
        return (*self.approvals.values(), *self.signatures.values(), *self.acknowledgements.values())

    def leaving(self, state: str) -> list[Transition]:
        """The transitions out of a state, in the order they were written."""
        return [t for t in self.transitions.values() if state in t.sources]
