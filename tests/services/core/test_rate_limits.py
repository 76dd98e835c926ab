"""Limits on tries while the clock is set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from formengine.errors import TooManyTries
from formengine.services.accounts.sign_in_throttle import DELAY, admit
from formengine.services.core.rate_limits import SIGNING_CODE, SIGNING_SEAT, consume
from formengine.services.core.unit_of_work import Platform
from tests.support.platforms import MakePlatform, acting_on

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def limited(make_platform: MakePlatform) -> Platform:
    return make_platform(rate_limits=True)


def blocked(platform: Platform, now: datetime) -> int:
    """Wrong passwords until one is refused; the seconds to wait then."""
    for _try in range(20):
        with acting_on(platform, None, now=now) as work:
            try:
                admit(work, "maya@example.com", None)
            except TooManyTries as error:
                return error.wait
    return 0


def test_a_clock_set_back_locks_nobody_out(limited: Platform) -> None:
    """T8, T19: tries that were counted a year ahead hold nobody off for longer than others are."""
    assert 0 < blocked(limited, NOW + timedelta(days=365)) <= DELAY.total_seconds()
    assert 0 < blocked(limited, NOW) <= DELAY.total_seconds()
    with acting_on(limited, None, now=NOW + DELAY) as work:
        admit(work, "maya@example.com", None)


def test_wrong_codes_are_counted_whatever_the_clock_says(limited: Platform) -> None:
    """T8, T16: the limits of a code and of a seat hold when the clock is set back by a minute between the tries."""
    for number in range(SIGNING_CODE.tries):
        with acting_on(limited, None, now=NOW - timedelta(minutes=number)) as work:
            consume(work, (SIGNING_SEAT, "7"), (SIGNING_CODE, "7-code"))
    with acting_on(limited, None, now=NOW - timedelta(minutes=9)) as work, pytest.raises(TooManyTries):
        consume(work, (SIGNING_SEAT, "7"), (SIGNING_CODE, "7-code"))
