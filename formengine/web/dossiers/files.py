"""Files on a dossier: attached, their versions, who sees them, withdrawal; versions of documents (D6, S2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.forms import Upload
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.case.repository import load
from formengine.services.dossiers import attachment_changes, attachments, clean_versions, document_drafts, documents
from formengine.services.dossiers.attachments import VISIBILITIES
from formengine.services.dossiers.document_holders import US
from formengine.services.dossiers.version_consequences import CONSENT, OVER_UPLOAD, held_documents
from formengine.web.actions import NO_CONTROLS, PageOrRedirect
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.page_errors import Controls, PageError, missing
from formengine.web.post_data import file_errors, is_checked, posted_number, posted_text, uploaded_files

HELD: Final = (
    "Version {n} holds tracked changes, comments, hidden text or fields that change by themselves: "
    "nobody is asked to approve or sign it before there is "
    "a clean version."
)


@view_config(route_name="dossier.attachments", renderer=TEMPLATE)
def attach(context: DossierContext, request: Request) -> PageOrRedirect:
    work, dossier, visibility = request.work, context.dossier, posted_text(request, "visibility")
    is_open = has_permission(work, "dossier.share", dossier) and visibility not in VISIBILITIES
    errors = missing(say(work.language, "Say who may see it."), "attach-client", when=is_open)
    attach = partial(
        attachments.attach_files,
        work,
        dossier.reference,
        internal=visibility == "internal",
        held=visibility == "held",
        read_only=is_checked(request, "read_only"),
    )
    return store(request, context, attach, "attach-files", errors=errors)


@view_config(route_name="dossier.attachment_version", renderer=TEMPLATE)
def new_attachment_version(context: DossierContext, request: Request) -> PageOrRedirect:
    number = int_from_path(request, "id")
    add = partial(attachment_changes.add_version, request.work, context.dossier.reference, number)
    return store(request, context, lambda files: add(files[0]), f"file-{number}", 1)


@view_config(route_name="dossier.attachment_visibility", renderer=TEMPLATE)
def change_visibility(context: DossierContext, request: Request) -> PageOrRedirect:
    number, visibility = int_from_path(request, "id"), posted_text(request, "visibility")
    read_only = is_checked(request, "read_only")
    action = partial(
        attachment_changes.change_visibility, request.work, context.dossier.reference, number, visibility, read_only
    )
    controls, flash = {"visibility": f"seen-{number}-client"}, "Who may see it was changed."
    return act_on_tab(request, context.dossier, "attachments", action, flash, controls=controls)


@view_config(route_name="dossier.attachment_withdrawal", renderer=TEMPLATE)
def withdraw(context: DossierContext, request: Request) -> PageOrRedirect:
    number, reason = int_from_path(request, "id"), posted_text(request, "reason")
    action = partial(attachment_changes.withdraw, request.work, context.dossier.reference, number, reason)
    controls, flash = {"reason": f"reason-{number}"}, "The file was withdrawn."
    return act_on_tab(request, context.dossier, "attachments", action, flash, controls=controls)


@view_config(route_name="dossier.document", renderer=TEMPLATE)
def new_version(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, document = request.work, context.dossier.reference, request.matchdict["document"]
    agrees, holder = is_checked(request, CONSENT), posted_text(request, "holder") or US
    controls = {"holder": f"next-{document}", CONSENT: f"ends-{document}"}

    def add(files: list[Upload]) -> None:
        version = documents.new_document_version(work, reference, document, files[0], holder, ends_signatures=agrees)
        if document in held_documents(load(work, context.dossier)):
            request.flash(say(work.language, HELD, n=version.number))

    return store(request, context, add, f"version-{document}", 1, controls=controls)


@view_config(route_name="dossier.draft", renderer=TEMPLATE)
def draft_again(context: DossierContext, request: Request) -> PageOrRedirect:
    reference, document = context.dossier.reference, request.matchdict["document"]
    controls = {CONSENT: f"ends-draft-{document}", OVER_UPLOAD: f"over-{document}"}
    agrees = {name: is_checked(request, name) for name in controls}
    action = partial(document_drafts.draft_again, request.work, reference, document, **agrees)
    flash = "The document is being drafted. Reload this page in a moment."
    return act_on_tab(request, context.dossier, "attachments", action, flash, controls=controls)


@view_config(route_name="dossier.draft_end", renderer=TEMPLATE)
def give_up_draft(context: DossierContext, request: Request) -> PageOrRedirect:
    reference, document = context.dossier.reference, request.matchdict["document"]
    action = partial(document_drafts.give_up_draft, request.work, reference, document)
    return act_on_tab(request, context.dossier, "attachments", action, "The newest version is used as it is.")


@view_config(route_name="dossier.clean_version", renderer=TEMPLATE)
def clean(context: DossierContext, request: Request) -> PageOrRedirect:
    reference, document = context.dossier.reference, request.matchdict["document"]
    shown = posted_number(request, "shown") or 0
    agrees, controls = is_checked(request, CONSENT), {CONSENT: f"ends-clean-{document}"}
    clean = partial(clean_versions.add_clean_version, request.work, reference, document, shown)
    action, flash = (
        partial(clean, ends_signatures=agrees),
        "A clean version was added. The history says what was taken out.",
    )
    return act_on_tab(request, context.dossier, "attachments", action, flash, controls=controls)


def store(
    request: Request,
    context: DossierContext,
    service: Callable[[list[Upload]], object],
    control: str,
    most: int | None = None,
    errors: Sequence[PageError] = (),
    controls: Controls = NO_CONTROLS,
) -> PageOrRedirect:
    """Give the uploaded files to `service`; an error when there is none, more than `most`, or one is too large.

    `control` is the id of the control that they were chosen in, `controls` are the others.
    """
    files = uploaded_files(request, "files")
    of_files = file_errors(request, "files", control, most)
    of_files = of_files or missing(say(request.work.language, "Choose a file first."), control, when=not files)
    flash = "What you chose is on the dossier now."
    return act_on_tab(
        request,
        context.dossier,
        "attachments",
        lambda: service(files),
        flash,
        [*errors, *of_files],
        controls={"files": control, **controls},
    )
