"""Who is who on one dossier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from formengine.errors import Refused
from formengine.workflow.definition.model import Role
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Turn


def is_outside(person: str) -> bool:
    """Whether somebody is known by an address alone and acts through a link."""
    return "@" in person


def people_of(turn: Turn, role_id: str) -> list[str]:
    """The people of a role now: of one that a single person takes, whoever took it, else all who could."""
    role = turn.wf.roles.get(role_id)
    if role is None:
        return list(turn.around.people.get(role_id) or turn.around.directory.with_role(role_id))
    if role.one_person:
        holder = turn.case.claims.get(role_id)
        if holder is not None and _is_active(turn, holder):
            return [holder]
    return members(turn, role)


def holders(turn: Turn, role_id: str) -> list[str]:
    """Who a role stands for when its people are to be kept out: nobody while none of the team has taken it."""
    role = turn.wf.roles.get(role_id)
    if role is not None and role.one_person:
        holder = turn.case.claims.get(role_id)
        return [holder] if holder is not None else []
    return people_of(turn, role_id)


def members(turn: Turn, role: Role) -> list[str]:
    """Everybody in a role's source, whoever has taken it; each once, closed accounts left out."""
    given = turn.around.people.get(role.id)
    found = given if given is not None else _from_source(turn, role)
    is_active = turn.around.directory.is_active
    return [one for one in dict.fromkeys(found) if is_outside(one) or is_active(one)]


def _from_source(turn: Turn, role: Role) -> Iterable[str]:
    kind, name, directory = role.source_kind, role.source_name, turn.around.directory
    match kind:
        case "submitter":
            return [turn.case.submitter]
        case "requested_for":
            return persons_in(turn.facts().get("requested_for")) or [turn.case.submitter]
        case "watchers":
            return persons_in(turn.facts().get("watchers"))
        case "team":
            return directory.team(name)
        case "position":
            return directory.position(name)
        case "field":
            return persons_in(turn.facts().get(name))
        case "manager_of":
            return [boss for one in people_of(turn, name) if (boss := directory.manager_of(one))]
        case "head_of_department_of":
            return [boss for one in people_of(turn, name) if (boss := directory.head_of_department_of(one))]
        case "resolver":
            return _resolved(turn, name, role)
    return []


def _resolved(turn: Turn, name: str, role: Role) -> list[str]:
    """Whom a plugin names; Refused when it fails, so that the step fails whole (X4)."""
    try:
        return [str(person) for person in turn.wf.vocabulary.resolvers[name].resolver(turn.subject(), role.options)]
    except Refused:
        raise
    except Exception as problem:
        turn.refuse("The resolver “{name}” failed: {problem}.", name=name, problem=problem)


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


def _is_active(turn: Turn, person: str) -> bool:
    return turn.around.directory.is_active(person)


def source_people(turn: Turn, source: str) -> list[str]:
    """The people of an approver's entry: `role:ID`, `team:ID`, `person:ID` or `position:ID`."""
    kind, _, name = source.partition(":")
    if kind == "role":
        return people_of(turn, name)
    directory = turn.around.directory
    found: Sequence[str] = [directory.named(name)]
    if kind != "person":
        found = directory.team(name) if kind == "team" else directory.position(name)
    return [one for one in dict.fromkeys(found) if is_outside(one) or _is_active(turn, one)]


def told(turn: Turn, roles: Iterable[str]) -> list[str]:
    """The people of several roles, each once."""
    return list(dict.fromkeys(person for role in roles for person in people_of(turn, role)))


def acting_role(turn: Turn, who: Sequence[str], by: str, child: Child | None = None) -> str | None:
    """The first of several roles that somebody has; None when none."""
    for role in who:
        if by in people_of(turn, role):
            return role
    return None


def claim_by_acting(turn: Turn, role_id: str | None, by: str) -> None:
    """A member of a team who acts first in a role that one person takes has taken it."""
    role = turn.wf.roles.get(role_id or "")
    if role is not None and role.one_person and turn.case.claims.get(role.id) != by:
        turn.case.claims[role.id] = by
        turn.happened("claimed", by, data={"role": role.id})
