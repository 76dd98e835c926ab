"""Notes of client and legal team, with files; internal ones are shown to the legal team only (P19, D5)."""

from __future__ import annotations

from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import NotFound, Refused, TooManyTries
from formengine.i18n import say, say_n
from formengine.services.access.enforcement import has_permission
from formengine.services.dossiers import notes
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Note
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.page import TEMPLATE, act_on_tab, dossier_page
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import file_errors, is_checked, posted_choices, posted_text, uploaded_files
from formengine.web.try_limits import answer_too_many, minutes_to_wait

EDITING = "formengine:web/templates/dossiers/note.jinja2"
AUDIENCES: Final = ("yes", "no")
"""Whether a note is internal, as the page posts it: anything else is no answer, and not taken for a public note."""


@view_config(route_name="dossier.notes", renderer=TEMPLATE)
def add(context: DossierContext, request: Request) -> PageOrRedirect:
    dossier, text = context.dossier, posted_text(request, "text")
    if posted_text(request, "_go") == "preview":
        return {**dossier_page(request, dossier, "notes"), "preview": notes.note_html(text)}
    files, chosen = uploaded_files(request, "files"), posted_choices(request, "mention")

    def write() -> None:
        try:
            internal = is_checked(request, "internal")
            notes.add_note(request.work, dossier.reference, text, internal=internal, files=files, mentions=chosen)
        except TooManyTries as error:
            raise too_many_notes(request, error) from error

    errors = [*audience_errors(request, dossier), *file_errors(request, "files", "note-files")]
    controls = {"text": "note-text", "files": "note-files", "mention": "note-mentions"}
    return act_on_tab(request, dossier, "notes", write, "Your note was added.", errors, "add-note", controls=controls)


def audience_errors(request: Request, dossier: Dossier) -> list[PageError]:
    """The error of somebody who may write internal notes and did not say who is to read this one: there is no default
    that could be overlooked (D5).
    """
    work = request.work
    is_open = (
        has_permission(work, "dossier.note_internal", dossier) and posted_text(request, "internal") not in AUDIENCES
    )
    return missing(say(work.language, "Say who is to read it."), "note-public", when=is_open)


def too_many_notes(request: Request, error: TooManyTries) -> Refused:
    """The refusal of one note too many; the page that shows it has status 429."""
    answer_too_many(request, error)
    sentence = say_n(
        request.work.language,
        "You have written many notes within an hour. Wait a minute, or put the rest into one note then.",
        "You have written many notes within an hour. Wait {n} minutes, or put the rest into one note then.",
        minutes_to_wait(error),
    )
    return Refused([sentence])


@view_config(route_name="dossier.note", request_method="GET", renderer=EDITING)
def edit(context: DossierContext, request: Request) -> dict[str, Any]:
    note = own_note(request, context.dossier)
    return {"dossier": context.dossier, "note": note, "text": posted_text(request, "text") or note.text, "problems": []}


@view_config(route_name="dossier.note", request_method="POST", renderer=EDITING)
def save_edit(context: DossierContext, request: Request) -> PageOrRedirect:
    dossier, work, text = context.dossier, request.work, posted_text(request, "text")
    note = own_note(request, dossier)
    note_id, flash = note.id, say(work.language, "Your note was changed.")
    return run_action(
        request,
        lambda: notes.edit_note(work, note_id, text),
        lambda: redirect_to_tab(request, dossier.reference, "notes", f"note-{note_id}", flash=flash),
        lambda problems: {"dossier": dossier, "note": note, "text": text, "problems": problems},
        controls={"text": "text"},
    )


def own_note(request: Request, dossier: Dossier) -> Note:
    """The reader's own note of `{note}` on a dossier; NotFound for any other."""
    note_id = int_from_path(request, "note")
    for note in notes.list_notes(request.work, dossier):
        if note.id == note_id and note.written_by == request.work.actor_id:
            return note
    raise NotFound(f"no note {note_id}")
