"""Documents that are added or drafted, whose turn it is with one, who edits it and who sees it, by the API (S1, S2)."""

from __future__ import annotations

from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers import added_documents, document_drafts, document_sharing, document_turns, edit_locks
from formengine.services.dossiers.version_consequences import CONSENT, OVER_UPLOAD
from formengine.web.api.notes_and_files import documents_json
from formengine.web.api.request_body import read_body, refuse_parts
from formengine.web.contexts import DossierContext

CONSENTS: Final = (CONSENT, OVER_UPLOAD)
"""What is agreed to when a document is drafted anew."""


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


@view_config(route_name="api.document_draft.put", renderer="api")
def draft(context: DossierContext, request: Request) -> dict[str, Any]:
    body, target = read_body(request, ("wanted", *CONSENTS)), (context.dossier.reference, request.matchdict["id"])
    wanted, agrees = body.take("wanted", bool), {name: body.take(name, bool, False) for name in CONSENTS}
    if wanted:
        document_drafts.draft_again(
            request.work, *target, ends_signatures=agrees[CONSENT], over_upload=agrees[OVER_UPLOAD]
        )
    else:
        document_drafts.give_up_draft(request.work, *target)
    request.work.session.flush()
    return _document(context, request)


@view_config(route_name="api.document_sharing.put", renderer="api")
def share(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("shared", "version"))
    change = document_sharing.share_version if body.take("shared", bool) else document_sharing.stop_sharing
    reference, document, number = context.dossier.reference, request.matchdict["id"], body.maybe("version", int)
    change(request.work, reference, document, number)
    return _document(context, request)


@view_config(route_name="api.documents.post", renderer="api")
def add_document(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("kind", "title"), files=("file",))
    refuse_parts(request, [doubled for doubled, _upload in body.files[1:]])
    upload = body.files[0][1] if body.files else None
    kind, title, reference = body.take("kind", str), body.take("title", str), context.dossier.reference
    name = added_documents.add_document(request.work, reference, kind, title, upload)
    request.work.session.flush()
    request.response.status_int = 201
    return _document(context, request, name)


def _document(context: DossierContext, request: Request, name: str = "") -> dict[str, Any]:
    rows = documents_json(request.work, context.dossier)
    return next(row for row in rows if row["id"] == (name or request.matchdict["id"]))
