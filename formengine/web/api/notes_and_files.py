"""Notes, attachments and documents by HTTP."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import NotFound
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import attachments, notes
from formengine.services.dossiers.attachments import AttachmentView
from formengine.services.dossiers.documents import documents, get_version
from formengine.services.people.lookup import person_name
from formengine.storage.models.files_and_notes import DocumentVersion, Note, StoredFile
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import read_body
from formengine.web.contexts import DossierContext, FileContext, int_from_path
from formengine.web.dossiers.downloads import file_response


@view_config(route_name="api.notes", renderer="api")
def read_notes(context: DossierContext, request: Request) -> dict[str, Any]:
    return {"items": [note_json(one) for one in notes.list_notes(request.work, context.dossier)], "next": None}


@view_config(route_name="api.notes.post", renderer="api")
def add_note(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("text", "internal"))
    text, internal = body.take("text", str, ""), body.take("internal", bool, False)
    files = [upload for _name, upload in body.files]
    made = notes.add_note(request.work, context.dossier.reference, text, internal=internal, files=files)
    request.response.status_int = 201
    return note_json(made)


def note_json(one: Note) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.written_at,
        "by": one.author.name,
        "by_id": one.written_by,
        "text": one.text,
        "internal": one.internal,
        "edited_at": one.edited_at,
        "attachments": [{"id": a.id, **file_json(a.file)} for a in one.attachments],
    }


def file_json(stored: StoredFile) -> dict[str, Any]:
    return {"name": stored.name, "size": stored.size, "type": stored.type, "sha256": stored.sha256}


@view_config(route_name="api.attachments", renderer="api")
def read_attachments(context: DossierContext, request: Request) -> dict[str, Any]:
    found = attachments.list_attachments(request.work, context.dossier)
    return {"items": [attachment_json(one) for one in found], "next": None}


@view_config(route_name="api.attachments.post", renderer="api")
def attach(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("internal",))
    files = [upload for _name, upload in body.files]
    if not files:
        raise ProblemDetail(400, "No file", "Send multipart/form-data with at least one file.")
    known = {one.id for one in attachments.list_attachments(request.work, context.dossier)}
    reference, internal = context.dossier.reference, body.take("internal", bool, False)
    attachments.attach_files(request.work, reference, files, internal=internal)
    request.response.status_int = 201
    found = attachments.list_attachments(request.work, context.dossier)
    return {"items": [attachment_json(one) for one in found if one.id not in known], "next": None}


def attachment_json(one: AttachmentView) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "size": one.size,
        "type": one.type,
        "sha256": one.sha256,
        "at": one.at,
        "by": one.by_name or None,
        "by_id": one.by_id or None,
        "internal": one.internal,
    }


@view_config(route_name="api.attachment")
@view_config(route_name="api.dossier_attachment")
def download(context: FileContext, request: Request) -> Response:
    if request.matchdict.get("reference", context.dossier.reference) != context.dossier.reference:
        raise NotFound("no such attachment on this dossier")
    return file_response(request, context.file)


@view_config(route_name="api.documents", renderer="api")
def read_documents(context: DossierContext, request: Request) -> dict[str, Any]:
    items = [
        {"id": one.id, "title": one.title, "versions": [version_json(request.work, each) for each in one.versions]}
        for one in documents(request.work, context.dossier)
    ]
    return {"items": items, "next": None}


def version_json(work: UnitOfWork, one: DocumentVersion) -> dict[str, Any]:
    by = {"by": person_name(work, one.made_by) or None, "by_id": one.made_by}
    return {"id": one.id, "number": one.number, "at": one.made_at, **by, **file_json(one.file)}


@view_config(route_name="api.document")
def document(context: DossierContext, request: Request) -> Response:
    """The bytes of a version of a document. `format` may be left out: the file as it is."""
    found = get_version(request.work, int_from_path(request, "id"))
    if found.id not in {each.id for one in documents(request.work, context.dossier) for each in one.versions}:
        raise NotFound("no such document on this dossier")
    wanted = request.GET.get("format")
    if wanted is not None and not found.file.name.lower().endswith(f".{wanted}"):
        raise ProblemDetail(
            404, "Not in this format", "This version is {file}; leave `format` out to get it.", file=found.file.name
        )
    return file_response(request, found.file)
