"""Codes that are mailed to whoever comes by a link: the right one is no wrong one, however often it comes (T16)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.services.approvals.guest_signing import redeem
from formengine.services.approvals.link_codes import check_code
from formengine.services.case.guest_links import get_usable_link
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.storage.models.people import TryCount
from tests.support.concurrency import at_once
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.guest.test_codes import newest_code

__all__ = ["world"]
CLICKS = 8
"""More than the wrong codes that are taken."""


def tries(platform: Platform) -> list[int]:
    """The wrong codes that count, for the seat and for its code."""
    with platform.database.reading() as session:
        return list(session.scalars(select(TryCount.count).where(TryCount.subject.like("signing:%"))))


def test_the_right_code_that_comes_often_at_once(world: World, platform: Platform, acting: Acting) -> None:
    """T16: clicks of the same button count as one try, and as none once something is done with the code."""
    code = newest_code(platform)

    def check(work: UnitOfWork) -> None:
        link = get_usable_link(work, world.link)
        check_code(work, link, code, str(link.seat_id))

    assert at_once(platform, *[(None, check)] * CLICKS) == [""] * CLICKS
    assert tries(platform) == [1, 1]
    with acting(None) as work:
        redeem(work, world.link, code, spend=False)
    with acting(None) as work:
        redeem(work, world.link, code)
    assert sorted(tries(platform)) == [0, 1]
