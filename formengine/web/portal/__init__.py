"""The portal: the home page, the form of each request type, drafts, and the confirmation."""

from __future__ import annotations

from typing import Final

from pyramid.config import Configurator

from formengine.web.contexts import dossier_context
from formengine.web.portal.drafts import draft_context
from formengine.web.portal.embedded_form import embed_context, sent_context
from formengine.web.portal.fillings import filling_context, part_context
from formengine.web.portal.request_form import request_type_context
from formengine.web.routes import PUBLIC, Route

ROUTES: Final = (
    Route("home", "/", "catalogue.read"),
    Route("catalogue", "/requests/new", "request.submit"),
    Route(
        "new_request",
        "/requests/new/{type}",
        "request.submit",
        ("GET", "POST"),
        request_type_context,
        uploads=True,
        kept=True,
    ),
    Route("request_change", "/requests/new/{type}/change", "request.submit", factory=request_type_context),
    Route("drafts", "/drafts", "draft.own"),
    Route("draft", "/drafts/{id}", "draft.own", factory=draft_context),
    Route("draft_removal", "/drafts/{id}/removal", "draft.own", ("POST",), draft_context),
    Route("filling", "/filling/{id}", "filling.read", factory=filling_context),
    Route("filling.file", "/filling/{id}/files/{file}", "filling.read", factory=filling_context),
    Route("filling.withdrawal", "/filling/{id}/withdrawal", "filling.manage", ("POST",), filling_context),
    Route("filling.reminder", "/filling/{id}/reminder", "filling.manage", ("POST",), filling_context),
    Route("filling.reassignment", "/filling/{id}/reassignment", "filling.manage", ("POST",), filling_context),
    Route("filling.reopening", "/filling/{id}/reopening", "filling.manage", ("POST",), filling_context),
    Route(
        "filling.part",
        "/filling/{id}/parts/{part}",
        "part.fill",
        ("GET", "POST"),
        part_context,
        uploads=True,
        kept=True,
    ),
    Route("filling.part_file", "/filling/{id}/parts/{part}/files/{file}", "part.fill", factory=part_context),
    Route("submission", "/submissions/{reference}", "dossier.read", factory=dossier_context),
    # inside pages of other sites
    Route("embed_script", "/embed.js", PUBLIC),
    Route("embed", "/embed/{type}", PUBLIC, ("GET", "POST"), embed_context, uploads=True),
    Route("embed.sign_in", "/embed/{type}/sign-in", PUBLIC, ("POST",), embed_context),
    Route("embed.sent", "/embed/{type}/sent/{reference}", "dossier.read", factory=sent_context),
    Route("embed.begun", "/embed/{type}/begun", "request.submit", factory=embed_context),
    Route("embedding", "/admin/embedding", "site.publish"),
)


def includeme(config: Configurator) -> None:
    config.scan(__name__)
