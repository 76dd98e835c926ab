"""The API's inbox: what the person was told (N2)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.notifications import inbox as service
from formengine.services.notifications.inbox import InboxItem
from formengine.web.api.attributes import attributes
from formengine.web.api.problems import ProblemDetail
from formengine.web.api.request_body import page_limit
from formengine.web.contexts import int_from_path
from formengine.web.post_data import whole_number

ATTRIBUTES = ("id", "kind", "at", "dossier", "title", "read")


@view_config(route_name="api.notifications", renderer="api")
def notifications(request: Request) -> dict[str, Any]:
    given = request.GET.get("after")
    after = whole_number(given, 15) if given else None
    if given and after is None:
        raise ProblemDetail(400, "after cannot be read", "Send the `next` of the page before.")
    inbox = service.inbox(request.work, after=after, limit=page_limit(request))
    following = None if inbox.next is None else str(inbox.next)
    return {"items": [_json(item) for item in inbox.items], "unread": inbox.unread, "next": following}


@view_config(route_name="api.notification_read.post", renderer="api")
def read(request: Request) -> dict[str, Any]:
    service.open_item(request.work, int_from_path(request, "id"))
    return {"unread": service.unread_count(request.work)}


def _json(item: InboxItem) -> dict[str, Any]:
    return attributes(item, ATTRIBUTES)
