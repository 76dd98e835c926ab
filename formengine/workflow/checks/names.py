"""Check of names: every state, role, fact, round, document, child and plugin that a workflow refers to exists (W13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from formengine.source import Path, closest, did_you_mean
from formengine.workflow.checks.facts import FactChecker
from formengine.workflow.checks.plugin_options import check_options
from formengine.workflow.definition.model import DeadlineRule, Schema, Workflow
from formengine.workflow.definition.references import Reference, references
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.states import GROUPS
from formengine.workflow.parser.workflow import SITE_ROLES


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

    Teams and calendars are not checked when they are None, documents when the workflow declares none.
    """
    facts = FactChecker(cursor, workflow, bool(forms))
    declared = _declared(workflow, teams, calendars)
    for reference in references(workflow):
        value, path, child = reference.value, reference.path, reference.child
        match reference.kind:
            case "condition":
                facts.check_condition(value, path, child)
            case "date":
                facts.check_date(value, path, child)
            case "input":
                facts.resolve(value, path, child, asked=True)
            case "set":
                facts.check_set_value(str(path[-1]), value, path, child)
            case "group":
                _check_group(cursor, workflow, reference)
            case "deadline":
                _check_consequence(cursor, value, path)
            case _:
                _check_name(cursor, workflow, reference, declared)


def _declared(
    workflow: Workflow, teams: Mapping[str, Any] | None, calendars: Mapping[str, Any] | None
) -> dict[str, DeclaredNames]:
    words = workflow.vocabulary
    known_calendars = None if calendars is None else {*calendars, *words.calendars}
    return {
        "calendar": DeclaredNames(known_calendars, "calendar", "calendar"),
        "team": DeclaredNames(None if teams is None else section(teams, "teams"), "team", "team"),
        "position": DeclaredNames(None if teams is None else section(teams, "positions"), "position", "position"),
        "role": DeclaredNames((*workflow.roles, *SITE_ROLES), "role", "role", ("roles",)),
        "document": DeclaredNames(workflow.documents or None, "document", "document"),
        "approval": DeclaredNames(workflow.approvals, "approval", "approval", ("approvals",)),
        "signatures": DeclaredNames(workflow.signatures, "signatures", "signatures", ("signatures",)),
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
    cursor: WorkflowCursor, workflow: Workflow, reference: Reference, declared: Mapping[str, DeclaredNames]
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
    is_known = cursor.references.resolve(name, target.names, path, target.word, target.code, target.home)
    if is_known and reference.options is not None:
        plugin = getattr(workflow.vocabulary, f"{kind}s")[name]
        check_options(cursor, plugin.params, reference.options, (*path[:-1], "with"))


def _check_group(cursor: WorkflowCursor, workflow: Workflow, reference: Reference) -> None:
    """A group that no transition names, and whose name is nearly that of a group that some do, is mistyped."""
    name, child = reference.value, reference.child
    states = workflow.children[child].states if child else workflow.states
    home: Path = ("children", child, GROUPS) if child else (GROUPS,)
    groups = dict.fromkeys(state.within for state in states.values() if state.within)
    used = [group for group in groups if cursor.references.is_used(group, home)]
    if name not in used and closest(name, used) is not None:
        message = f"no transition speaks of the group `{name}`{did_you_mean(name, used)}"
        cursor.at(*reference.path).error("unknown-group", message)


def _check_consequence(cursor: WorkflowCursor, rule: DeadlineRule, path: Path) -> None:
    then = rule.then
    if not (then.tell or then.escalate_to or then.raise_priority or then.go):
        message = "nothing happens when this deadline is missed; write `then:` with tell, escalate_to or go"
        cursor.at(*path).warn("deadline-without-then", message)
