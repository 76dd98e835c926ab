"""The answers as they were submitted, on the very form they were filled on, to read and to print (F14)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers.answers import answers_html
from formengine.web.contexts import DossierContext


@view_config(route_name="dossier.answers", renderer="formengine:web/templates/dossiers/answers.jinja2")
def answers(context: DossierContext, request: Request) -> dict[str, Any]:
    return {"dossier": context.dossier, "answers": answers_html(request.work, context.dossier)}
