"""Submission of a request: its answers are validated and stored as sent, and a dossier is opened (P8-P11, F14, T1,
T4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, literal, or_, select

from formengine import forms
from formengine.authoring import RequestType
from formengine.errors import Invalid, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, has_permission, require_permission
from formengine.services.catalogue.field_choices import invalid_dossier_references
from formengine.services.catalogue.request_types import get_request_type, request_form
from formengine.services.core.repeated_calls import content_hash, row_of_key
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.submitted_documents import wrong_documents
from formengine.services.files.document_safety import examine_answers
from formengine.services.files.uploads import resolve_files, with_content_hashes
from formengine.services.intake.dossier_opening import FILE, REPLY, Submitted, open_dossier
from formengine.services.intake.fillings import Begun, earlier_filling, foreign_answers, requester_form, start_filling
from formengine.storage.models.dossiers import Dossier, EarlierSubmission, IdempotencyKey, Submission

if TYPE_CHECKING:
    from formengine.forms import Answers, Form


class NoticeNotAccepted(Refused):
    """The legal notice of the request type was not accepted."""


def submit(
    work: UnitOfWork,
    type_id: str,
    answers: Answers | Mapping[str, Any],
    *,
    key: str | None = None,
    accept_notice: bool = False,
    restricted: bool = False,
    any_audience: bool = False,
) -> Submitted:
    """Submit answers to a request type, as read from a form or as JSON data. With `restricted` the dossier is for its
    own people and the legal admins, whatever the answers say; with `any_audience` the request type need not be offered
    to the actor, as where a step of a workflow opens the request.

    With the same `key` again, the result is that of the first submission. Raises NotFound for a request type that is
    not offered to the actor; Refused where the legal notice is not accepted; Invalid with the form's errors; KeyReused
    where the key was sent with other content.
    """
    with work.session.no_autoflush:  # what is compiled at its first use is compiled before uploads take the write lock
        require_permission(work, "request.submit")
        request_type = get_request_type(work, type_id, any_audience=any_audience)
        form = request_form(work, request_type)
        shared = bool(request_type.parts) and not any_audience
        form = requester_form(form, request_type) if shared else form
        pack = work.platform.definitions.pack(work.session, current_site(work).packs[request_type.pack].hash)
    data = dict(answers.data if isinstance(answers, forms.Answers) else form.complete(dict(answers)))
    examine_answers(work, (data.get(rule.from_ or "") for rule in request_type.documents.values()))
    references = form.files(data)
    content = ""
    if key is not None:
        hashed_data = with_content_hashes(work, references, without_computed(form, data))
        content = content_hash({"request_type": type_id, "answers": hashed_data, "accept_notice": accept_notice})
        if (earlier := _earlier_submission(work, key, content)) is not None:
            return earlier
    if errors := _errors(work, form, answers, data):
        raise Invalid(errors)
    data, files = resolve_files(work, references, data)
    if errors := wrong_documents(work, request_type, data):
        raise Invalid(errors)
    if request_type.legal_notice and not accept_notice:
        raise NoticeNotAccepted([say(work.language, "The notice above the button has to be accepted.")])
    if shared:
        given = Begun(data, files, accepted=accept_notice, restricted=restricted, key=key, content=content)
        submitted = start_filling(work, request_type, pack, given)
    else:
        with work.session.no_autoflush:
            submitted = open_dossier(
                work, request_type, pack, data, files, accepted=accept_notice, restricted=restricted
            )  # fmt: skip
    if key is not None and submitted.filling is None:  # a request that is being filled in has the key itself
        _remember_key(work, key, content, submitted)
    return submitted


def _remember_key(work: UnitOfWork, key: str, content: str, submitted: Submitted) -> None:
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


def without_computed(form: Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that people gave: those that the form computes may be others when the same is sent again."""
    return {name: value for name, value in data.items() if name not in form.computed}


def _errors(
    work: UnitOfWork, form: Form, answers: Answers | Mapping[str, Any], data: Mapping[str, Any]
) -> list[FieldError]:
    """The errors of answers, as read from a form or as JSON data; of the requester's part where there are others."""
    errors = answers.errors if isinstance(answers, forms.Answers) else form.validate(data, before=None)
    return [*foreign_answers(work, form, data), *errors] or invalid_dossier_references(work, form, data)


def form_to_fill(work: UnitOfWork, request_type: RequestType) -> Form:
    """The form of a request type as its requester fills it in: without the fields of parts of others (F20)."""
    form = request_form(work, request_type, suggesting=True)
    return requester_form(form, request_type) if request_type.parts else form


def _earlier_submission(work: UnitOfWork, key: str, content: str) -> Submitted | None:
    """The submission that was made with this key; raises KeyReused."""
    row = row_of_key(work, key, content)
    if row is None:
        return earlier_filling(work, key, content)
    submission = work.session.get_one(Submission, row.submission_id)
    dossier = work.session.scalars(select(Dossier).where(_of_submission(submission.id))).one()
    # a database may keep the members of JSON in another order; a repeat is answered to the letter
    files = [{name: file[name] for name in FILE} for file in row.reply["files"]]
    return Submitted(dossier, submission, {name: row.reply[name] for name in REPLY} | {"files": files}, fresh=False)


def _of_submission(submission_id: int) -> ColumnElement[bool]:
    """The condition of the dossier that a submission opened, corrected since or not."""
    corrected = select(EarlierSubmission.dossier_id).where(EarlierSubmission.submission_id == submission_id)
    return or_(Dossier.submission_id == submission_id, Dossier.id.in_(corrected))


def idempotency_key_of(work: UnitOfWork, dossier: Dossier) -> str | None:
    """The key with which a dossier was submitted, for the person who sent it and for readers of internal content; None
    for others.
    """
    corrected = select(EarlierSubmission.submission_id).where(EarlierSubmission.dossier_id == dossier.id)
    of_dossier = IdempotencyKey.submission_id.in_(corrected.union_all(select(literal(dossier.submission_id))))
    query = select(IdempotencyKey.key).where(of_dossier)
    if not has_permission(work, "dossier.read_internal", dossier):
        query = query.where(IdempotencyKey.person_id == work.actor_id)
    return work.session.scalar(query)
