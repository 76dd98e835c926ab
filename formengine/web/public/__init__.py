"""Requests without an account (F13): public forms, their confirmation by mail, and status pages by secret link."""

from __future__ import annotations

from typing import Final

from pyramid.config import Configurator

from formengine.services.notifications.status_links import STATUS_PATH
from formengine.web.public.request_form import public_type_context
from formengine.web.public.status_page import status_context
from formengine.web.routes import PUBLIC, Route

ROUTES: Final = (
    Route("public", "/public", PUBLIC),
    Route("public.links", "/public/links", PUBLIC, ("GET", "POST")),
    Route("public.confirmation", "/public/confirmation/{token}", PUBLIC, ("GET", "POST")),
    Route(
        "public.request", "/public/requests/{type}", PUBLIC, ("GET", "POST"), factory=public_type_context, uploads=True
    ),
    Route("verify", "/verify", PUBLIC, ("GET", "POST"), uploads=True),
    Route("signed_copy", "/signed/{round}/{key}", PUBLIC),
    Route("signature_event", "/signature-events/{provider}", PUBLIC, ("POST",)),
    Route("status", STATUS_PATH, PUBLIC, factory=status_context),
    Route("status.notes", f"{STATUS_PATH}/notes", PUBLIC, ("POST",), factory=status_context, uploads=True),
    Route("status.step", f"{STATUS_PATH}/steps/{{transition}}", PUBLIC, ("POST",), factory=status_context),
    Route("status.file", f"{STATUS_PATH}/files/{{id}}", PUBLIC, factory=status_context),
    Route("status.version", f"{STATUS_PATH}/versions/{{id}}", PUBLIC, factory=status_context),
)
"""No permission but a secret: of a mail, or none where a form is open to everybody."""


def includeme(config: Configurator) -> None:
    config.scan(__name__)
