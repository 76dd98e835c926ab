"""Documents that people add to a dossier, and what of a document the client is shown (S2)."""

from __future__ import annotations

from functools import partial

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers import added_documents, document_sharing
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.post_data import file_errors, is_checked, posted_number, posted_switch, posted_text, uploaded_files


@view_config(route_name="dossier.documents", renderer=TEMPLATE)
def add_document(context: DossierContext, request: Request) -> PageOrRedirect:
    files, kind, title = uploaded_files(request, "files"), posted_text(request, "kind"), posted_text(request, "title")
    upload = None if is_checked(request, "draft") else next(iter(files), None)
    reference, errors = context.dossier.reference, file_errors(request, "files", "new-document-file", 1)
    action = partial(added_documents.add_document, request.work, reference, kind, title, upload)
    drafted, added = (
        "The document is being drafted. Reload this page in a moment.",
        "The document is on the dossier now.",
    )
    controls = {"kind": "new-document-kind", "title": "new-document-title", "files": "new-document-file"}
    return act_on_tab(
        request, context.dossier, "attachments", action, added if upload else drafted, errors, controls=controls
    )


@view_config(route_name="dossier.version_sharing", renderer=TEMPLATE)
def share(context: DossierContext, request: Request) -> PageOrRedirect:
    target = (request.work, context.dossier.reference, request.matchdict["document"], posted_number(request, "shown"))
    if posted_switch(request, "shared"):
        action, flash = partial(document_sharing.share_version, *target), "The client sees this version now."
    else:
        action, flash = partial(document_sharing.stop_sharing, *target), "The client no longer sees this version."
    return act_on_tab(request, context.dossier, "attachments", action, flash)
