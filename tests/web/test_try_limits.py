"""What pages say where somebody tried too often."""

from __future__ import annotations

import pytest
from pyramid.testing import DummyRequest

from formengine.errors import TooManyTries
from formengine.web.try_limits import answer_too_many, minutes_to_wait, wait_sentence


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (3600, 60)])
def test_minutes_are_never_too_few(seconds: int, minutes: int) -> None:
    """T19: who waits as long as they are told is admitted."""
    assert minutes_to_wait(TooManyTries(seconds, "limit")) == minutes


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (30, "Too many tries. Please wait 30 seconds, then try again."),
        (60, "Too many tries. Please wait a minute."),
        (600, "Too many tries. Please wait 10 minutes."),
    ],
)
def test_sentence(seconds: int, sentence: str) -> None:
    """T18: seconds for a short wait, minutes for a long one."""
    assert wait_sentence(DummyRequest(language="en"), TooManyTries(seconds, "limit")) == sentence


def test_the_response_says_when_to_come_again() -> None:
    """T19: status 429 and the header of RFC 6585."""
    request = DummyRequest()
    answer_too_many(request, TooManyTries(90, "limit"))
    assert request.response.status_int == 429
    assert request.response.headers["Retry-After"] == "90"
