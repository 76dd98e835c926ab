"""Who is in charge: of a dossier, by taking it or as its team; of a child, by the fields that name them (W10, W23)."""

from __future__ import annotations

from collections.abc import Iterator

from formengine.workflow.definition.model import Role, Workflow
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.roles import is_guest, members, people_in_fact, people_of


def takers(execution: Execution) -> list[str]:
    """Whoever has taken the dossier, in any of its roles of one person; people whose account is closed are not."""
    is_active = execution.context.directory.is_active
    return [person for person in dict.fromkeys(execution.case.claims.values()) if is_active(person)]


def takers_or_team(execution: Execution) -> list[str]:
    """Whoever has taken the dossier; before that its team, which may take it."""
    role = execution.workflow.team_role
    return takers(execution) or (people_of(execution, role.id) if role else [])


def people_in_charge(execution: Execution) -> list[str]:
    """The same, and the legal admins where there is nobody: they are told what needs somebody in charge."""
    return takers_or_team(execution) or people_of(execution, "legal_admin")


def is_in_charge(execution: Execution, person: str) -> bool:
    """Whether somebody acts for the dossier as a whole: whoever has taken it, and the legal admins."""
    return person in takers(execution) or person in people_of(execution, "legal_admin")


def may_take_charge(execution: Execution, person: str) -> bool:
    """Whether somebody is in charge or could be: also the team, until one of it takes the dossier; all of counsel where
    it has no team.
    """
    role = execution.workflow.team_role
    return is_in_charge(execution, person) or person in people_of(execution, role.id if role else "counsel")


def roles_of_child(workflow: Workflow, kind: str) -> list[Role]:
    """The roles that a child's own fields fill, and that take its steps: who is in them is in charge of the child."""
    who = {role for transition in workflow.children[kind].transitions.values() for role in transition.who}
    return [role for role in workflow.roles.values() if role.id in who and kind in workflow.kinds_of_role(role)]


def fields_in_charge(workflow: Workflow, kind: str) -> list[str]:
    """The fields of a kind of child that say who is in charge of one."""
    return list(dict.fromkeys(role.source_name for role in roles_of_child(workflow, kind)))


def people_named_for_role(role: Role, child: Child) -> list[str]:
    """The people whom a child's own field names for one of its roles."""
    return people_in_fact(child.fields.get(role.source_name))


def person_named_for_role(workflow: Workflow, role_id: str, child: Child | None) -> str | None:
    """The account or address that a child's own field names for a role; None for any other role, and for several."""
    role = workflow.roles.get(role_id)
    if role is None or child is None or child.kind not in workflow.kinds_of_role(role):
        return None
    value = child.fields.get(role.source_name)
    return value if isinstance(value, str) else None


def people_named_for_child(workflow: Workflow, child: Child) -> list[str]:
    """The people whom a child's own fields put in charge of it, each once; their accounts may be closed."""
    roles = roles_of_child(workflow, child.kind)
    return list(dict.fromkeys(person for role in roles for person in people_named_for_role(role, child)))


def people_in_charge_of(execution: Execution, child: Child) -> list[str]:
    """The people in charge of a child, each once: without closed accounts, and those whom `except` keeps out.

    Beside those who take its steps, the people of a role of its own to which a missed deadline was escalated.
    """
    roles = [*roles_of_child(execution.workflow, child.kind), *_roles_escalated_to(execution, child)]
    return list(dict.fromkeys(person for role in roles for person in members(execution, role, child)))


def _roles_escalated_to(execution: Execution, child: Child) -> Iterator[Role]:
    """The roles filled by fields of a child to which a missed deadline, its own or the dossier's, was escalated."""
    for deadline in execution.case.deadlines:
        if deadline.status == "missed" and deadline.child in (None, (child.kind, child.number)):
            rule = execution.compiled.deadlines.get(deadline.rule)
            role = execution.workflow.roles.get((rule.then.escalate_to if rule else None) or "")
            if role is not None and child.kind in execution.workflow.kinds_of_role(role):
                yield role


def children_in_charge(execution: Execution) -> dict[str, list[Child]]:
    """The accounts that are in charge of children, each with these children in their order."""
    by_person: dict[str, list[Child]] = {}
    for child in execution.case.children:
        for person in people_in_charge_of(execution, child):
            if not is_guest(person):
                by_person.setdefault(person, []).append(child)
    return by_person


def report_lost_charge(execution: Execution, person: str) -> None:
    """Tell whoever is in charge of the dossier of each open child that nobody is in charge of any more, because the
    account of this person is closed.
    """
    if execution.state.ends or execution.context.directory.is_active(person):
        return
    for child in list(_left_alone(execution, person)):
        title = stored_text(execution.workflow.children[child.kind].title)
        data = {"kind": child.kind, "number": child.number, "title": title, "person": person}
        execution.record_history("charge_lost", None, data=data)
        execution.tell("charge_lost", people_in_charge(execution), of_child=[child.kind, child.number], left=person)


def _left_alone(execution: Execution, person: str) -> Iterator[Child]:
    for child in execution.case.children:
        is_named = person in people_named_for_child(execution.workflow, child)
        if is_named and not execution.state_of(child).ends and not people_in_charge_of(execution, child):
            yield child
