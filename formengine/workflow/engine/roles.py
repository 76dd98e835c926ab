"""Who is who on one dossier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from formengine.errors import Refused
from formengine.workflow.definition.model import Role
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Execution


def is_outside(person: str) -> bool:
    """Whether somebody is known by an address alone and acts through a link."""
    return "@" in person


def people_of(execution: Execution, role_id: str) -> list[str]:
    """The people of a role now: of one that a single person takes, whoever took it, else all who could."""
    role = execution.wf.roles.get(role_id)
    if role is None:
        return list(execution.around.people.get(role_id) or execution.around.directory.with_role(role_id))
    if role.one_person:
        holder = execution.case.claims.get(role_id)
        if holder is not None and _is_active(execution, holder):
            return [holder]
    return members(execution, role)


def holders(execution: Execution, role_id: str) -> list[str]:
    """Who a role stands for when its people are to be kept out: nobody while none of the team has taken it."""
    role = execution.wf.roles.get(role_id)
    if role is not None and role.one_person:
        holder = execution.case.claims.get(role_id)
        return [holder] if holder is not None else []
    return people_of(execution, role_id)


def members(execution: Execution, role: Role) -> list[str]:
    """Everybody in a role's source, whoever has taken it; each once, closed accounts left out."""
    given = execution.around.people.get(role.id)
    found = given if given is not None else _from_source(execution, role)
    is_active = execution.around.directory.is_active
    return [one for one in dict.fromkeys(found) if is_outside(one) or is_active(one)]


def _from_source(execution: Execution, role: Role) -> Iterable[str]:
    kind, name, directory = role.source_kind, role.source_name, execution.around.directory
    match kind:
        case "submitter":
            return [execution.case.submitter]
        case "requested_for":
            return persons_in(execution.facts().get("requested_for")) or [execution.case.submitter]
        case "watchers":
            return persons_in(execution.facts().get("watchers"))
        case "team":
            return directory.team(name)
        case "position":
            return directory.position(name)
        case "field":
            return persons_in(execution.facts().get(name))
        case "manager_of":
            return [boss for one in people_of(execution, name) if (boss := directory.manager_of(one))]
        case "head_of_department_of":
            return [boss for one in people_of(execution, name) if (boss := directory.head_of_department_of(one))]
        case "resolver":
            return _resolved(execution, name, role)
    return []


def _resolved(execution: Execution, name: str, role: Role) -> list[str]:
    """Whom a plugin names; Refused when it fails, so that the step fails whole (X4)."""
    try:
        return [
            str(person)
            for person in execution.wf.vocabulary.resolvers[name].resolver(execution.subject(), role.options)
        ]
    except Refused:
        raise
    except Exception as problem:
        execution.refuse("The resolver “{name}” failed: {problem}.", name=name, problem=problem)


def persons_in(value: object) -> list[str]:
    """The people in a fact: a person's id, a contact's address, or a list of either."""
    if is_empty(value):
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return persons_in(value.get("email") or value.get("contact") or value.get("id"))
    if isinstance(value, Sequence):
        return [one for entry in value for one in persons_in(entry)]
    return []


def _is_active(execution: Execution, person: str) -> bool:
    return execution.around.directory.is_active(person)


def source_people(execution: Execution, source: str) -> list[str]:
    """The people of an approver's entry: `role:ID`, `team:ID`, `person:ID` or `position:ID`."""
    kind, _, name = source.partition(":")
    if kind == "role":
        return people_of(execution, name)
    directory = execution.around.directory
    found: Sequence[str] = [directory.named(name)]
    if kind != "person":
        found = directory.team(name) if kind == "team" else directory.position(name)
    return [one for one in dict.fromkeys(found) if is_outside(one) or _is_active(execution, one)]


def told(execution: Execution, roles: Iterable[str]) -> list[str]:
    """The people of several roles, each once."""
    return list(dict.fromkeys(person for role in roles for person in people_of(execution, role)))


def acting_role(execution: Execution, who: Sequence[str], by: str, child: Child | None = None) -> str | None:
    """The first of several roles that somebody has; None when none."""
    for role in who:
        if by in people_of(execution, role):
            return role
    return None


def claim_by_acting(execution: Execution, role_id: str | None, by: str) -> None:
    """A member of a team who acts first in a role that one person takes has taken it."""
    role = execution.wf.roles.get(role_id or "")
    if role is not None and role.one_person and execution.case.claims.get(role.id) != by:
        execution.case.claims[role.id] = by
        execution.record_history("claimed", by, data={"role": role.id})
