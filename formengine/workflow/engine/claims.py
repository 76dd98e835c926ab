"""Claiming, releasing and assigning a role of one person: who is in charge of the dossier (D1)."""

from __future__ import annotations

from formengine.workflow.definition.model import Role
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import refusal_by_role, role_title
from formengine.workflow.engine.in_charge import people_in_charge, takers
from formengine.workflow.engine.roles import members, people_of


def _role_to_claim(execution: Execution, role_id: str) -> Role:
    role = execution.workflow.roles.get(role_id)
    if role is None or not role.one_person:
        execution.refuse("Nobody takes the role “{role}”: it is not for one person of a team.", role=role_id)
    return role


def claim(execution: Execution, role_id: str, by: str) -> None:
    """Operation: claim a role; raises Refused to people outside its team, and while a colleague holds it."""
    role = _role_to_claim(execution, role_id)
    holder = execution.case.claims.get(role_id)
    if holder == by:
        execution.refuse("You have taken this already.")
    if by not in members(execution, role):
        execution.refuse("Only somebody of the team ({role}) can take this.", role=role_title(execution, role_id))
    if holder is not None and execution.context.directory.is_active(holder):
        execution.refuse("{person} has taken this already.", person=execution.context.directory.name(holder))
    execution.case.claims[role_id] = by
    execution.record_history("claimed", by, data={"role": role_id})


def release(execution: Execution, by: str, role_id: str | None = None) -> None:
    """Operation: release a role that a person has claimed, or all of them (None); raises Refused when there is none."""
    claimed = [role for role, person in execution.case.claims.items() if person == by and role_id in (None, role)]
    if not claimed:
        execution.refuse("You have not taken this.")
    for role in claimed:
        del execution.case.claims[role]
        execution.record_history("released", by, data={"role": role})


def release_of_closed_account(execution: Execution, person: str) -> None:
    """Release what somebody whose account is closed has claimed, so that the team finds it in its queue, and tell
    whoever is in charge now. A dossier that is done, or has ended, stays as it was: nothing is to be done on it.
    """
    if execution.state.category in ("done", "cancelled") or execution.context.directory.is_active(person):
        return
    claimed = [role for role, holder in execution.case.claims.items() if holder == person]
    for role in claimed:
        del execution.case.claims[role]
        data = {"role": role, "status": "closed", "person": person}
        execution.record_history("released", None, data=data)
    if claimed and not takers(execution):
        execution.tell("charge_lost", people_in_charge(execution), left=person)


def assign(execution: Execution, role_id: str, to: str, by: str) -> None:
    """Operation: assign a role to a member of its team.

    Raises Refused to people who are neither in the team nor legal admin or counsel, and for an assignee outside it.
    """
    role = _role_to_claim(execution, role_id)
    team = members(execution, role)
    if by not in team and by not in (*people_of(execution, "legal_admin"), *people_of(execution, "counsel")):
        execution.refuse(refusal_by_role(execution, [role_id]))
    if to not in team:
        execution.refuse("{person} is not of the team.", person=execution.context.directory.name(to))
    if execution.case.claims.get(role_id) != to:
        execution.case.claims[role_id] = to
        execution.record_history("claimed", to, data={"role": role_id, "assigned_by": by})
        if to != by:
            execution.tell("assigned", [to], by=by)
