"""What a page does where somebody tried too often: status 429, and a sentence that says when to come again (T19)."""

from __future__ import annotations

import math

from pyramid.request import Request

from formengine.errors import TooManyTries
from formengine.i18n import say, say_n
from formengine.services.core.rate_limits import Limit, consume
from formengine.web.page_errors import PageError


def over_limit(request: Request, *counted: tuple[Limit, str]) -> list[PageError]:
    """Count a try for each limit, before anything is written; the error of one that was exceeded, with status 429."""
    try:
        consume(request.work, *counted)
    except TooManyTries as error:
        answer_too_many(request, error)
        sentence = say_n(
            request.work.language,
            "Too many requests came from here. Wait a minute, then send it again.",
            "Too many requests came from here. Wait {n} minutes, then send it again.",
            minutes_to_wait(error),
        )
        return [PageError(sentence)]
    return []


def asked_too_soon(request: Request, error: TooManyTries) -> list[PageError]:
    """The errors of a code that was asked for too soon, with status 429: when to ask again, and whom to write to."""
    answer_too_many(request, error)
    sentences, address = [wait_sentence(request, error)], request.identity.site.portal.help
    if address:
        sentences.append(say(request.language, "Is it urgent? Write to {address}.", address=address))
    return [PageError(sentence) for sentence in sentences]


def answer_too_many(request: Request, error: TooManyTries) -> None:
    """Give the response that is being made the status 429, and the seconds to wait (`Retry-After`)."""
    request.response.status_int = 429
    request.response.headers["Retry-After"] = str(error.wait)


def minutes_to_wait(error: TooManyTries) -> int:
    """The minutes until the next try is admitted, at least one."""
    return max(1, math.ceil(error.wait / 60))


def wait_sentence(request: Request, error: TooManyTries) -> str:
    """A sentence that says how long to wait before the next try."""
    if error.wait <= 45:
        return say(request.language, "Too many tries. Please wait {n} seconds, then try again.", n=error.wait)
    minutes = max(1, round(error.wait / 60))
    if minutes == 1:
        return say(request.language, "Too many tries. Please wait a minute.")
    return say(request.language, "Too many tries. Please wait {n} minutes.", n=minutes)
