"""Where signature providers tell that something happened (S7)."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import Refused
from formengine.services.approvals.provider_status import receive_event


# No cookie counts here: the provider looks for its secret in the headers.
@view_config(route_name="signature_event", require_csrf=False)
def receive(request: Request) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        receive_event(request.work, request.matchdict["provider"], headers, request.body)
    except Refused:
        raise HTTPForbidden("the event is not genuine") from None
    return Response(status=204)
