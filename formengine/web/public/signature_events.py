"""Where signature providers tell that something happened (S7)."""

from __future__ import annotations

from typing import Final

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import PluginFailed, Refused
from formengine.i18n import say
from formengine.services.approvals.provider_status import receive_event

RETRY_AFTER: Final = 600
"""Seconds after which a provider may send an event again."""


# No cookie counts here: the provider looks for its secret in the headers.
@view_config(route_name="signature_event", require_csrf=False)
def receive(request: Request) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        receive_event(request.work, request.matchdict["provider"], headers, request.body)
    except PluginFailed:  # which the log tells
        return _unread(request)
    except Refused:
        raise HTTPForbidden("the event is not genuine") from None
    return Response(status=204)


def _unread(request: Request) -> Response:
    """The answer (503) to an event that the plugin could not read, which may be genuine: providers send it again."""
    sentence = (
        "This event could not be read: the log of the portal says why. Send it again later; until then the portal asks"
        " after its signatures by itself."
    )
    text = say(request.language, sentence)
    return Response(text, status=503, content_type="text/plain", charset="utf-8", retry_after=RETRY_AFTER)
