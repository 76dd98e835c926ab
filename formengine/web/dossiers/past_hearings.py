"""A hearing whose day is over is listed only by somebody who says that it is so: often the year is a slip (P18)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from pyramid.request import Request

from formengine.i18n import say
from formengine.services.dossiers.hearings import KIND, day_gone_by
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import is_checked

BOX = "in_the_past"
"""The box by which somebody says so; `past-hearing` is its id."""


def past_hearing(
    request: Request, kinds: Container[str], data: Mapping[str, Any] | None, before: object = None
) -> list[PageError]:
    """The error of a box that is not ticked, where the answers list a hearing (of `kinds` that are opened or changed)
    on a day that is over; none where the hearing had this moment `before`.
    """
    at = (data or {}).get("at") if KIND in kinds else None
    moment = day_gone_by(request.work, at) if at != before else ""
    sentence = "This hearing lies in the past: {moment}. Correct the date, or say below that it is right."
    unsaid = say(request.work.language, sentence, moment=moment)
    return missing(unsaid, "past-hearing", when=bool(moment) and not is_checked(request, BOX))
