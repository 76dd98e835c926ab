"""Whose turn it is with a document, and who edits it, by the API (S2)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers import document_turns, edit_locks
from formengine.web.api.notes_and_files import documents_json
from formengine.web.api.request_body import read_body
from formengine.web.contexts import DossierContext


@view_config(route_name="api.document_turn.put", renderer="api")
def hand_over(context: DossierContext, request: Request) -> dict[str, Any]:
    holder, document = read_body(request, ("holder",)).take("holder", str), request.matchdict["id"]
    document_turns.hand_over(request.work, context.dossier.reference, document, holder)
    return _document(context, request)


@view_config(route_name="api.edit_lock.put", renderer="api")
def hold(context: DossierContext, request: Request) -> dict[str, Any]:
    body, target = read_body(request, ("held", "take_over")), (context.dossier.reference, request.matchdict["id"])
    held, take_over = body.take("held", bool), body.take("take_over", bool, False)
    if held:
        edit_locks.hold_for_editing(request.work, *target, take_over=take_over)
    else:
        edit_locks.end_editing(request.work, *target)
    return _document(context, request)


def _document(context: DossierContext, request: Request) -> dict[str, Any]:
    rows = documents_json(request.work, context.dossier)
    return next(row for row in rows if row["id"] == request.matchdict["id"])
