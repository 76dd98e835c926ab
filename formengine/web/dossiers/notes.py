"""Notes: client and legal team talk here, with files; what counsel marks internal stays with counsel (P19, D5)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import DocumentRefused, Invalid, NotFound, Refused
from formengine.i18n import say
from formengine.services.dossiers import notes
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Note
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.page import TEMPLATE, dossier_page
from formengine.web.post_data import (
    oversized_file_errors,
    posted_text,
    redirect_to_tab,
    refusal_sentences,
    trying,
    uploaded_files,
)

EDITING = "formengine:web/templates/dossiers/note.jinja2"


@view_config(route_name="dossier.notes", renderer=TEMPLATE)
def add(context: DossierContext, request: Request) -> dict[str, Any] | HTTPSeeOther:
    problems = oversized_file_errors(request) or added_or_why(request, context.dossier)
    if not problems:
        return redirect_to_tab(
            request,
            context.dossier.reference,
            "notes",
            "add-note",
            said=say(request.work.language, "Your note was added."),
        )
    request.response.status_int = 422
    return dossier_page(request, context.dossier, "notes", problems)


def added_or_why(request: Request, dossier: Dossier) -> list[str]:
    text, files = posted_text(request, "text"), uploaded_files(request, "files")
    try:
        with trying(request.work):
            internal = posted_text(request, "internal") == "yes"
            notes.add_note(request.work, dossier.reference, text, internal=internal, files=files)
    except (Refused, Invalid) as error:
        return refusal_sentences(error)
    except DocumentRefused as error:
        return [str(error)]
    return []


@view_config(route_name="dossier.note", request_method="GET", renderer=EDITING)
def edit(context: DossierContext, request: Request) -> dict[str, Any]:
    note = own_note(request, context.dossier)
    return {"dossier": context.dossier, "note": note, "text": note.text, "problems": []}


@view_config(route_name="dossier.note", request_method="POST", renderer=EDITING)
def save_edit(context: DossierContext, request: Request) -> dict[str, Any] | HTTPSeeOther:
    note, text = own_note(request, context.dossier), posted_text(request, "text")
    problems = kept_or_why(request, note, text)
    if not problems:
        return redirect_to_tab(
            request,
            context.dossier.reference,
            "notes",
            f"note-{note.id}",
            said=say(request.work.language, "Your note was changed."),
        )
    request.response.status_int = 422
    return {"dossier": context.dossier, "note": note, "text": text, "problems": problems}


def kept_or_why(request: Request, note: Note, text: str) -> list[str]:
    try:
        with trying(request.work):
            notes.edit_note(request.work, note.id, text)
    except (Refused, Invalid) as error:
        return refusal_sentences(error)
    return []


def own_note(request: Request, dossier: Dossier) -> Note:
    """The reader's own note of `{note}` on a dossier; NotFound for any other."""
    wanted = int_from_path(request, "note")
    for note in notes.list_notes(request.work, dossier):
        if note.id == wanted and note.written_by == request.work.actor_id:
            return note
    raise NotFound(f"no note {wanted}")
