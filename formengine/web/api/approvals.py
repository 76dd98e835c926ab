"""The API's approvals and signatures: the same seats and the same collaboration permission as on the pages (S8)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals import round_views
from formengine.services.approvals.round_views import RoundView
from formengine.web.api.attributes import attributes
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import RequestBody, if_match_version, read_body
from formengine.web.api.transitions import changed_dossier
from formengine.web.contexts import DossierContext


@view_config(route_name="api.approvals", renderer="api")
@view_config(route_name="api.signatures", renderer="api")
def list_rounds(context: DossierContext, request: Request) -> dict[str, Any]:
    kind = request.matched_route.name.removeprefix("api.").removesuffix("s")
    rounds = round_views.rounds(request.work, context.dossier)
    return {"rounds": [round_json(round_) for round_ in rounds if round_.kind == kind]}


@view_config(route_name="api.approvals.post", renderer="api")
def decide(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("decision", "comment", "seat", "document"))
    decision, comment = deciding.parse_decision(body.take("decision", str)), body.maybe("comment", str)
    if decision is None:
        raise ProblemDetail(
            422,
            "A member is missing or wrong",
            "{name}: write {wanted}.",
            name="decision",
            wanted='"approve" | "reject"',
        )
    if decision == "reject" and not (comment or "").strip():
        raise Refused([say(request.work.language, "Say in the comment why you reject.")])
    version = if_match_version(request) if "If-Match" in request.headers else None
    reference, seat = context.dossier.reference, body.maybe("seat", int)
    shown = _shown_document(body)
    dossier = deciding.decide(request.work, reference, decision, comment, seat, version, shown)
    return changed_dossier(request, dossier)


@view_config(route_name="api.signatures.post", renderer="api")
def sign(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("signature", "consent", "decline", "reason", "seat", "document"))
    reference, seat = context.dossier.reference, body.maybe("seat", int)
    if body.take("decline", bool, False):
        reason = body.take("reason", str)
        return changed_dossier(request, deciding.decline(request.work, reference, reason, seat))
    signature, consent = body.take("signature", dict), body.take("consent", bool, False)
    if signature.get("kind") != "typed" or not isinstance(signature.get("text"), str):
        expected = '{"kind": "typed", "text": "…"}'
        raise ProblemDetail(
            422, "A member is missing or wrong", "{name}: write {wanted}.", name="signature", wanted=expected
        )
    shown = _shown_document(body)
    return changed_dossier(request, deciding.sign(request.work, reference, signature["text"], consent, seat, shown))


def _shown_document(body: RequestBody) -> str:
    """The hash of the document version that the caller has read, from `document: {sha256}`; empty when it is left
    out.
    """
    sha256 = body.take("document", dict, {}).get("sha256", "")
    if not isinstance(sha256, str):
        expected = '{"sha256": "…"}'
        raise ProblemDetail(
            422, "A member is missing or wrong", "{name}: write {wanted}.", name="document", wanted=expected
        )
    return sha256


def round_json(round_: RoundView) -> dict[str, Any]:
    names = ("id", "name", "role", "person", "kind", "status", "at", "comment")
    seats = [
        {"step": step, **attributes(seat, names)} for step, (_title, seats) in enumerate(round_.steps) for seat in seats
    ]
    version = {"version": round_.version, "sha256": round_.sha256, "at": round_.version_at}
    document = {"name": round_.document, **version} if round_.document else None
    return {**attributes(round_, ("id", "kind", "name", "number", "status")), "document": document, "seats": seats}
