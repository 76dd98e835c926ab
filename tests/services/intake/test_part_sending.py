"""A part of a request that is sent: by whom, what follows from its answers, and what was saved of it (F20)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from formengine.errors import NotFound
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.intake.loaded_fillings import get_filling
from formengine.services.intake.part_changes import reopen_part, withdraw
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person
from tests.services.intake.test_fillings import Request
from tests.support.people import People

pytestmark = pytest.mark.site("parts")


@pytest.fixture
def purchase(platform: Platform, people: People) -> Request:
    return Request(platform, people).begin()


def test_the_same_key_opens_one_dossier_where_nothing_is_asked_of_others(platform: Platform, people: People) -> None:
    """T4, F20: a request of which the others' parts are left out is sent once, too."""
    request = Request(platform, people)
    first = request("cleo", submit, "badge", {"room": "12"}, key="k-1")
    again = request("cleo", submit, "badge", {"room": "12"}, key="k-1")
    assert (again.fresh, again.reply) == (False, first.reply)
    assert request(None, lambda work: work.session.scalar(select(func.count()).select_from(Dossier))) == 1


def test_the_title_of_a_withdrawn_request_is_gone(purchase: Request) -> None:
    """F20: it is made of answers, of which nothing is kept."""
    purchase("cleo", withdraw, purchase.id)
    assert purchase(None, lambda work: get_filling(work, purchase.id).title) == ""


def test_an_auditor_in_the_team_sends_nothing(purchase: Request) -> None:
    """F20, T13: the access table decides in the service as on the page."""

    def make_auditor(work: UnitOfWork) -> None:
        work.session.get_one(Person, purchase.people("bo").id).role = "auditor"

    purchase(None, make_auditor)
    with pytest.raises(NotFound):
        purchase.send("bo", "finance", budget="B-1")


def test_another_person_is_asked_whom_the_answer_behind_a_role_names(platform: Platform, people: People) -> None:
    """F20: as for a part that is given to the field itself; the first one is asked no longer."""
    request = Request(platform, people)
    visit = {"room": "12", "visitor": True}
    request.begin("cleo", "badge", **visit, host=people("bo").id)
    request("cleo", reopen_part, request.id, "requester")
    request.send("cleo", "requester", **visit, host=people("di").id)
    with pytest.raises(NotFound):
        request.send("bo", "host", floor="1")
    request.send("di", "host", floor="1")
    assert request.state == "submitted"
