"""Taking a dossier: one of a team has it, gives it back, or is given it (D1)."""

from __future__ import annotations

from formengine.workflow.definition.model import Role
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.explanations import only, role_title
from formengine.workflow.engine.roles import members, people_of


def _role(turn: Turn, role_id: str) -> Role:
    role = turn.wf.roles.get(role_id)
    if role is None or not role.one_person:
        turn.refuse("Nobody takes the role “{role}”: it is not for one person of a team.", role=role_id)
    return role


def claim(turn: Turn, role_id: str, by: str) -> None:
    """Take a role, as one of its team."""
    role = _role(turn, role_id)
    holder = turn.case.claims.get(role_id)
    if holder == by:
        turn.refuse("You have taken this already.")
    if by not in members(turn, role):
        turn.refuse("Only somebody of the team ({role}) can take this.", role=role_title(turn, role_id))
    if holder is not None and turn.around.directory.is_active(holder):
        turn.refuse("{person} has taken this already.", person=turn.around.directory.name(holder))
    turn.case.claims[role_id] = by
    turn.happened("claimed", by, data={"role": role_id})


def release(turn: Turn, by: str, role_id: str | None) -> None:
    """Give back what one has taken: the role given, or all."""
    mine = [role for role, person in turn.case.claims.items() if person == by and role_id in (None, role)]
    if not mine:
        turn.refuse("You have not taken this.")
    for role in mine:
        del turn.case.claims[role]
        turn.happened("released", by, data={"role": role})


def assign(turn: Turn, role_id: str, to: str, by: str) -> None:
    """Give the role to one of its team; whoever is of the team may, and legal admins and counsel."""
    role = _role(turn, role_id)
    team = members(turn, role)
    if by not in team and by not in (*people_of(turn, "legal_admin"), *people_of(turn, "counsel")):
        turn.refuse(only(turn, [role_id]))
    if to not in team:
        turn.refuse("{person} is not of the team.", person=turn.around.directory.name(to))
    if turn.case.claims.get(role_id) != to:
        turn.case.claims[role_id] = to
        turn.happened("claimed", to, data={"role": role_id, "assigned_by": by})
