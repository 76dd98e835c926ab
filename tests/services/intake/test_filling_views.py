"""Lists and histories of requests that several people fill in (F20)."""

from __future__ import annotations

import pytest

from formengine.services.case.timeline import visible_history
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.intake.filling_views import open_fillings, waiting_parts
from formengine.storage.models.dossiers import Dossier
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


def test_the_history_says_who_filled_in_what_and_when(platform: Platform, people: People) -> None:
    """F20: in the past tense and in the order of time, each entry with its own time and the way in of its author."""
    purchase = Request(platform, people)
    purchase.via = "api"
    purchase.begin()
    purchase.later(days=1)
    purchase.send("bo", "finance", budget="B-1")
    purchase.later(days=1)
    purchase.via = "page"
    purchase.by_link(their_address="1 Supply Street")

    def read(work: UnitOfWork) -> list[tuple[str, str, str, str]]:
        entries = visible_history(work, work.session.get_one(Dossier, purchase.id))
        return [(entry.text, entry.by, entry.at.strftime("%d"), entry.via) for entry in entries[:6]]

    cleo = purchase.people("cleo").name
    assert purchase("cleo", read) == [
        ("Request begun", cleo, "02", "api"),
        ("Asked to fill in “Finance”: Bo Jansen, Di Moreau", cleo, "02", "api"),
        ("Asked to fill in “The supplier”: Sue Plier", cleo, "02", "api"),
        ("Filled in: Finance", purchase.people("bo").name, "03", "api"),
        ("Filled in: The supplier", "Sue Plier", "04", "link"),
        ("Request submitted", cleo, "04", "link"),
    ]
