"""Files on a dossier: attached, and new versions of its documents (D6, S2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyramid.request import Request
from pyramid.view import view_config

from formengine.forms import Upload
from formengine.i18n import say
from formengine.services.dossiers import attachments, documents
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.post_data import file_errors, is_checked, uploaded_files


@view_config(route_name="dossier.attachments", renderer=TEMPLATE)
def attach(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, internal = request.work, context.dossier.reference, is_checked(request, "internal")
    return store(request, context, lambda files: attachments.attach_files(work, reference, files, internal=internal))


@view_config(route_name="dossier.document", renderer=TEMPLATE)
def new_version(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, document = request.work, context.dossier.reference, request.matchdict["document"]
    return store(request, context, lambda files: documents.new_document_version(work, reference, document, files[0]), 1)


def store(
    request: Request, context: DossierContext, service: Callable[[list[Upload]], object], most: int | None = None
) -> PageOrRedirect:
    """Give the uploaded files to `service`; an error when there is none, more than `most`, or one is too large."""
    files = uploaded_files(request, "files")
    errors: Sequence[str] = file_errors(request, "files", most)
    if not errors and not files:
        errors = [say(request.work.language, "Choose a file first.")]
    flash = "What you chose is on the dossier now."
    return act_on_tab(request, context.dossier, "attachments", lambda: service(files), flash, errors)
