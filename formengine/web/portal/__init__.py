"""The portal: the home page, the form of each request type, and the confirmation."""

from __future__ import annotations

from typing import Final

from pyramid.config import Configurator

from formengine.web.contexts import dossier_context
from formengine.web.portal.request_form import request_type_context
from formengine.web.routes import Route

ROUTES: Final = (
    Route("home", "/", "catalogue.read"),
    Route("new_request", "/requests/new/{type}", "request.submit", ("GET", "POST"), request_type_context, uploads=True),
    Route("submission", "/submissions/{reference}", "dossier.read", factory=dossier_context),
)


def includeme(config: Configurator) -> None:
    config.scan(__name__)
