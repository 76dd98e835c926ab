"""Keyset paging: every row once, in both directions, and positions that nobody can forge into an error."""

from __future__ import annotations

import base64
import json

import pytest

from formengine.services.dossiers.keyset import parse_position
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page, order_of
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA, Opened, opened

__all__ = ["opened"]


@pytest.mark.parametrize("sort", ["-opened", "opened", "title", "-title", "due", "-entered"])
def test_pages_go_forwards_and_backwards(sort: str, opened: Opened, acting: Acting, people: People) -> None:
    """D2: also where many rows have the same value; back from the second page is the first."""
    for number in range(7):
        opened("nda", {**NDA, "counterparty": {"name": f"Globex {number % 2}", "country": "FR"}})
    chosen = ListFilter(sort=sort)
    with acting(people("paul")) as work:
        first = dossier_page(work, chosen, limit=3)
        second = dossier_page(work, chosen, after=first.next, limit=3)
        third = dossier_page(work, chosen, after=second.next, limit=3)
        pages = [[row.id for row in page.items] for page in (first, second, third)]
        assert sorted(id for page in pages for id in page) == sorted(
            {row.id for row in dossier_page(work, chosen).items}
        )
        assert [len(page) for page in pages] == [3, 3, 1]
        assert (first.previous, third.next) == (None, None)
        back = dossier_page(work, chosen, before=third.previous, limit=3)
        assert [row.id for row in back.items] == pages[1]
        again = dossier_page(work, chosen, before=back.previous, limit=3)
        assert [row.id for row in again.items] == pages[0]
        assert again.previous is None
        assert again.next == first.next


def position(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        None, "", "x", "\u0627", position(["-opened"]), position(["title", "2026-01-01T00:00:00+00:00", 1]),
        position(["-opened", "2026-01-01T00:00:00", 1]), position(["-opened", "0001-01-01T00:00:00+00:00", 1]),
        position(["-opened", "2026-01-01T00:00:00+00:00", 2**70]), position(["-opened", 5, 1]), position({"a": 1}),
        position(["-opened", "2026-01-01T00:00:00+00:00", "1; DROP TABLE"]),
    ],
)  # fmt: skip
def test_what_is_no_position_is_none(text: str | None) -> None:
    """T14: also a position of another order."""
    assert parse_position(order_of("-opened"), text) is None
