"""Roles and quorums: sources that exist, signers with an address, rounds that can be decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.source import Path
from formengine.workflow.checks.currencies import check_currencies
from formengine.workflow.checks.facts import FactChecker, check_options
from formengine.workflow.definition.model import Approver, FactType, Role, RoundRule, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.workflow import SITE_ROLES

_PEOPLE_KINDS = ("person", "people", "contact", "list", "object", "unknown")
_WITH_ADDRESS = ("contact", "list", "object", "unknown")


def check_people(cursor: WorkflowCursor, workflow: Workflow, teams: Mapping[str, Any] | None, has_forms: bool) -> None:
    """The sources of roles, and of approvers that are no roles."""
    for role in workflow.roles.values():
        path: Path = ("roles", role.id)
        kind, name = role.source_kind, role.source_name
        _source(cursor, teams, kind, name, (*path, kind))
        if kind == "field":
            _field_role(cursor, FactChecker(cursor, workflow, has_forms), role.outside, name, (*path, "field"))
        elif kind in ("manager_of", "head_of_department_of"):
            _known(cursor, name, [*workflow.roles, *SITE_ROLES], (*path, kind), "role")
            if _leads_back(workflow, role.id):
                message = f"the role `{role.id}` is reckoned from itself; name a role that has people of its own"
                cursor.at(*path, kind).error("role", message)
        elif kind == "resolver":
            resolvers = workflow.vocabulary.resolvers
            _known(cursor, name, resolvers, (*path, kind), "plugin")
            if name in resolvers:
                check_options(cursor, resolvers[name].params, role.options, (*path, "with"))
        if role.one_person and kind != "team":
            cursor.at(*path, "one_person").error(
                "role", "`one_person` is for a role with `team:`; others have their people"
            )
    for rule in (*workflow.approvals.values(), *workflow.signatures.values()):
        for path, entry in entries(rule):
            kind, _, name = entry.source.partition(":")
            _source(cursor, teams, kind, name, (*path, kind))


def _leads_back(workflow: Workflow, role_id: str) -> bool:
    """Whether a role that is somebody's manager or head is, through others, its own."""
    seen: set[str] = set()
    role = workflow.roles.get(role_id)
    while role is not None and role.source_kind in ("manager_of", "head_of_department_of") and role.id not in seen:
        seen.add(role.id)
        role = workflow.roles.get(role.source_name)
    return role is not None and role.id == role_id and role.id in seen


def _source(cursor: WorkflowCursor, teams: Mapping[str, Any] | None, kind: str, name: str, path: Path) -> None:
    if teams is not None and kind in ("team", "position"):
        _known(cursor, name, _declared(teams, f"{kind}s"), path, kind)


def _declared(teams: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    found = teams.get(part)
    return found if isinstance(found, Mapping) else {}


def _known(cursor: WorkflowCursor, name: str, known: Any, path: Path, kind: str) -> None:
    called = "resolver" if kind == "plugin" else kind
    cursor.references.resolve(name, known, path, called, kind, ("roles",) if kind == "role" else None)


def _field_role(cursor: WorkflowCursor, facts: FactChecker, outside: bool, name: str, path: Path) -> None:
    found = facts.known(name, path)
    if found is None:
        return
    is_address = found.schema.get("format") == "email" or _has_address(found)
    if outside and not is_address and found.kind not in _WITH_ADDRESS:
        message = f'somebody outside needs an e-mail address, and `{name}` has none; use $ref: "formengine:contact"'
        cursor.at(*path).error("no-email", message)
    elif not is_address and found.kind not in _PEOPLE_KINDS:
        cursor.at(*path).error("no-people", f"`{name}` names no people; use formengine:person, :people or :contact")


def _has_address(found: FactType) -> bool:
    """Whether an object or the entries of a list hold an e-mail address."""
    items = found.schema.get("items")
    schema = items if isinstance(items, Mapping) else found.schema
    properties = schema.get("properties")
    if "formengine:contact" in str(schema.get("$ref", "")):
        return True
    return isinstance(properties, Mapping) and "email" in properties


def entries(rule: RoundRule) -> list[tuple[Path, Approver]]:
    """Every approver or signer of a rule with its place."""
    approval = rule.kind == "approval"
    base: Path = ("approvals", rule.id, "steps") if approval else ("signatures", rule.id, "order")
    return [
        ((*base, i, "approvers", j) if approval else (*base, i, j), entry)
        for i, step in enumerate(rule.steps)
        for j, entry in enumerate(step.entries)
    ]


def check_rounds(cursor: WorkflowCursor, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
    """Quorums that can be reached, steps that are not all skipped, outcomes that lead somewhere."""
    for rule in (*workflow.approvals.values(), *workflow.signatures.values()):
        part = "approvals" if rule.kind == "approval" else "signatures"
        for path, entry in entries(rule):
            _quorum(cursor, workflow, teams, rule, entry, path)
        if rule.steps and all(_can_be_skipped(step) for step in rule.steps):
            message = f"every step of `{rule.id}` can be skipped, and then nobody is asked; give one step no `when`"
            cursor.at(part, rule.id).error("all-skipped", message, at_key=True)
    check_currencies(cursor, workflow)
    for state in workflow.states.values():
        for round_key, keys in (("approval", ("approved", "rejected")), ("signatures", ("signed", "declined"))):
            for key in keys if getattr(state, round_key) else ():
                if getattr(state, key) is None:
                    message = f"`{state.id}` does not say `{key}:`, the state that follows"
                    cursor.at("states", state.id).error(f"no-{key}", message, at_key=True)


def _can_be_skipped(step: Any) -> bool:
    return step.when is not None or (bool(step.entries) and all(entry.when is not None for entry in step.entries))


def _quorum(
    cursor: WorkflowCursor,
    workflow: Workflow,
    teams: Mapping[str, Any] | None,
    rule: RoundRule,
    entry: Approver,
    path: Path,
) -> None:
    people = _known_people(workflow, teams, entry.source)
    if people is None:
        people = ["nobody knows"] * max(entry.need, 1)  # only a dossier can tell who: enough of them
    need, cursor = max(entry.need, 1), cursor.at(*path, "need")
    if need > len(people):
        message = f"{need} must agree, but there are only {len(people)} of them; ask for fewer or add people"
        cursor.error("quorum", message)
        return
    left = _left(workflow, teams, rule, entry, people)
    if need > left:
        message = f"{need} must agree, but `not_same_person_as` leaves only {left}; ask for fewer or add people"
        cursor.error("quorum", message)


def _left(
    workflow: Workflow, teams: Mapping[str, Any] | None, rule: RoundRule, entry: Approver, people: list[str]
) -> int:
    """How many of an entry's people four eyes leave at most: the members of a role's team are out together, and of a
    role that one person takes, one of them is."""
    asked = workflow.roles.get(entry.source.partition(":")[2]) if entry.source.startswith("role:") else None
    out, taken = set[str](), 0
    for name in rule.not_same_person_as:
        role = workflow.roles.get(name)
        if role is None:
            continue
        if asked is not None and (role.id == asked.id or (role.source == asked.source and not role.one_person)):
            return 0
        found = _members(workflow, teams, role)
        if role.one_person:
            taken = max(taken, int(bool(found) and set(found) <= set(people)))
        else:
            out |= set(found)
    return len([person for person in people if person not in out]) - (taken if not out else 0)


def _members(workflow: Workflow, teams: Mapping[str, Any] | None, role: Role) -> list[str]:
    """The people of a team or a position as the files have them; nobody where only a dossier can tell."""
    if teams is None or role.source_kind not in ("team", "position"):
        return []
    return _known_people(workflow, teams, role.source) or []


def _known_people(workflow: Workflow, teams: Mapping[str, Any] | None, source: str) -> list[str] | None:
    """The people of an entry as the files have them; None when only a dossier can tell."""
    kind, _, name = source.partition(":")
    if kind == "role":
        role = workflow.roles.get(name)
        if role is None:
            return None
        if role.one_person or role.source_kind in ("submitter", "requested_for"):
            return ["one person"]
        return _known_people(workflow, teams, role.source) if role.source_kind in ("team", "position") else None
    if kind == "person":
        return [name]
    if teams is None:
        return ["the holder"] if kind == "position" else None
    if kind == "position":
        return [str(_declared(teams, "positions").get(name))]
    team = _declared(teams, "teams").get(name)
    members = team.get("members") if isinstance(team, Mapping) else None
    return [str(one) for one in members or []]
