"""The signed PDF of a document, its certificate and its evidence: downloaded, and made again where that failed (S4)."""

from __future__ import annotations

import json
from functools import partial

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.services.approvals import signed_copy_views
from formengine.services.approvals.provider_documents import provider_file
from formengine.services.approvals.provider_status import retry_request
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.approvals import with_known_ids
from formengine.web.dossiers.downloads import file_response, with_headers
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.post_data import posted_number, whole_number


@view_config(route_name="dossier.signed_copy", request_method="POST", renderer=TEMPLATE)
def try_again(context: DossierContext, request: Request) -> PageOrRedirect:
    document, round_id = request.matchdict["document"], _round_id(request)
    action = partial(signed_copy_views.request_signed_copy, request.work, context.dossier, document, round_id)
    return act_on_tab(request, context.dossier, "approvals", action, "The signed PDF is being made.")


@view_config(route_name="dossier.signed_copy", request_method="GET")
def download(context: DossierContext, request: Request) -> Response:
    document, round_id = request.matchdict["document"], _round_id(request)
    if round_id is not None:
        return file_response(
            request, signed_copy_views.file_of_round(request.work, context.dossier, document, round_id)
        )
    return file_response(request, signed_copy_views.signed_file(request.work, context.dossier, document))


@view_config(route_name="dossier.signature_certificate")
def certificate(context: DossierContext, request: Request) -> Response:
    document, round_id = request.matchdict["document"], _round_id(request)
    return file_response(request, signed_copy_views.certificate_file(request.work, context.dossier, document, round_id))


@view_config(route_name="dossier.signature_evidence")
def evidence(context: DossierContext, request: Request) -> Response:
    document = request.matchdict["document"]
    record = signed_copy_views.evidence(request.work, context.dossier, document, _round_id(request))
    body = json.dumps(record, ensure_ascii=False, indent=2).encode()
    response = Response(body, content_type="application/json", charset="utf-8")
    return with_headers(response, f"{context.dossier.reference} {document} evidence.json")


def _round_id(request: Request) -> int | None:
    """The round that an address names (`?round=`); None where it names none, 0 (no round has it) for other texts."""
    named = request.GET.get("round")
    return (whole_number(named, 9) or 0) if named else None


@view_config(route_name="dossier.provider_file")
def download_evidence(context: DossierContext, request: Request) -> Response:
    seat, kind = int_from_path(request, "seat"), request.matchdict["file"]
    return file_response(request, provider_file(request.work, context.dossier, seat, kind))


@view_config(route_name="dossier.signature_request", renderer=TEMPLATE)
def ask_again(context: DossierContext, request: Request) -> PageOrRedirect:
    retry = partial(retry_request, request.work, context.dossier.reference, posted_number(request, "seat"))
    return act_on_tab(
        request, context.dossier, "approvals", with_known_ids(request, retry), "The provider is asked again."
    )


@view_config(route_name="signed_copy")
def download_by_link(request: Request) -> Response:
    """The signed PDF for somebody without an account, by the address in their mail."""
    key = str(request.matchdict["key"])[:64]
    return file_response(request, signed_copy_views.file_of_link(request.work, int_from_path(request, "round"), key))
