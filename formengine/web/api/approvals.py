"""The API's approvals, signatures and acknowledgements: the same seats and permissions as on the pages (S8, W19)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import Invalid, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.approvals import decisions, round_views, successors
from formengine.services.approvals.given_signatures import MAX_VALUE, SignatureDetails, parse_kind, store_picture
from formengine.services.approvals.round_views import RoundView
from formengine.services.approvals.seat_views import ForwardView
from formengine.services.approvals.shown_documents import NoHash, ShownVersion, SingleDocument
from formengine.services.approvals.successors import Successor
from formengine.web.api.attributes import attributes
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import RequestBody, if_match_version, read_body
from formengine.web.api.transitions import changed_dossier
from formengine.web.contexts import DossierContext

SIGNATURE: Final = (
    "signature",
    "consent",
    "decline",
    "reason",
    "seat",
    "document",
    "documents",
    "forward",
    "confirm_name",
)
"""The members of the body of a signature."""


@view_config(route_name="api.approvals", renderer="api")
def list_rounds(context: DossierContext, request: Request) -> dict[str, Any]:
    """The rounds of every kind; of somebody who is only asked to acknowledge, their own seats alone."""
    return {"rounds": [round_json(round_) for round_ in round_views.rounds(request.work, context.dossier)]}


@view_config(route_name="api.signatures", renderer="api")
def list_signatures(context: DossierContext, request: Request) -> dict[str, Any]:
    rounds = round_views.rounds(request.work, context.dossier)
    return {"rounds": [round_json(round_) for round_ in rounds if round_.kind == "signature"]}


@view_config(route_name="api.approvals.post", renderer="api")
def decide(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, ("decision", "comment", "seat", "document", "documents", "fields"))
    word, comment = body.take("decision", str), body.maybe("comment", str)
    if word == decisions.ACKNOWLEDGE:
        return _acknowledge(context, request, body, comment)
    require_permission(request.work, "dossier.decide")
    decision = decisions.parse_decision(word)
    if decision is None:
        raise _wrong_member("decision", '"approve" | "reject" | "abstain" | "acknowledge"')
    if decision == "reject" and not (comment or "").strip():
        raise Refused([say(request.work.language, "Say in the comment why you reject.")])
    version = if_match_version(request) if "If-Match" in request.headers else None
    reference, seat = context.dossier.reference, body.maybe("seat", int)
    shown = _shown_document(body)
    fields = body.maybe("fields", dict)
    dossier = decisions.decide(request.work, reference, decision, comment, seat, version, shown, fields)
    return changed_dossier(request, dossier)


def _acknowledge(context: DossierContext, request: Request, body: RequestBody, comment: str | None) -> dict[str, Any]:
    """Acknowledge; answers with the dossier, or with one's own rounds where one may not read it."""
    work, reference, seat = request.work, context.dossier.reference, body.maybe("seat", int)
    version = if_match_version(request) if "If-Match" in request.headers else None
    dossier = decisions.acknowledge(work, reference, comment, seat, version, _shown_document(body))
    if has_permission(work, "dossier.read", dossier):
        return changed_dossier(request, dossier)
    return list_rounds(context, request)


@view_config(route_name="api.signatures.post", renderer="api")
def sign(context: DossierContext, request: Request) -> dict[str, Any]:
    body = read_body(request, SIGNATURE)
    reference, seat = context.dossier.reference, body.maybe("seat", int)
    if body.take("decline", bool, False):
        reason = body.take("reason", str)
        return changed_dossier(request, decisions.decline(request.work, reference, reason, seat))
    if "forward" in body.data:
        successor = _successor(body)
        return changed_dossier(request, successors.ask_to_forward(request.work, reference, seat, successor))
    signature, consent = _signature(body), body.take("consent", bool, False)
    text = signature.get("text", "")
    is_confirmed = body.take("confirm_name", bool, True)
    details = replace(_details(request, signature), confirmed_name=text if is_confirmed else "")
    shown = _shown_document(body)
    try:
        dossier = decisions.sign(request.work, reference, text, consent, seat, shown, details)
    except Refused as error:
        raise _blaming_name(error) from None
    return changed_dossier(request, dossier)


def _blaming_name(error: Refused) -> Refused | Invalid:
    """A refusal of a signature; as an error of the field where the name is the only thing to confirm."""
    if error.inputs != ["confirmed_name"]:
        return error
    return Invalid([FieldError("/signature/text", None, "name", error.reasons[0])])


def _signature(body: RequestBody) -> dict[str, str]:
    """The member `signature`: of texts alone, with the picture of one that is drawn or uploaded in base64."""
    signature = body.take("signature", dict)
    known = {"kind", "text", "image", "place", "initials"}
    kind = parse_kind(str(signature.get("kind")))
    needed = "text" if kind == "typed" else "image"
    is_text = all(isinstance(value, str) for value in signature.values())
    if kind is None or not is_text or needed not in signature or not set(signature) <= known:
        raise _wrong_member("signature", '{"kind": "typed" | "drawn" | "uploaded", "text": "…", "image": "…"}')
    return signature


def _details(request: Request, signature: dict[str, str]) -> SignatureDetails:
    """The details of a signature; its picture, a PNG or JPEG, is written anew. Raises Refused for any other."""
    kind, picture = parse_kind(signature["kind"]) or "typed", None
    if kind != "typed":
        try:
            content = base64.b64decode(signature["image"], validate=True)
        except (binascii.Error, ValueError):
            raise _wrong_member("signature/image", "…, PNG / JPEG, base64") from None
        picture = store_picture(request.work.platform, content, request.work.language)
    return SignatureDetails(kind, picture, {name: signature.get(name, "") for name in MAX_VALUE})


def _successor(body: RequestBody) -> Successor:
    """Whom a signer names in their place, from `forward: {name, email}` and `reason`."""
    named = body.take("forward", dict)
    if set(named) != {"name", "email"} or not all(isinstance(value, str) for value in named.values()):
        raise _wrong_member("forward", '{"name": "…", "email": "…"}')
    return Successor(named["name"], named["email"], body.take("reason", str))


def _shown_document(body: RequestBody) -> ShownVersion:
    """The hash of what the caller has read, from `document: {sha256}`, of several from `documents: {name: sha256}`."""
    hashes = body.take("documents", dict, {})
    if not all(isinstance(sha256, str) for sha256 in hashes.values()):
        raise _wrong_member("documents", '{"contract": "…", "annex": "…"}')
    if hashes:
        return hashes
    sha256 = body.take("document", dict, {}).get("sha256", "")
    if not isinstance(sha256, str):
        raise _wrong_member("document", '{"sha256": "…"}')
    return SingleDocument(sha256) if sha256 else NoHash.MISSING


def _wrong_member(name: str, wanted: str) -> ProblemDetail:
    return ProblemDetail(422, "A member is missing or wrong", "{name}: write {wanted}.", name=name, wanted=wanted)


def round_json(round_: RoundView) -> dict[str, Any]:
    """A round as the schema `Round` describes it."""
    of_seat = ("step", "id", "name", "role", "person", "kind", "status", "at", "comment", "shows", "signs_for")
    seats = [{**attributes(seat, of_seat), "forward": _forward_json(seat.forward)} for seat in round_.seats]
    documents = [
        {"name": document.id, "version": document.version, "sha256": document.sha256, "at": document.version_at}
        for document in round_.documents
    ]
    about = {"document": documents[0] if documents else None, "documents": documents}
    names = ("id", "kind", "name", "number", "status", "may_abstain")
    words: dict[str, Any] = {
        "statement": round_.statement or None,
        "button": round_.button or None,
        "takes_comment": round_.takes,
    }
    words["unsettled"] = [attributes(notice, ("role", "sentence")) for notice in round_.unsettled]
    return {**attributes(round_, names), **words, "asks": list(round_.asks), **about, "seats": seats}


def _forward_json(wish: ForwardView | None) -> dict[str, Any] | None:
    """The wish of a signer that somebody else signs."""
    return None if wish is None else attributes(wish, ("name", "email", "reason", "at"))
