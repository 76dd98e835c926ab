"""Questions before signing: no more of one seat wait than its holder is told, by however many links they come (S5)."""

from __future__ import annotations

from sqlalchemy import func, select

from formengine.services.approvals.seat_questions import MAX_OPEN, ask_question
from formengine.services.case.guest_links import get_usable_link, new_link, seat_of
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.storage.models.rounds import SeatQuestion
from tests.support.concurrency import Operation, at_once
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world

__all__ = ["world"]


def asking(link: str, text: str) -> Operation:
    return lambda work: ask_question(work, link, text)


def test_questions_by_two_links_of_a_seat_at_once(world: World, platform: Platform, acting: Acting) -> None:
    """S5, T5: the one that is too many is refused, as by one link."""

    def other_link(work: UnitOfWork) -> str:
        return new_link(work, seat_of(work, get_usable_link(work, world.link))).secret

    with acting(None) as work:
        second = other_link(work)
    for number in range(MAX_OPEN - 1):
        with acting(None) as work:
            ask_question(work, world.link, f"Question {number}")
    outcome = at_once(platform, (None, asking(world.link, "By the first")), (None, asking(second, "By the second")))
    assert sorted(outcome) == ["", "Refused"]
    with platform.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SeatQuestion)) == MAX_OPEN
