"""The steps by which the requester answers, where a dossier waits for them."""

from __future__ import annotations

from typing import Final

from formengine.workflow.definition.model import Transition, Workflow

REQUESTER_SOURCES: Final = ("submitter", "requested_for")
"""The sources of roles of those who requested something (`Role.source`)."""


def answering_steps(workflow: Workflow, state: str) -> list[Transition]:
    """The steps that lead on from a state that waits, and that are the requester's alone; not those to be confirmed,
    such as to withdraw. Empty in any other state.
    """
    if workflow.states[state].category != "waiting":
        return []
    own = requester_roles(workflow)
    return [step for step in workflow.leaving(state) if not step.confirm and set(step.who) <= own]


def requester_roles(workflow: Workflow) -> set[str]:
    """The ids of the roles of those who requested something."""
    return {role.id for role in workflow.roles.values() if role.source in REQUESTER_SOURCES}
