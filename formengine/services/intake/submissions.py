"""Submission of a request: its answers are validated and stored as sent, and a dossier is opened (P8-P11, F14, T1,
T4).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from formengine import forms
from formengine.authoring import RequestType
from formengine.errors import Invalid, KeyReused, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, has_permission, require_permission
from formengine.services.case.new_dossier_mails import mail_new_dossier
from formengine.services.case.repository import load
from formengine.services.case.writer import add_involvement
from formengine.services.catalogue.field_choices import invalid_dossier_references
from formengine.services.catalogue.request_types import fold_text, get_request_type, request_form
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import new_attachment
from formengine.services.dossiers.documents import create_submitted_documents
from formengine.services.files.uploads import assign_to_dossier, file_value, resolve_files, with_content_hashes
from formengine.services.intake.reference_numbers import DossierNumbers, reserve_numbers
from formengine.storage.database import expect_unchanged
from formengine.storage.models.dossiers import Dossier, IdempotencyKey, Submission
from formengine.storage.models.files_and_notes import StoredFile
from formengine.workflow.engine import api as engine

if TYPE_CHECKING:
    from formengine.forms import Answers

REPLY = ("submission", "dossier", "reference", "state", "version", "files")
FILE = ("id", "name", "sha256", "size")
PRIORITIES = ("low", "normal", "high", "critical")


@dataclass(frozen=True)
class Submitted:
    """The result of a submission; `fresh` is False when the same key was sent before. `reply` is the body of the API's
    response.
    """

    dossier: Dossier
    submission: Submission
    reply: dict[str, Any]
    fresh: bool


def submit(
    work: UnitOfWork,
    type_id: str,
    answers: Answers | Mapping[str, Any],
    *,
    key: str | None = None,
    accept_notice: bool = False,
) -> Submitted:
    """Submit answers to a request type, as read from a form or as JSON data.

    With the same `key` again, the result is that of the first submission. Raises NotFound for a request type that is
    not offered to the actor; Refused where the legal notice is not accepted; Invalid with the form's errors; KeyReused
    where the key was sent with other content.
    """
    with work.session.no_autoflush:  # what is compiled at its first use is compiled before uploads take the write lock
        require_permission(work, "request.submit")
        request_type = get_request_type(work, type_id)
        form = request_form(work, request_type)
        work.platform.definitions.pack(work.session, current_site(work).packs[request_type.pack].hash)
    data = dict(answers.data if isinstance(answers, forms.Answers) else answers)
    references = form.files(data)
    content = ""
    if key is not None:
        hashed_data = with_content_hashes(work, references, data)
        content = _content_hash({"request_type": type_id, "answers": hashed_data, "accept_notice": accept_notice})
        if (earlier := _earlier_submission(work, key, content)) is not None:
            return earlier
    errors = answers.errors if isinstance(answers, forms.Answers) else form.validate(data)
    errors = errors or invalid_dossier_references(work, form, data)
    if errors:
        raise Invalid(errors)
    data, files = resolve_files(work, references, data)
    if request_type.legal_notice and not accept_notice:
        raise Refused([say(work.language, "The notice above the button has to be accepted.")])
    with work.session.no_autoflush:
        submitted = _open_dossier(work, request_type, data, files, accept_notice)
    if key is not None:
        work.session.add(
            IdempotencyKey(
                person_id=work.person.id,
                key=key,
                content_hash=content,
                submission_id=submitted.submission.id,
                reply=submitted.reply,
                created_at=work.now,
            )
        )
    return submitted


def _content_hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _earlier_submission(work: UnitOfWork, key: str, content: str) -> Submitted | None:
    """The submission that was made with this key. One that is being made at this moment is waited for (PostgreSQL) or
    noticed when the write lock is taken (SQLite).
    """
    if not work.platform.database.is_sqlite:
        number = int.from_bytes(hashlib.sha256(f"{work.person.id} {key}".encode()).digest()[:8], "big", signed=True)
        work.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    query = select(IdempotencyKey).where(IdempotencyKey.person_id == work.person.id, IdempotencyKey.key == key)
    row = work.session.scalar(query)
    if row is None:
        expect_unchanged(work.session, query.with_only_columns(IdempotencyKey.id), None)
        return None
    if row.content_hash != content:
        raise KeyReused(say(work.language, "This Idempotency-Key was sent before with other content; use a new one."))
    submission = work.session.get_one(Submission, row.submission_id)
    dossier = work.session.scalars(select(Dossier).where(Dossier.submission_id == submission.id)).one()
    # a database may keep the members of JSON in another order; a repeat is answered to the letter
    files = [{name: file[name] for name in FILE} for file in row.reply["files"]]
    return Submitted(dossier, submission, {name: row.reply[name] for name in REPLY} | {"files": files}, fresh=False)


def idempotency_key_of(work: UnitOfWork, dossier: Dossier) -> str | None:
    """The key with which a dossier was submitted, for the person who sent it and for readers of internal content; None
    for others.
    """
    query = select(IdempotencyKey.key).where(IdempotencyKey.submission_id == dossier.submission_id)
    if not has_permission(work, "dossier.read_internal", dossier):
        query = query.where(IdempotencyKey.person_id == work.actor_id)
    return work.session.scalar(query)


def _open_dossier(
    work: UnitOfWork, request_type: RequestType, data: dict[str, Any], files: list[StoredFile], accepted: bool
) -> Submitted:
    numbers = reserve_numbers(work, current_site(work).packs[request_type.pack].workflow.kind)
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
    dossier = _new_dossier(work, request_type, submission, numbers)
    assign_to_dossier(dossier, files)
    for stored in files:
        work.session.add(new_attachment(work, dossier, stored))
    _involve_people(work, dossier, data)
    append_entry(work, "submitted", {"version": 1, "request_type": request_type.id}, dossier, visible_to_client=True)
    loaded = load(work, dossier)
    loaded.run(engine.open_case)
    create_submitted_documents(work, loaded, request_type, data, files)
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
    work: UnitOfWork, request_type: RequestType, submission: Submission, numbers: DossierNumbers
) -> Dossier:
    pack = current_site(work).packs[request_type.pack]
    workflow = pack.workflow
    person, data = work.person, submission.answers
    title = request_type.title_for(data, work.language, person.name, work.zone)[:300]
    reference = numbers.reference
    priority = data.get("priority")
    dossier = Dossier(
        id=numbers.dossier_id,
        reference=reference,
        title=title,
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
        restricted=data.get("confidentiality") == "restricted",
        opened_at=work.now,
        search_text=_search_text(reference, title, person.name, data),
    )
    work.session.add(dossier)
    return dossier


def _search_text(reference: str, title: str, requester: str, data: object) -> str:
    return fold_text(" ".join([reference, title, requester, *_texts(data)]))[:20_000]


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else []


def _involve_people(work: UnitOfWork, dossier: Dossier, data: Mapping[str, Any]) -> None:
    add_involvement(work, dossier, dossier.requester_id, "requester")
    for part in ("requested_for", "watchers"):
        answer = data.get(part)
        for person in answer if isinstance(answer, list) else [answer] if isinstance(answer, str) else []:
            add_involvement(work, dossier, person, "watcher" if part == "watchers" else part)
