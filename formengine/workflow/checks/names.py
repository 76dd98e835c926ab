"""Check of names: every state, role, fact, round, document, child and plugin that a workflow refers to exists (W13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from formengine.source import Path, closest, did_you_mean
from formengine.workflow.checks.children import check_each, check_roles_of_children
from formengine.workflow.checks.extensions import check_extension, check_own_ids
from formengine.workflow.checks.facts import FactChecker
from formengine.workflow.checks.lookups import check_lookup
from formengine.workflow.checks.plugin_options import check_options
from formengine.workflow.definition.fact_types import child_fact_types
from formengine.workflow.definition.model import SECTIONS, DeadlineRule, RoundKind, RoundRule, Schema, Workflow
from formengine.workflow.definition.references import Reference, references
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES
from formengine.workflow.definition.tables import is_lookup
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.states import GROUPS


class DeclaredNames(NamedTuple):
    """The declared names of a kind (None: not checked), their word in messages, and `unknown-CODE`.

    `home` is the path of the map that declares such names in this file, if any.
    """

    names: Iterable[str] | None
    word: str
    code: str
    home: Path | None = None


def check_names(
    cursor: WorkflowCursor,
    workflow: Workflow,
    forms: Mapping[str, Schema],
    teams: Mapping[str, Any] | None,
    calendars: Mapping[str, Any] | None,
) -> None:
    """Resolve every reference of a workflow; what is unknown, or does not fit, becomes a finding of the cursor.

    Teams and calendars are not checked when they are None, nor documents when the request types are not known and the
    workflow declares none.
    """
    facts = FactChecker(cursor, workflow, bool(forms))
    declared = _declared(workflow, teams, calendars)
    check_own_ids(cursor, workflow)
    check_roles_of_children(cursor, workflow)
    _check_round_ids(cursor, workflow)
    notes = RoleNotes(workflow, teams)
    known = workflow.documents or ()
    for name in known[: len(known) - len(workflow.document_rules)]:  # those of request types: no misspelt declarations
        cursor.references.mark_used(name, ("documents",))
    for reference in references(workflow):
        value, path, child = reference.value, reference.path, reference.child
        for looked_up, where in lookups_of_people(workflow, reference):
            check_people_of_lookup(cursor, workflow, looked_up, where, teams)
        match reference.kind:
            case "condition" | "date" | "number" | "answer" | "shown" | "input" | "asked" | "set" | "given" | "each":
                _check_fact(facts, reference)
            case "cc" if value not in (*workflow.roles, *LEGAL_TEAM_ROLES):
                facts.check_people(value, path)
            case "cc":
                cursor.references.mark_used(value, ("roles",))
            case "signs_for":
                facts.check_signs_for(value, path)
            case "lookup":
                check_lookup(facts, value, path, child)
            case "group":
                _check_group(cursor, workflow, reference)
            case "extension":
                check_extension(cursor, workflow, reference)
            case "deadline":
                _check_consequence(cursor, value, path)
            case _:
                _check_name(cursor, workflow, reference, declared, notes)


def _check_round_ids(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Approvals, signatures and acknowledgements share their ids: `votes of ID` and the history name a round by it."""
    first: dict[str, RoundRule] = {}
    for rule in workflow.rounds:
        other = first.setdefault(rule.id, rule)
        if other is not rule:
            line = cursor.document.finding((SECTIONS[other.kind], rule.id), "", "", at_key=True).line
            word = {"approvals": "an approval", "signatures": "a round of signatures"}[SECTIONS[other.kind]]
            message = f"`{rule.id}` is {word} already (line {line}); "
            message += f"choose another id, such as {rule.id}_{rule.kind}"
            cursor.at(SECTIONS[rule.kind], rule.id).error("duplicate", message, at_key=True)


def _check_fact(facts: FactChecker, reference: Reference) -> None:
    """Check what reads facts, or gives them values."""
    value, path, child = reference.value, reference.path, reference.child
    match reference.kind:
        case "condition":
            facts.check_condition(value, path, child)
        case "date":
            facts.check_date(value, path, child)
        case "number":
            facts.check_number(value, path, child)
        case "answer":
            facts.check_answer(value, path)
        case "shown":
            facts.check_shown(value, path, child)
        case "input":
            facts.check_input(value, path, child)
        case "asked":
            facts.check_asked(value, path)
        case "set":
            facts.check_set_value(str(path[-1]), value, path, child)
        case "each":
            check_each(facts.cursor, facts.workflow, facts, reference)
        case "given" if is_lookup(value):
            check_lookup(facts, value, path, child)
        case "given":
            facts.check_copied(value, path, child)


def _declared(
    workflow: Workflow, teams: Mapping[str, Any] | None, calendars: Mapping[str, Any] | None
) -> dict[str, DeclaredNames]:
    words = workflow.vocabulary
    known_calendars = None if calendars is None else {*filter(None, calendars), *words.calendars}
    return {
        "calendar": DeclaredNames(known_calendars, "calendar", "calendar"),
        "team": DeclaredNames(None if teams is None else section(teams, "teams"), "team", "team"),
        "position": DeclaredNames(None if teams is None else section(teams, "positions"), "position", "position"),
        "role": DeclaredNames((*workflow.roles, *LEGAL_TEAM_ROLES), "role", "role", ("roles",)),
        "document": DeclaredNames(workflow.documents, "document", "document", ("documents",)),
        "approval": DeclaredNames(workflow.approvals, "approval", "approval", ("approvals",)),
        "signatures": DeclaredNames(workflow.signatures, "round of signatures", "signatures", ("signatures",)),
        "acknowledgement": DeclaredNames(
            workflow.acknowledgements, "acknowledgement", "acknowledgement", ("acknowledgements",)
        ),
        "child": DeclaredNames(workflow.children, "child", "child", ("children",)),
        "resolver": DeclaredNames(words.resolvers, "resolver", "plugin"),
        "action": DeclaredNames(words.actions, "action", "plugin"),
        "provider": DeclaredNames(words.providers, "signature provider", "plugin"),
    }


def section(teams: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The `teams` or `positions` of `teams.yaml`; empty when it is not a mapping."""
    content = teams.get(key)
    return content if isinstance(content, Mapping) else {}


def _check_name(
    cursor: WorkflowCursor,
    workflow: Workflow,
    reference: Reference,
    declared: Mapping[str, DeclaredNames],
    notes: RoleNotes,
) -> None:
    kind, name, path, child = reference.kind, reference.value, reference.path, reference.child
    if kind == "state":
        states = workflow.children[child].states if child else workflow.states
        target = DeclaredNames(states, "state", "state", ("children", child, "states") if child else ("states",))
    elif kind == "field":
        target = DeclaredNames(workflow.children[child or ""].fields, "field", "field")
    else:
        target = declared[kind]
    if target.names is None:
        return
    note = notes.instead_of(name) if kind == "role" else _other_round(workflow, kind, name)
    if kind == "child":
        note = workflow.vocabulary.kind_advice(name)
    if kind == "state" and path[-1] == "to" and name in _STAYS:
        note = "for a step that leaves nothing, write `to: same`"
    is_known = cursor.references.resolve(name, target.names, path, target.word, target.code, target.home, note)
    if is_known and reference.options is not None:
        plugin = getattr(workflow.vocabulary, f"{kind}s")[name]
        check_options(cursor, plugin.params, reference.options, (*path[:-1], "with"))


_STAYS: Final = ("itself", "self", "this", "here", "stay", "stays", "unchanged", "current")
"""Words that people write in `to` for the state in which the dossier is."""
_ROUND_KEYS: Final[Mapping[str, RoundKind]] = {
    "approval": "approval",
    "signatures": "signature",
    "acknowledgement": "acknowledgement",
}
"""The key of a state that names a round of each kind."""


def _other_round(workflow: Workflow, key: str, name: str) -> str | None:
    """What to write where a state names a round of another kind; None where there is none of that name."""
    if key not in _ROUND_KEYS:
        return None
    rule = next((rule for rule in workflow.rounds if rule.id == name and rule.kind != _ROUND_KEYS[key]), None)
    if rule is None:
        return None
    word = next(word for word, kind in _ROUND_KEYS.items() if kind == rule.kind)
    return f"{name} is declared in `{SECTIONS[rule.kind]}`; write {word}: {name}"


def lookups_of_people(workflow: Workflow, reference: Reference) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """The look-ups of a reference that give people, with their paths: of a role, and of fields that are people."""
    value, path = reference.value, reference.path
    if reference.kind == "lookup":
        yield value, path
    elif reference.kind in ("set", "each"):
        kind = workflow.children.get(str(path[-1]) if reference.kind == "each" else reference.child or "")
        types = child_fact_types(kind, workflow.vocabulary.field_kinds) if kind is not None else workflow.fact_types
        given = value.values if reference.kind == "each" else {str(path[-1]): value}
        for name, looked_up in given.items():
            if is_lookup(looked_up) and name in types and types[name].kind in ("person", "people"):
                yield looked_up, (*path, "with", name) if reference.kind == "each" else path


def check_people_of_lookup(
    cursor: WorkflowCursor,
    workflow: Workflow,
    value: Mapping[str, Any],
    path: Path,
    teams: Mapping[str, Any] | None,
) -> None:
    """What is looked up for a role, or a field that is a person, are e-mail addresses, or positions of `teams.yaml`."""
    table, take = workflow.tables.get(str(value.get("lookup"))), value.get("take")
    positions = None if teams is None else section(teams, "positions")
    for number, row in enumerate(table.rows if table is not None else (), 1):
        cell = table.cell(row, str(take)) if table is not None else None
        if cell is not None and "@" not in str(cell) and positions is not None and cell not in positions:
            message = (
                f"row {number} of `{table.id if table else ''}`: `{cell}` is neither an e-mail address nor a position"
                f"{did_you_mean(str(cell), positions)}"
            )
            cursor.at(*path, "take").error("no-people", message)


_SENDERS: Final = ("client", "requester", "submitter", "applicant", "sender", "demandeur")
"""Words that people write for the role of who sends the request."""


class RoleNotes:
    """What to write where a team, a position or a person stands in place of a role: never a wider role."""

    def __init__(self, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
        self.by_source: dict[str, list[str]] = {}
        for role in workflow.roles.values():
            self.by_source.setdefault(role.source, []).append(role.id)
        self.sources = set(self.by_source)
        for kind in ("team", "position"):
            self.sources |= {f"{kind}:{name}" for name in section(teams or {}, f"{kind}s")}

    def instead_of(self, name: str) -> str | None:
        """The end of the sentence about a name that is no role; None where it names nothing else."""
        if "@" in name:
            return "people act in roles; declare one with a team or a position, and write it here"
        senders = self.by_source.get("submitter", [])
        if name in _SENDERS and senders:
            return f"who sends the request is the role {' or '.join(senders)}"
        for kind in ("team", "position"):
            if f"{kind}:{name}" not in self.sources:
                continue
            roles = self.by_source.get(f"{kind}:{name}", [])
            if roles:
                return f"{name} is a {kind}, and people act in roles; its role is {' or '.join(roles)}"
            return f"{name} is a {kind}, and people act in roles; declare one: roles: {{{name}: {{{kind}: {name}}}}}"
        return None


def _check_group(cursor: WorkflowCursor, workflow: Workflow, reference: Reference) -> None:
    """A group that no transition names, and whose name is nearly that of a group that some do, is mistyped."""
    name, child = reference.value, reference.child
    states = workflow.children[child].states if child else workflow.states
    home: Path = ("children", child, GROUPS) if child else (GROUPS,)
    groups = dict.fromkeys(state.within for state in states.values() if state.within)
    used = [group for group in groups if cursor.references.is_used(group, home)]
    if name not in used and closest(name, used) is not None:
        message = f"no transition names the group `{name}`{did_you_mean(name, used)}"
        cursor.at(*reference.path).error("unknown-group", message)


def _check_consequence(cursor: WorkflowCursor, rule: DeadlineRule, path: Path) -> None:
    then = rule.then
    if not (then.tell or then.escalate_to or then.raise_priority or then.go) and not cursor.at(*path, "then").value:
        message = "nothing happens when this deadline is missed; write `then:` with tell, escalate_to or go"
        cursor.at(*path).warn("deadline-without-then", message)
