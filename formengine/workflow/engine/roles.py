"""The people of each role of a dossier, from its source: submitter, team, position, field, manager, plugin (W3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from formengine.errors import PluginFailed, Refused
from formengine.workflow.definition.model import Role
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Execution


def is_guest(person: str) -> bool:
    """Whether a person is a guest: known by an e-mail address alone, acting through a link."""
    return "@" in person


def people_of(execution: Execution, role_id: str) -> list[str]:
    """The people in a role now: the person who claimed it, for a role of one person; else all its members."""
    role = execution.workflow.roles.get(role_id)
    if role is None:
        return list(execution.context.people.get(role_id) or execution.context.directory.with_role(role_id))
    if role.one_person:
        holder = execution.case.claims.get(role_id)
        if holder is not None and execution.context.directory.is_active(holder):
            return [holder]
    return members(execution, role)


def role_holders(execution: Execution, role_id: str) -> list[str]:
    """The people of a role for exclusion (four eyes): nobody while a role of one person is unclaimed."""
    role = execution.workflow.roles.get(role_id)
    if role is not None and role.one_person:
        holder = execution.case.claims.get(role_id)
        return [holder] if holder is not None else []
    return people_of(execution, role_id)


def members(execution: Execution, role: Role) -> list[str]:
    """Everybody in a role's source, claimed or not; each once, without closed accounts."""
    override = execution.context.people.get(role.id)
    return _active(execution, override if override is not None else _from_source(execution, role))


def _active(execution: Execution, people: Iterable[str]) -> list[str]:
    """Guests and people with an active account, each once."""
    is_active = execution.context.directory.is_active
    return [person for person in dict.fromkeys(people) if is_guest(person) or is_active(person)]


def _from_source(execution: Execution, role: Role) -> Iterable[str]:
    kind, name, directory = role.source_kind, role.source_name, execution.context.directory
    match kind:
        case "submitter":
            return [execution.case.submitter]
        case "requested_for":
            return people_in_fact(execution.facts().get("requested_for")) or [execution.case.submitter]
        case "watchers":
            return people_in_fact(execution.facts().get("watchers"))
        case "team":
            return directory.team(name)
        case "position":
            return directory.position(name)
        case "field":
            return people_in_fact(execution.facts().get(name))
        case "manager_of":
            return [manager for person in people_of(execution, name) if (manager := directory.manager_of(person))]
        case "head_of_department_of":
            return [head for person in people_of(execution, name) if (head := directory.head_of_department_of(person))]
        case "resolver":
            return _resolved(execution, name, role)
    return []


def _resolved(execution: Execution, name: str, role: Role) -> list[str]:
    """The people that a plugin's resolver returns; raises Refused when it fails, so that the whole step fails (X4)."""
    plugin = execution.workflow.vocabulary.resolvers[name]
    try:
        return [str(person) for person in plugin.resolver(execution.subject(), role.options)]
    except Exception as problem:
        if isinstance(problem, Refused) and not isinstance(problem, PluginFailed):
            raise  # by another resolver that it asked
        text = execution.failure_text(problem)
        execution.refuse("The resolver “{name}” failed: {problem}.", name=name, problem=text)


def people_in_fact(value: object) -> list[str]:
    """The people in a fact's value: a person's id, a contact's e-mail address, or a list of either."""
    if is_empty(value):
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return people_in_fact(value.get("email") or value.get("contact") or value.get("id"))
    if isinstance(value, Sequence):
        return [person for entry in value for person in people_in_fact(entry)]
    return []


def source_people(execution: Execution, source: str) -> list[str]:
    """The people of an approver's entry: `role:ID`, `team:ID`, `person:ID` or `position:ID`."""
    kind, _, name = source.partition(":")
    if kind == "role":
        return people_of(execution, name)
    directory = execution.context.directory
    if kind == "person":
        return _active(execution, [directory.named(name)])
    return _active(execution, directory.team(name) if kind == "team" else directory.position(name))


def people_of_roles(execution: Execution, roles: Iterable[str]) -> list[str]:
    """The people of several roles, each once."""
    return list(dict.fromkeys(person for role in roles for person in people_of(execution, role)))


def acting_role(execution: Execution, who: Sequence[str], by: str) -> str | None:
    """The first of these roles that a person has; None when they have none."""
    for role in who:
        if by in people_of(execution, role):
            return role
    return None


def claim_by_acting(execution: Execution, role_id: str | None, by: str) -> None:
    """Claim a role of one person for a member who acts in it."""
    role = execution.workflow.roles.get(role_id or "")
    if role is not None and role.one_person and execution.case.claims.get(role.id) != by:
        execution.case.claims[role.id] = by
        execution.record_history("claimed", by, data={"role": role.id})
