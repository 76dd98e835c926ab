"""The status page of a request without an account, by its secret link: read, answered, and its files (F13)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import NotFound, Refused, TooManyTries
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import get_attachment
from formengine.services.dossiers.documents import get_version
from formengine.services.dossiers.notes import add_note
from formengine.services.dossiers.status_page import open_by_link, status_page
from formengine.services.dossiers.transitions import perform
from formengine.services.dossiers.version_consequences import CONSENT
from formengine.services.files.accepted_types import accepted_types
from formengine.services.notifications.status_links import STATUS_PATH
from formengine.storage.models.dossiers import Dossier
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.contexts import int_from_path
from formengine.web.dossiers.downloads import file_response
from formengine.web.dossiers.notes import too_many_notes
from formengine.web.page_errors import PageError
from formengine.web.post_data import file_errors, is_checked, posted_text, posted_version, uploaded_files

TEMPLATE = "formengine:web/templates/public/status.jinja2"


@dataclass(frozen=True)
class StatusContext:
    """A dossier that was opened by its secret link; `work` acts as its requester."""

    work: UnitOfWork
    dossier: Dossier
    token: str


def status_context(request: Request) -> StatusContext:
    """The dossier of a secret link; raises NotFound."""
    reference, token = str(request.matchdict["reference"]), str(request.matchdict["token"])[:200]
    return StatusContext(*open_by_link(request.work, reference, token), token)


@view_config(route_name="status", renderer=TEMPLATE)
def show(context: StatusContext, request: Request) -> dict[str, Any]:
    return page(context, request)


def page(context: StatusContext, request: Request, problems: list[PageError] | None = None) -> dict[str, Any]:
    return {
        "dossier": context.dossier,
        "status": status_page(context.work, context.dossier),
        "address": address_of(context),
        "accepted": accepted_types(context.work),
        "typed": {name: posted_text(request, name) for name in ("text", "comment")},
        "step": request.matchdict.get("transition", ""),
        "problems": problems or [],
    }


@view_config(route_name="status.notes", renderer=TEMPLATE)
def write(context: StatusContext, request: Request) -> PageOrRedirect:
    work, text = context.work, posted_text(request, "text")
    closed = say(work.language, "This request has ended, so no note can be added.")

    def add() -> None:
        if context.dossier.ended_at is not None:
            raise Refused([closed])
        try:
            add_note(work, context.dossier.reference, text, files=uploaded_files(request, "files"))
        except TooManyTries as error:
            raise too_many_notes(request, error) from error

    return run_action(
        request,
        add,
        lambda: back(context, request, "Your note was added."),
        lambda problems: page(context, request, problems),
        file_errors(request, "files", "note-files"),
        controls={"text": "note-text", "files": "note-files"},
    )


@view_config(route_name="status.step", renderer=TEMPLATE)
def take_step(context: StatusContext, request: Request) -> PageOrRedirect:
    """Take one of the steps that the page offers; raises NotFound for any other."""
    work, step = context.work, request.matchdict["transition"]
    if step not in {offered.id for offered in status_page(work, context.dossier).steps}:
        raise NotFound(f"no step {step}")
    comment, agreed = posted_text(request, "comment") or None, is_checked(request, CONSENT)
    take = partial(perform, work, context.dossier.reference, step, posted_version(request))
    return run_action(
        request,
        lambda: take(comment=comment, ends_signatures=agreed),
        lambda: back(context, request, "Done. The legal team has been told."),
        lambda problems: page(context, request, problems),
        controls={"comment": f"comment-{step}", CONSENT: f"ends-{step}"},
    )


def back(context: StatusContext, request: Request, sentence: str) -> HTTPSeeOther:
    request.flash(say(context.work.language, sentence))
    return HTTPSeeOther(address_of(context))


def address_of(context: StatusContext) -> str:
    """The path of the status page itself."""
    return STATUS_PATH.format(reference=context.dossier.reference, token=context.token)


@view_config(route_name="status.file")
def download(context: StatusContext, request: Request) -> Response:
    attachment = get_attachment(context.work, int_from_path(request, "id"))
    if attachment.dossier_id != context.dossier.id:
        raise NotFound("a file of another dossier")
    return file_response(request, attachment.file)


@view_config(route_name="status.version")
def download_version(context: StatusContext, request: Request) -> Response:
    version = get_version(context.work, int_from_path(request, "id"))
    if version.document.dossier_id != context.dossier.id:
        raise NotFound("a document of another dossier")
    return file_response(request, version.file)
