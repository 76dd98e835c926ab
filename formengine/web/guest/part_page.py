"""The page by which somebody outside fills in a part of a form: saved at any time, sent with a code (F20)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import TooManyTries
from formengine.services.intake import part_links
from formengine.services.intake.part_sending import OpenPart
from formengine.services.intake.seen_parts import SeenPart
from formengine.web.actions import PageOrRedirect, refusal_of, run_action
from formengine.web.dossiers.downloads import file_response
from formengine.web.guest.posted_codes import posted_code
from formengine.web.page_errors import PageError, errors_of
from formengine.web.portal.fillings import PostedPart, save, saved_fields
from formengine.web.post_data import posted_text
from formengine.web.try_limits import asked_too_soon

TEMPLATE = "formengine:web/templates/act/part.jinja2"
DONE = "formengine:web/templates/act/part_done.jinja2"


def show_part(request: Request, token: str) -> dict[str, Any]:
    """The part of a link, as it was saved."""
    guest = part_links.load_guest_part(request.work, token)
    return page(request, token, guest, *saved_fields(guest.view))


@view_config(route_name="act.part_file")
def download(request: Request) -> Response:
    token = str(request.matchdict["token"])[:200]
    return file_response(request, part_links.guest_part_file(request.work, token, request.matchdict["file"]))


@view_config(route_name="act.part", renderer=DONE)
def post_part(request: Request) -> PageOrRedirect:
    token, work = str(request.matchdict["token"])[:200], request.work
    guest = part_links.load_guest_part(work, token)
    posted = PostedGuestPart(request, token, guest)
    if posted.shown is not None:
        return posted.page_of(posted.shown)
    go = posted_text(request, "_go")
    if go == "save":
        return save(request, posted, lambda: HTTPSeeOther(request.route_path("act", token=token)))
    if go == "code" and not posted.errors:
        return mail_code(request, token, posted)
    others = go != "code" and bool(posted.errors)
    code, problems = posted_code(request, token, part_links.part_code_mistake, "code", [], others=others)

    def judged(view: OpenPart) -> Any:
        return posted.data, posted.errors

    def sent() -> None:
        posted.replacing(lambda: part_links.send_guest_part(work, token, code, judged, posted.seen))

    return run_action(
        request,
        sent,
        partial(done, guest.view.title, guest.view.request),
        posted.again,
        problems if go != "code" else (),
        controls={"code": "code"},
        answers=posted.answers,
    )


def mail_code(request: Request, token: str, posted: PostedGuestPart) -> dict[str, Any]:
    """Save what was typed, and mail a code; the page again as it was typed, with what went wrong."""
    problems: list[PageError] = []
    try:
        refused = refusal_of(request, lambda: posted.save(partial(part_links.send_part_code, request.work, token)))
    except TooManyTries as error:
        problems = asked_too_soon(request, error)
    else:
        if refused is not None:
            request.response.status_int = 422
            problems = errors_of(refused, {})
    return posted.kept(problems)


def done(part: str, request_title: str) -> dict[str, Any]:
    return {"part": part, "request_title": request_title}


class PostedGuestPart(PostedPart):
    """What somebody posted in a part by a link."""

    def __init__(self, request: Request, token: str, guest: part_links.GuestPart) -> None:
        self._token, self._guest = token, guest
        super().__init__(request, guest.view)

    def page_of(self, fields: str, problems: Sequence[PageError] = ()) -> dict[str, Any]:
        return page(self._request, self._token, self._guest, fields, self.seen, problems)


def page(
    request: Request,
    token: str,
    guest: part_links.GuestPart,
    fields: str,
    seen_part: SeenPart,
    problems: Sequence[PageError] = (),
) -> dict[str, Any]:
    request.override_renderer = TEMPLATE
    guest_now = part_links.load_guest_part(request.work, token)
    return {
        "view": guest.view,
        "guest": guest_now,
        "token": token,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "seen": guest.view.seen(request.route_path("act.part_file", token=token, file="").rstrip("/")),
        "seen_part": seen_part,
        "problems": list(problems),
        "code": posted_text(request, "code"),
    }
