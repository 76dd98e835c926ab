"""The people of each role of a dossier, from its source: submitter, team, position, field, manager, plugin (W3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from formengine.conditions.evaluation import is_empty
from formengine.email_addresses import address_key
from formengine.errors import PluginFailed, Refused
from formengine.workflow.definition.model import Role
from formengine.workflow.definition.tables import parse_lookup
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.lookups import look_up


def is_guest(person: str) -> bool:
    """Whether a person is a guest: known by an e-mail address alone, acting through a link."""
    return "@" in person


def people_of(execution: Execution, role_id: str, child: Child | None = None) -> list[str]:
    """The people in a role now: the person who claimed it, for a role of one person; else all its members.

    Of a role that reads a field of children, they are those of `child`; without one, of all of them.
    """
    role = execution.workflow.roles.get(role_id)
    if role is None:
        return list(execution.context.people.get(role_id) or execution.context.directory.with_role(role_id))
    if role.one_person:
        holder = execution.case.claims.get(role_id)
        if (
            holder is not None
            and execution.context.directory.is_active(holder)
            and not is_kept_out(execution, role, holder)
        ):
            return [holder]
    return members(execution, role, child)


def role_holders(execution: Execution, role_id: str) -> list[str]:
    """The people of a role for exclusion (four eyes): nobody while a role of one person is unclaimed."""
    role = execution.workflow.roles.get(role_id)
    if role is not None and role.one_person:
        holder = execution.case.claims.get(role_id)
        return [holder] if holder is not None else []
    return people_of(execution, role_id)


def members(execution: Execution, role: Role, child: Child | None = None) -> list[str]:
    """Everybody in a role's source, claimed or not; each once, without closed accounts and those kept out of it."""
    override = execution.context.people.get(role.id)
    people = _active(execution, override if override is not None else _from_source(execution, role, child))
    return [person for person in people if not is_kept_out(execution, role, person)] if role.kept_out else people


def is_kept_out(execution: Execution, role: Role, person: str) -> bool:
    """Whether a role excludes somebody (`except`), known by their account or by their e-mail address."""
    if not role.kept_out:
        return False
    barred = [barred for other in role.kept_out for barred in role_holders(execution, other)]
    return person_key(execution, person) in {person_key(execution, person) for person in barred}


def person_key(execution: Execution, person: str) -> str:
    """What tells somebody apart from others: the account, where their address has one, else the address, compared as
    `address_key` does.

    A tag after a plus sign counts as none where the address without it has an account: most mail servers deliver such
    mail to the same mailbox (RFC 5233).
    """
    named = execution.context.directory.named(person)
    local, at, domain = named.partition("@")
    if at and "+" in local[1:]:
        plain = f"{local[0]}{local[1:].partition('+')[0]}@{domain}"
        account = execution.context.directory.named(plain)
        named = named if is_guest(account) else account
    return address_key(named)


def _active(execution: Execution, people: Iterable[str]) -> list[str]:
    """Guests and people with an active account, each once, however their address is written."""
    is_active, by_key = execution.context.directory.is_active, dict[str, str]()
    for person in people:
        by_key.setdefault(address_key(person), person)
    return [person for person in by_key.values() if is_guest(person) or is_active(person)]


def _from_source(execution: Execution, role: Role, child: Child | None) -> Iterable[str]:
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
            kinds = execution.workflow.kinds_of_role(role)
            if not kinds:
                return people_in_fact(execution.facts().get(name))
            children = execution.case.children if child is None else [child]
            return [p for c in children if c.kind in kinds for p in people_in_fact(c.fields.get(name))]
        case "manager_of":
            return [
                manager for person in people_of(execution, name, child) if (manager := directory.manager_of(person))
            ]
        case "head_of_department_of":
            return [
                head
                for person in people_of(execution, name, child)
                if (head := directory.head_of_department_of(person))
            ]
        case "lookup":
            value = look_up(execution.workflow.tables, parse_lookup(role.options), execution.facts())
            return people_of_cell(execution, value)
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


def people_of_cell(execution: Execution, cell: object) -> list[str]:
    """The people whom a cell of a look-up table names: by an e-mail address, or as the holder of a position."""
    directory, names = execution.context.directory, people_in_fact(cell)
    return [p for n in names for p in ([directory.named(n)] if is_guest(n) else directory.position(n))]


def source_people(execution: Execution, source: str) -> list[str]:
    """The people of an approver's entry: `role:ID`, `team:ID`, `person:ID` or `position:ID`."""
    kind, _, name = source.partition(":")
    if kind == "role":
        return people_of(execution, name)
    directory = execution.context.directory
    if kind == "person":
        return _active(execution, [directory.named(name)])
    return _active(execution, directory.team(name) if kind == "team" else directory.position(name))


def people_of_roles(execution: Execution, roles: Iterable[str], child: Child | None = None) -> list[str]:
    """The people of several roles, each once; `child` as for `people_of`."""
    return list(dict.fromkeys(person for role in roles for person in people_of(execution, role, child)))


def copies_of(execution: Execution, names: tuple[str, ...]) -> list[str]:
    """The people whom `cc` names: each name is a role, else a fact that holds people."""
    people: list[str] = []
    for name in names:
        is_role = name in execution.workflow.roles or name not in execution.workflow.fact_types
        people += people_of(execution, name) if is_role else people_in_fact(execution.facts().get(name))
    return list(dict.fromkeys(map(execution.context.directory.named, people)))


def acting_role(execution: Execution, who: Sequence[str], by: str, child: Child | None = None) -> str | None:
    """The first of these roles that a person has; None when they have none."""
    for role in who:
        if by in people_of(execution, role, child):
            return role
    return None


def claim_by_acting(execution: Execution, role_id: str | None, by: str) -> None:
    """Claim a role of one person for a member who acts in it."""
    role = execution.workflow.roles.get(role_id or "")
    if role is not None and role.one_person and execution.case.claims.get(role.id) != by:
        execution.case.claims[role.id] = by
        execution.record_history("claimed", by, data={"role": role.id})
