"""Opening of a dossier with the answers of a request, validated before: numbered, put into its workflow, announced
(P8-P11, F14).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from formengine.authoring import Pack, RequestType
from formengine.services.case.new_dossier_mails import mail_new_dossier
from formengine.services.case.repository import load
from formengine.services.case.writer import add_involvement
from formengine.services.core.audit_log import append_entry
from formengine.services.core.dossier_verification import SUBMITTED, submission_record
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import new_attachment
from formengine.services.dossiers.submitted_documents import create_submitted_documents, request_first_drafts
from formengine.services.files.uploads import assign_to_dossier, file_value
from formengine.services.intake.reference_numbers import DossierNumbers, reserve_numbers
from formengine.storage.models.dossiers import Dossier, Submission
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import Filling
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.readers import asks_for_restriction

REPLY = ("submission", "dossier", "reference", "state", "version", "files")
FILE = ("id", "name", "sha256", "size")
PRIORITIES = ("low", "normal", "high", "critical")


@dataclass(frozen=True)
class Submitted:
    """The result of a submission; `fresh` is False when the same key was sent before. `reply` is the body of the API's
    response.

    `filling` is the request while others fill in their parts of it (F20): there is no dossier yet then.
    """

    opened: Dossier | None
    sent: Submission | None
    reply: dict[str, Any]
    fresh: bool
    filling: Filling | None = None

    @property
    def dossier(self) -> Dossier:
        """The dossier; raises LookupError while parts of the request are open."""
        if self.opened is None:
            raise LookupError("parts of this request are open: it has no dossier yet")
        return self.opened

    @property
    def submission(self) -> Submission:
        """The submission; raises LookupError while parts of the request are open."""
        if self.sent is None:
            raise LookupError("parts of this request are open: it has no submission yet")
        return self.sent


def open_dossier(
    work: UnitOfWork,
    request_type: RequestType,
    pack: Pack,
    data: dict[str, Any],
    files: list[StoredFile],
    *,
    accepted: bool,
    restricted: bool,
    dossier_id: int | None = None,
    history: Callable[[Dossier], object] | None = None,
) -> Submitted:
    """Open the dossier of validated answers, by the actor, in a version of a pack; `dossier_id` is an id that was
    reserved for it before, `history` writes what happened until then to its history.
    """
    numbers = reserve_numbers(work, pack.workflow.kind)
    numbers = numbers if dossier_id is None else replace(numbers, dossier_id=dossier_id)
    submission = Submission(
        id=numbers.submission_id,
        request_type=request_type.id,
        form_hash=request_type.hash,
        answers=data,
        language=work.language,
        notice_accepted=accepted,
        submitted_at=work.now,
        submitted_by=work.person.id,
    )
    work.session.add(submission)
    dossier = _new_dossier(work, request_type, pack, submission, numbers, restricted)
    assign_to_dossier(dossier, files)
    for stored in files:
        work.session.add(new_attachment(work, dossier, stored))
    add_involvement(work, dossier, dossier.requester_id, "requester")
    involve_people(work, dossier, data)
    if history is not None:
        history(dossier)
    payload = {"version": 1, "request_type": request_type.id, "state": dossier.state, **submission_record(submission)}
    append_entry(work, SUBMITTED, payload, dossier, visible_to_client=True)
    loaded = load(work, dossier)
    request_first_drafts(loaded, request_type)
    loaded.run(engine.open_case)
    create_submitted_documents(loaded, request_type, data, files)
    mail_new_dossier(work, loaded, request_type)
    reply = {
        "submission": submission.id,
        "dossier": dossier.id,
        "reference": dossier.reference,
        "state": dossier.state,
        "version": dossier.version,
        "files": [{name: file_value(row)[name] for name in FILE} for row in files],
    }
    return Submitted(dossier, submission, reply, fresh=True)


def _new_dossier(
    work: UnitOfWork,
    request_type: RequestType,
    pack: Pack,
    submission: Submission,
    numbers: DossierNumbers,
    restricted: bool,
) -> Dossier:
    workflow = pack.workflow
    person, data = work.person, submission.answers
    title = request_type.title_for(data, work.language, person.name, work.zone)[:300]
    reference = numbers.reference
    priority = data.get("priority")
    dossier = Dossier(
        id=numbers.dossier_id,
        reference=reference,
        title=title,
        titles=request_type.titles_for(data, person.name, work.zone),
        kind=workflow.kind,
        submission_id=submission.id,
        submission=submission,
        left_states=[],
        engine_state={},
        claims={},
        shared_with_organisation=False,
        request_type=request_type.id,
        category=request_type.category,
        practice_area=request_type.practice_area,
        pack=pack.id,
        pack_hash=pack.hash,
        state=workflow.starts_in,
        state_category=workflow.states[workflow.starts_in].category,
        entered_at=work.now,
        version=1,
        requester_id=person.id,
        organisation_id=person.organisation_id,
        team=workflow.team,
        priority=priority if priority in PRIORITIES else "normal",
        restricted=restricted or asks_for_restriction(data),
        opened_at=work.now,
    )
    work.session.add(dossier)
    return dossier


def involve_people(work: UnitOfWork, dossier: Dossier, data: Mapping[str, Any]) -> None:
    """Let the people whom the answers name as watchers, or as those requested for, read the dossier (P28)."""
    for part in ("requested_for", "watchers"):
        answer = data.get(part)
        for person in answer if isinstance(answer, list) else [answer] if isinstance(answer, str) else []:
            add_involvement(work, dossier, person, "watcher" if part == "watchers" else part)
