"""Who is told of a new dossier, because they will handle it (P10); the portal and the simulation ask the same rule."""

from __future__ import annotations

from formengine.workflow.definition.model import Role, Workflow
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import members


def people_to_tell(execution: Execution) -> list[str]:
    """Account ids of the dossier's team, else of the teams that may act in its state, and of positions that may act.

    Each once, without people whom a role excludes (`except`). Who may be told of a restricted dossier is not decided
    here.
    """
    roles = roles_to_tell(execution.workflow, execution.case.state)
    return list(dict.fromkeys(person for role in roles for person in members(execution, role)))


def roles_to_tell(workflow: Workflow, state: str) -> list[Role]:
    """The roles of those who are told of a dossier in a state; the source of each is a team or a position."""
    names = dict.fromkeys(name for transition in workflow.leaving(state) for name in transition.who)
    acting = [workflow.roles[name] for name in names if name in workflow.roles]
    team = workflow.team_role
    teams = [team] if team is not None else [role for role in acting if role.source_kind == "team"]
    return [*teams, *(role for role in acting if role.source_kind == "position")]
