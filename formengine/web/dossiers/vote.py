"""An approval with the fields that it asks for, on a page of its own (W22)."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.approvals import decisions
from formengine.services.approvals.shown_documents import NoHash
from formengine.services.approvals.vote_forms import VoteForm, vote_form
from formengine.services.dossiers.documents import documents
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.approvals import DECIDED, TAB
from formengine.web.post_data import form_controls, is_checked, is_live_update, posted_text, shown_fields

TEMPLATE = "formengine:web/templates/dossiers/vote.jinja2"


@view_config(route_name="dossier.vote", request_method="GET", renderer=TEMPLATE)
def vote_page(context: DossierContext, request: Request) -> dict[str, Any]:
    asked = vote_form(request.work, context.dossier, int_from_path(request, "seat"))
    fields = shown_fields(request, asked.form, asked.data)
    return page(context, request, asked, fields, posted_text(request, "comment"))


@view_config(route_name="dossier.vote", request_method="POST", renderer=TEMPLATE)
def approve(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, int_from_path(request, "seat")
    asked, comment = vote_form(work, context.dossier, seat), posted_text(request, "comment")
    if is_checked(request, "opens"):  # from the panel, with what was written there
        return page(context, request, asked, asked.form.render(asked.data or None), comment)
    answers = asked.form.read(form_controls(request), asked.data)
    if is_live_update(request) or answers.operation:
        return page(context, request, asked, answers.html(errors=answers.lingering, first=False), comment)
    shown = posted_text(request, "document_sha256") or NoHash.NO_VERSION
    return run_action(
        request,
        lambda: decisions.decide(work, reference, "approve", comment or None, seat, shown=shown, fields=answers.data),
        lambda: redirect_to_tab(request, reference, TAB, flash=say(work.language, DECIDED["approve"])),
        lambda problems: {**page(context, request, asked, answers.html(), comment), "problems": problems},
        answers=answers,
    )


def page(context: DossierContext, request: Request, asked: VoteForm, fields: str, comment: str = "") -> dict[str, Any]:
    papers = [row for row in documents(request.work, context.dossier) if row.id in asked.documents and row.versions]
    return {
        "dossier": context.dossier,
        "asked": asked,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "papers": papers,
        "comment": comment,
        "problems": [],
    }
