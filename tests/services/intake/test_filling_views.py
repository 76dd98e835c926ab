"""Lists of requests that several people fill in (F20)."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.services.intake.filling_views import open_fillings, waiting_parts
from tests.services.intake.test_fillings import Request
from tests.support.people import People
from tests.support.statements import recorded_statements

pytestmark = pytest.mark.site("parts")


def test_lists_read_as_often_for_many_requests_as_for_one(platform: Platform, people: People) -> None:
    """F20: the home page and the desk run no statement for each request."""
    request = Request(platform, people).begin()

    def statements() -> list[int]:
        counts = []
        for who, view, values in (("paul", open_fillings, {"own": False}), ("bo", waiting_parts, {})):
            with recorded_statements(platform.database) as recorder:
                request(who, view, **values)
            counts.append(len(recorder.statements))
        return counts

    statements()
    one = statements()
    for who in ("maya", "lena", "cleo"):
        request.begin(who)
    assert statements() == one
