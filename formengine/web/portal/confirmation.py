"""Word that a request came in: its reference, and what happens next (P8, P11)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers.header import state_title
from formengine.web.contexts import DossierContext


@view_config(route_name="submission", renderer="formengine:web/templates/portal/received.jinja2")
def confirmation(context: DossierContext, request: Request) -> dict[str, Any]:
    state = state_title(request.work, context.dossier)
    return {"dossier": context.dossier, "state_title": state, "email": request.work.person.email}
