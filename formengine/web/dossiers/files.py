"""Files on a dossier: attached, and new versions of its documents (D6, S2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import DocumentRefused, Invalid, Refused
from formengine.i18n import say
from formengine.services.dossiers import attachments, documents
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, dossier_page
from formengine.web.post_data import (
    oversized_file_errors,
    posted_text,
    redirect_to_tab,
    refusal_sentences,
    trying,
    uploaded_files,
)


@view_config(route_name="dossier.attachments", renderer=TEMPLATE)
def attach(context: DossierContext, request: Request) -> dict[str, Any] | HTTPSeeOther:
    files, internal = uploaded_files(request, "files"), posted_text(request, "internal") == "yes"
    reference = context.dossier.reference
    return stored(request, context, lambda: attachments.attach_files(request.work, reference, files, internal=internal))


@view_config(route_name="dossier.document", renderer=TEMPLATE)
def new_version(context: DossierContext, request: Request) -> dict[str, Any] | HTTPSeeOther:
    files, document = uploaded_files(request, "files"), request.matchdict["document"]
    reference = context.dossier.reference
    return stored(request, context, lambda: documents.new_document_version(request.work, reference, document, files[0]))


def stored(request: Request, context: DossierContext, store: Callable[[], object]) -> dict[str, Any] | HTTPSeeOther:
    """Store what was chosen and go back to the tab, or show it again with the reason."""
    problems = oversized_file_errors(request)
    if not problems and not uploaded_files(request, "files"):
        problems = [say(request.work.language, "Choose a file first.")]
    try:
        if not problems:
            with trying(request.work):
                store()
            said = say(request.work.language, "What you chose is on the dossier now.")
            return redirect_to_tab(request, context.dossier.reference, "attachments", said=said)
    except (Refused, Invalid) as error:
        problems = refusal_sentences(error)
    except DocumentRefused as error:
        problems = [str(error)]
    request.response.status_int = 422
    return dossier_page(request, context.dossier, "attachments", problems)
