"""Mails about a new dossier: to the legal team that has to work on it (P10), and to the requester (P11)."""

from __future__ import annotations

from formengine.authoring import RequestType
from formengine.services.access.enforcement import filter_readers
from formengine.services.case.repository import LoadedCase
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import ANSWERS_AT_DELIVERY, Recipient, notify
from formengine.services.people.workflow_directory import WorkflowDirectory
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.model import Workflow


def mail_new_dossier(work: UnitOfWork, loaded: LoadedCase, request_type: RequestType) -> None:
    """Mail the dossier's team and the requester; a requester who is in the team gets the requester's mail only."""
    dossier = loaded.dossier
    team = [person for person in team_to_notify(work, dossier) if person != dossier.requester_id]

    def data(recipient: Recipient) -> dict[str, object]:
        return {"request": {"title": request_type.title_in(recipient.language)}, **ANSWERS_AT_DELIVERY}

    notify(work, "new_dossier", team, data, dossier=dossier, entry=1)
    notify(work, "submission", [dossier.requester_id], data, dossier=dossier, entry=1)


def team_to_notify(work: UnitOfWork, dossier: Dossier) -> list[str]:
    """The people to notify: the dossier's team; without one, the teams that may act in its state; without those, the
    legal admins.

    For a restricted dossier, only those of them who have access to it; if nobody has, the legal admins, who can assign
    it.
    """
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    directory = WorkflowDirectory(work)
    directory.expect(workflow)
    teams = [workflow.team] if workflow.team else _teams_at(workflow, dossier.state)
    people = [person for team in teams for person in directory.team(team)]
    readers = filter_readers(work, dossier, dict.fromkeys(people))
    return readers or list(directory.with_role("legal_admin"))


def _teams_at(workflow: Workflow, state: str) -> list[str]:
    roles = [
        workflow.roles[role_id]
        for transition in workflow.leaving(state)
        for role_id in transition.who
        if role_id in workflow.roles
    ]
    return [role.source_name for role in roles if role.source_kind == "team"]
