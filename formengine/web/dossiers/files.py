"""Files on a dossier: attached, and new versions of its documents (D6, S2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyramid.request import Request
from pyramid.view import view_config

from formengine.forms import Upload
from formengine.i18n import say
from formengine.services.dossiers import attachments, documents
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.page_errors import missing
from formengine.web.post_data import file_errors, is_checked, uploaded_files


@view_config(route_name="dossier.attachments", renderer=TEMPLATE)
def attach(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, internal = request.work, context.dossier.reference, is_checked(request, "internal")
    attach = partial(attachments.attach_files, work, reference, internal=internal)
    return store(request, context, attach, "attach-files")


@view_config(route_name="dossier.document", renderer=TEMPLATE)
def new_version(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, document = request.work, context.dossier.reference, request.matchdict["document"]
    add = partial(documents.new_document_version, work, reference, document)
    return store(request, context, lambda files: add(files[0]), f"version-{document}", 1)


def store(
    request: Request,
    context: DossierContext,
    service: Callable[[list[Upload]], object],
    control: str,
    most: int | None = None,
) -> PageOrRedirect:
    """Give the uploaded files to `service`; an error when there is none, more than `most`, or one is too large.

    `control` is the id of the control that they were chosen in.
    """
    files = uploaded_files(request, "files")
    errors = file_errors(request, "files", control, most)
    errors = errors or missing(say(request.work.language, "Choose a file first."), control, when=not files)
    flash = "What you chose is on the dossier now."
    return act_on_tab(
        request, context.dossier, "attachments", lambda: service(files), flash, errors, controls={"files": control}
    )
