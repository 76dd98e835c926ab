"""The page on which somebody acknowledges: what they are asked to read, and the button, for any account (W19)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import NotFound, Stale
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.approvals.acknowledgements import acknowledgements, documents_to_acknowledge
from formengine.services.approvals.decisions import acknowledge
from formengine.services.approvals.shown_documents import NoHash
from formengine.services.files.reading_copies import request_missing_copy
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.downloads import file_response
from formengine.web.page_errors import page_errors
from formengine.web.post_data import posted_number, posted_text, whole_number

TEMPLATE: Final = "formengine:web/templates/dossiers/acknowledgement.jinja2"


@view_config(route_name="dossier.acknowledgement", request_method="GET", renderer=TEMPLATE)
def show(context: DossierContext, request: Request) -> dict[str, Any]:
    shown = page(context, request)
    for entry in shown["entries"]:
        for paper in entry.documents:
            if paper.version is not None:
                request_missing_copy(request.work, paper.version.file)
    return shown


@view_config(route_name="dossier.acknowledgement", request_method="POST", renderer=TEMPLATE)
def confirm(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    shown, comment = posted_text(request, "document_sha256") or NoHash.NO_VERSION, posted_text(request, "comment")

    def after() -> HTTPSeeOther:
        request.flash(say(work.language, "Thank you, your confirmation is recorded."))
        return HTTPSeeOther(request.route_path("dossier.acknowledgement", reference=reference))

    action = partial(acknowledge, work, reference, comment or None, seat, shown=shown)
    try:
        controls = {"comment": f"comment-{seat}"}
        return run_action(request, action, after, partial(page, context, request), controls=controls)
    except Stale:
        request.response.status_int = 409
        sentence = "The document came after you opened this page. Read it first."
        return page(context, request, [say(work.language, sentence)])


@view_config(route_name="dossier.acknowledgement_document")
def document(context: DossierContext, request: Request) -> Response:
    asked = request.GET.get("seat")
    seat = None if asked is None else whole_number(asked, 9) or 0
    version = documents_to_acknowledge(request.work, context.dossier, seat).get(request.matchdict["document"])
    if version is None:
        raise NotFound("no such document is to be acknowledged")
    return file_response(request, version.file)


def page(context: DossierContext, request: Request, problems: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "dossier": context.dossier,
        "entries": acknowledgements(request.work, context.dossier),
        "reads_dossier": has_permission(request.work, "dossier.read", context.dossier),
        "problems": page_errors(problems),
        "typed": {"seat": posted_number(request, "seat"), "comment": posted_text(request, "comment")},
    }
