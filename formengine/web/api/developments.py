"""The API's developments: those that the client reads, and marking entries of the history as important (D7)."""

from __future__ import annotations

from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.case.developments import Development, developments
from formengine.services.dossiers.development_marks import mark_development, unmark_development
from formengine.web.api.attributes import attributes
from formengine.web.api.request_body import read_body
from formengine.web.contexts import DossierContext, int_from_path

_NAMES: Final = ("entry", "at", "by", "text", "comment", "important", "about")


@view_config(route_name="api.developments", renderer="api")
def read_developments(context: DossierContext, request: Request) -> dict[str, Any]:
    return {"items": [development_json(row) for row in developments(request.work, context.dossier)], "next": None}


def development_json(development: Development) -> dict[str, Any]:
    """A development as the schema `Development` describes it."""
    return attributes(development, _NAMES)


@view_config(route_name="api.development.put", renderer="api")
def mark(context: DossierContext, request: Request) -> dict[str, Any]:
    body, number = read_body(request, ("important", "text")), int_from_path(request, "entry")
    text, reference = body.maybe("text", str) or "", context.dossier.reference
    if body.take("important", bool, True):
        mark_development(request.work, reference, number, text)
    else:
        unmark_development(request.work, reference, number)
    return read_developments(context, request)
