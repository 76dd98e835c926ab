"""Calendars: the private address on the account page, and the file that calendar programs read from it (D8)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.documents.calendar_file import CONTENT_TYPE
from formengine.i18n import say
from formengine.services.accounts import calendar_feeds


@view_config(route_name="account_calendar")
def renew(request: Any) -> HTTPSeeOther:
    calendar_feeds.renew_calendar_address(request.work)
    request.flash(say(request.language, "Your calendar has a new address. An earlier one no longer works."))
    return HTTPSeeOther("/account#calendar")


@view_config(route_name="account_calendar_end")
def end(request: Any) -> HTTPSeeOther:
    calendar_feeds.end_calendar_address(request.work)
    request.flash(say(request.language, "The address of your calendar no longer works."))
    return HTTPSeeOther("/account#calendar")


@view_config(route_name="calendar")
def calendar(request: Any) -> Response:
    return calendar_response(request, calendar_feeds.read_calendar(request.work, request.matchdict["secret"]))


def calendar_response(request: Request, content: bytes, name: str = "") -> Response:
    """A calendar file, with its hash as ETag; 304 for a program that has it. With a `name`, to be saved."""
    response = Response(content_type="text/calendar")
    response.headers["Content-Type"] = CONTENT_TYPE
    response.headers["Cache-Control"] = "private, no-cache"
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.etag = sha256(content).hexdigest()
    response.body = content
    response.conditional_response = True
    return response
