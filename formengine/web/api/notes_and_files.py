"""The API's notes, attachments and documents."""

from __future__ import annotations

import json
from typing import Any, Final

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import NotFound
from formengine.services.access.enforcement import has_permission
from formengine.services.approvals import signed_copy_views
from formengine.services.approvals.acknowledgements import documents_to_acknowledge
from formengine.services.case.empty_places import advice_on_empty_places
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import attachments, notes
from formengine.services.dossiers.attachments import AttachmentView
from formengine.services.dossiers.decided_documents import fixed_documents
from formengine.services.dossiers.document_drafts import failure_sentence
from formengine.services.dossiers.document_holders import US, EditLock, Turn, holder_name, is_team_for_client
from formengine.services.dossiers.documents import (
    DocumentView,
    documents,
    new_document_version,
    replaceable_documents,
)
from formengine.services.dossiers.version_consequences import CONSENT
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion, Note, StoredFile
from formengine.web.api.attributes import attributes
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.repeated_calls import once
from formengine.web.api.request_body import check_known_parameters, read_body, read_file_body
from formengine.web.contexts import DossierContext, FileContext
from formengine.web.dossiers.downloads import file_response
from formengine.web.post_data import whole_number
from formengine.workflow.engine.document_kinds import kind_of

SIGNED_FORMATS: Final = ("signed", "certificate", "evidence")
FILE_PARTS: Final = ("files", "file")
"""Names of the parts with files, each as often as there are files."""


@view_config(route_name="api.notes", renderer="api")
def read_notes(context: DossierContext, request: Request) -> dict[str, Any]:
    work, dossier = request.work, context.dossier
    rows = notes.list_notes(work, dossier)
    known_people(work).expect_ids(mention.person_id for note in rows for mention in note.mentions)
    return {"items": [note_json(work, dossier, note) for note in rows], "next": None}


@view_config(route_name="api.notes.post", renderer="api")
def add_note(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("text", "internal", "mentions"), files=FILE_PARTS)
    text, internal = body.take("text", str, ""), body.take("internal", bool, False)
    mentions, files = [str(id) for id in body.take("mentions", list, [])], [upload for _name, upload in body.files]
    work, dossier = request.work, context.dossier

    written: list[Note] = []

    def write() -> dict[str, int]:
        written.append(notes.add_note(work, dossier.reference, text, internal, files, mentions))
        return {"note": written[0].id}

    made = once(request, body, write)
    if not written:  # a repeated call: the note as the caller may read it now
        written += [note for note in notes.list_notes(work, dossier) if note.id == made["note"]]
    if not written:
        raise NotFound(f"no note {made['note']}")
    return note_json(work, dossier, written[0])


def note_json(work: UnitOfWork, dossier: Dossier, note: Note) -> dict[str, Any]:
    """A note as the schema `Note` describes it, with the files that the caller may open."""
    files = [row for row in attachments.shown_files(work, dossier, note) if row.withdrawn_at is None]
    return {
        "id": note.id,
        "at": note.written_at,
        "by": note.author.name,
        "by_id": note.written_by,
        "text": note.text,
        "internal": note.internal,
        "mentions": [
            {"id": mention.person_id, "name": person_name(work, mention.person_id)} for mention in note.mentions
        ],
        "edited_at": note.edited_at,
        "attachments": [{"id": row.id, **file_json(row.file)} for row in files],
    }


def file_json(stored: StoredFile) -> dict[str, Any]:
    """The members that every file has."""
    return attributes(stored, ("name", "size", "type", "sha256"))


@view_config(route_name="api.attachments", renderer="api")
def read_attachments(context: DossierContext, request: Request) -> dict[str, Any]:
    rows = attachments.list_attachments(request.work, context.dossier)
    return {"items": [attachment_json(row) for row in rows], "next": None}


@view_config(route_name="api.attachments.post", renderer="api")
def attach(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("internal",), files=FILE_PARTS)
    files = [upload for _name, upload in body.files]
    if not files:
        raise ProblemDetail(400, "No file", "Send multipart/form-data with at least one file.")
    earlier = {row.id for row in attachments.list_attachments(request.work, context.dossier)}
    reference, internal = context.dossier.reference, body.take("internal", bool, False)
    attachments.attach_files(request.work, reference, files, internal=internal)
    request.response.status_int = 201
    rows = attachments.list_attachments(request.work, context.dossier)
    return {"items": [attachment_json(row) for row in rows if row.id not in earlier], "next": None}


def attachment_json(attachment: AttachmentView) -> dict[str, Any]:
    """An attachment as the schema `Attachment` describes it."""
    by = {"by": attachment.by_name or None, "by_id": attachment.by_id or None}
    names = ("id", "name", "size", "type", "sha256", "at", "internal", "read_only", "series", "number", "withdrawn_at")
    return {**attributes(attachment, names), **by}


@view_config(route_name="api.attachment")
@view_config(route_name="api.dossier_attachment")
def download(context: FileContext, request: Request) -> Response:
    if request.matchdict.get("reference", context.dossier.reference) != context.dossier.reference:
        raise NotFound("no such attachment on this dossier")
    return file_response(request, context.file)


@view_config(route_name="api.documents", renderer="api")
def read_documents(context: DossierContext, request: Request) -> dict[str, Any]:
    return {"items": documents_json(request.work, context.dossier), "next": None}


def documents_json(work: UnitOfWork, dossier: Dossier) -> list[dict[str, Any]]:
    """The documents of a dossier as the schema `Document` describes them."""
    fixed, addable = fixed_documents(load(work, dossier)), replaceable_documents(work, dossier)
    return [
        {
            "id": document.id,
            "name": document.id,
            "title": document.title,
            "kind": kind_of(document.id),
            "client": document.client,
            "version": document.versions[0].number if document.versions else None,
            "sha256": document.versions[0].file.sha256 if document.versions else None,
            "fixed": document.id in fixed,
            "awaited": document.is_awaited,
            "may_add": document.id in addable,
            "turn": _turn_json(work, document.turn),
            "edit_lock": _edit_lock_json(work, document.edit_lock),
            "draft": _draft_json(work, dossier, document),
            "versions": [version_json(work, version) for version in document.versions],
        }
        for document in documents(work, dossier)
    ]


def _turn_json(work: UnitOfWork, turn: Turn | None) -> dict[str, Any] | None:
    if turn is None:
        return None
    holder = US if is_team_for_client(work, turn.holder) else turn.holder
    return {"holder": holder, "name": holder_name(work, holder), "since": turn.since}


def _edit_lock_json(work: UnitOfWork, lock: EditLock | None) -> dict[str, Any] | None:
    if lock is None:
        return None
    return {**_person_json(work, lock.person), "since": lock.since, "until": lock.until}


def _draft_json(work: UnitOfWork, dossier: Dossier, document: DocumentView) -> dict[str, str] | None:
    if document.is_due:
        return {"state": "due", "reason": ""}
    is_team = has_permission(work, "dossier.read_internal", dossier)
    if document.is_failed or document.failure:
        number = document.versions[0].number if document.versions else 0
        state, reason = "failed", failure_sentence(document.failure, work.language, is_team=is_team, number=number)
    elif is_team and document.versions:
        workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
        state, reason = "incomplete", advice_on_empty_places(document.versions[0], work.language, workflow)
    else:
        return None
    return {"state": state, "reason": reason} if reason else None


def _person_json(work: UnitOfWork, person: str | None) -> dict[str, str | None]:
    """Who worked on a document, as the page names them: to a client, whoever is of the legal team is the legal team."""
    if person is None:
        return {"by": None, "by_id": None}
    return {"by": holder_name(work, person), "by_id": None if is_team_for_client(work, person) else person}


def version_json(work: UnitOfWork, version: DocumentVersion) -> dict[str, Any]:
    """A version of a document, as an entry of `versions` in the schema `Document`."""
    moments = {"at": version.made_at, "shared_at": version.shared_at}
    by = _person_json(work, version.made_by)
    return {"id": version.id, "number": version.number, **moments, **by, **file_json(version.file)}


@view_config(route_name="api.document.post", renderer="api")
def add_document_version(context: DossierContext, request: Request) -> dict[str, Any]:
    body, name = read_file_body(request, "file", (CONSENT,)), request.matchdict["id"]
    work, dossier, agrees = request.work, context.dossier, body.take(CONSENT, bool, False)
    version = new_document_version(work, dossier.reference, name, body.files[0][1], ends_signatures=agrees)
    request.response.status_int = 201
    file = {"version": version.number, "sha256": version.file.sha256}
    return {"name": name, **file, "unclean": bool(version.remarks)}


@view_config(route_name="api.document")
def document(context: DossierContext, request: Request) -> Response:
    """The content of a document version, by the version's id; or of a document, by the document's id: its newest
    version, unless `version` names another.

    `format` may be left out: the file as it is; of a signed document, `signed` is its PDF with the signatures (of
    several that a provider sent, the newest, unless `counterpart` says which),
    `certificate` the page about them, `evidence` the record. Somebody who is only asked to acknowledge has the newest
    version of the documents that they are asked about, and of others the version that they acknowledged.
    """
    check_known_parameters(request, ("format", "version", "counterpart"))
    work, dossier, wanted, counterpart = request.work, context.dossier, request.GET.get("format"), _counterpart(request)
    if wanted in SIGNED_FORMATS:
        return signed_document(request, dossier, request.matchdict["id"], wanted, counterpart)
    if has_permission(work, "dossier.read", dossier):
        views = documents(work, dossier)
    else:
        versions = documents_to_acknowledge(work, dossier)
        views = [DocumentView(name, name, [version]) for name, version in versions.items()]
    version = _version(request, views)
    if version is None:
        raise NotFound("no such document on this dossier")
    if wanted and not version.file.name.lower().endswith(f".{wanted}"):
        raise ProblemDetail(
            404, "Not in this format", "This version is {file}; leave `format` out to get it.", file=version.file.name
        )
    return file_response(request, version.file)


NOT_MADE: Final = {
    True: "The signed PDF is being made: ask for it again in a moment.",
    False: "The signed PDF could not be made, or is late: the page of the dossier says why, and has it made again.",
}
"""Why there is no signed PDF, where it is being made, or not."""


def signed_document(
    request: Request, dossier: Dossier, document_id: str, wanted: str, counterpart: int | None
) -> Response:
    """The signed PDF of a document, the certificate of its signatures (PDF), or their evidence (JSON)."""
    if wanted == "evidence":
        record = signed_copy_views.evidence(request.work, dossier, document_id)
        return Response(
            json.dumps(record, ensure_ascii=False).encode(), content_type="application/json", charset="utf-8"
        )
    try:
        if wanted == "certificate":
            return file_response(request, signed_copy_views.certificate_file(request.work, dossier, document_id))
        return file_response(request, signed_copy_views.signed_file(request.work, dossier, document_id, counterpart))
    except NotFound:
        copy = signed_copy_views.signed_copies(request.work, dossier).get(document_id)
        if copy is None or copy.file is not None:
            raise
        raise ProblemDetail(404, "Not made yet", NOT_MADE[copy.state == "pending"]) from None


def _counterpart(request: Request) -> int | None:
    """The number of a counterpart, None where none is named. Raises NotFound for a text that is the number of none."""
    number = request.GET.get("counterpart")
    counterpart = None if number is None else whole_number(number, 9)
    if number is not None and not counterpart:
        raise NotFound("no counterpart has this number")
    return counterpart


def _version(request: Request, views: list[DocumentView]) -> DocumentVersion | None:
    document_id, number = request.matchdict["id"], request.GET.get("version")
    view = next((view for view in views if view.id == document_id), None)
    if view is None:
        versions = {str(version.id): version for view in views for version in view.versions}
        return versions.get(document_id) if number is None else None
    return next((version for version in view.versions if number in (None, str(version.number))), None)
