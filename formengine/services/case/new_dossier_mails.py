"""Mails about a new dossier: to the legal team that has to work on it (P10), and to the requester (P11)."""

from __future__ import annotations

from formengine.authoring import RequestType
from formengine.services.access.enforcement import filter_readers
from formengine.services.case.mail_details import next_deadline
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import ANSWERS_AT_DELIVERY, Recipient, notify
from formengine.services.people.workflow_directory import WorkflowDirectory
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.new_dossier import people_to_tell, roles_to_tell


def mail_new_dossier(work: UnitOfWork, loaded: LoadedCase, request_type: RequestType) -> None:
    """Mail the dossier's team and the requester; a requester who is in the team gets the requester's mail only."""
    dossier = loaded.dossier
    team = [person for person in team_to_notify(work, dossier) if person != dossier.requester_id]

    def data(recipient: Recipient) -> dict[str, object]:
        return {"request": {"title": request_type.title_in(recipient.language)}, **ANSWERS_AT_DELIVERY}

    def data_of_team(recipient: Recipient) -> dict[str, object]:
        return {**data(recipient), "deadline": next_deadline(loaded, recipient)}

    notify(work, "new_dossier", team, data_of_team, dossier=dossier, entry=1)
    notify(work, "submission", [dossier.requester_id], data, dossier=dossier, entry=1)


def team_to_notify(work: UnitOfWork, dossier: Dossier) -> list[str]:
    """The people to notify: those who will handle the dossier (`people_to_tell`); without any, the legal admins.

    For a restricted dossier, only those of them who have access to it; if nobody has, the legal admins, who can assign
    it.
    """
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    directory = WorkflowDirectory(work)
    directory.expect(workflow)
    roles = roles_to_tell(workflow, dossier.state)
    if any(role.kept_out for role in roles):  # whom it keeps out, only the whole case tells
        loaded = load(work, dossier)
        people = people_to_tell(Execution(workflow, loaded.case, loaded.context))
    else:
        sources = {"team": directory.team, "position": directory.position}
        people = [person for role in roles for person in sources[role.source_kind](role.source_name)]
    return filter_readers(work, dossier, dict.fromkeys(people)) or list(directory.with_role("legal_admin"))
