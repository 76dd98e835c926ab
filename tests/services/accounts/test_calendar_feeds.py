"""The private calendar of a person: what stands in it, who reads it, when its address ends (D8, P27, P28)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from formengine.errors import NotFound, TooManyTries
from formengine.services.accounts import accounts, calendar_feeds, sessions
from formengine.services.core.rate_limits import Limit
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import assignment, child_changes, child_opening, transitions
from formengine.storage.models.people import CalendarFeed, TryCount
from formengine.storage.models.rounds import Child
from tests.support.databases import database_kind
from tests.support.people import People
from tests.support.platforms import Acting, MakePlatform, acting_on
from tests.web.dossiers.visitors import NDA, Opened, dispute, opened

__all__ = ["database_kind", "dispute", "opened"]
HEARING = {"at": "2026-12-15T14:30:00+01:00", "court": "Tribunal de commerce de Lyon"}


def secret_of(work: UnitOfWork) -> str:
    address = calendar_feeds.calendar_address(work)
    assert address is not None
    match = re.fullmatch(r"http.*/calendar/([\w-]+)\.ics", address.url)
    assert match
    return match[1]


def make_address(acting: Acting, person: Any) -> str:
    with acting(person) as work:
        calendar_feeds.renew_calendar_address(work)
        return secret_of(work)


def events(acting: Acting, secret: str) -> dict[str, Any]:
    """The events of a calendar by the beginning of their UID, read without an account."""
    with acting(None) as work:
        content = calendar_feeds.read_calendar(work, secret)
    return {event["UID"].partition("@")[0]: event for event in Calendar.from_ical(content).walk("VEVENT")}


def test_a_calendar_holds_what_its_owner_may_see(acting: Acting, people: People, dispute: str, opened: Opened) -> None:
    """D8, D9, P27, P28: the client what is shown to the client; counsel in charge all, with deadlines; others none."""
    contract = opened("nda", NDA)
    with acting(people("omar")) as work:
        assignment.claim(work, dispute)
        child_opening.open_child(work, dispute, "hearing", HEARING, visible_to_client=True)
        child_opening.open_child(work, dispute, "hearing", {"at": "2027-07-06T10:00:00+02:00"})
    with acting(people("maya")) as work:
        child_opening.open_child(work, contract, "milestone", {"title": "Kick-off", "due": "2026-12-31"})
        child_opening.open_child(work, contract, "milestone", {"title": "Some day"})
    shown = events(acting, make_address(acting, people("maya")))
    assert set(shown) == {f"hearing-1.{dispute}", f"milestone-1.{contract}"}
    assert "Kick-off" in shown[f"milestone-1.{contract}"]["SUMMARY"]
    of_omar = events(acting, make_address(acting, people("omar")))
    assert {f"hearing-1.{dispute}", f"hearing-2.{dispute}"} <= set(of_omar)
    assert any(uid.startswith("deadline-") and dispute in uid for uid in of_omar)
    assert not any(contract in uid for uid in of_omar)
    assert events(acting, make_address(acting, people("cleo"))) == {}
    assert events(acting, make_address(acting, people.add("far@elsewhere.test"))) == {}


def test_an_event_keeps_its_uid_and_counts_its_changes(acting: Acting, people: People, dispute: str) -> None:
    """D8: moved, adjourned and hidden; the next hearing is an event of its own."""
    with acting(people("omar")) as work:
        child_opening.open_child(work, dispute, "hearing", HEARING, visible_to_client=True)
    secret, uid = make_address(acting, people("maya")), f"hearing-1.{dispute}"
    assert (events(acting, secret)[uid]["SEQUENCE"], events(acting, secret)[uid]["STATUS"]) == (0, "CONFIRMED")
    with acting(people("omar")) as work:
        child = work.session.scalars(select(Child)).one()
        moved = {**HEARING, "at": "2026-12-16T09:00:00+01:00"}
        child_changes.change_child(work, dispute, "hearing", 1, child.dossier.version, moved)
    event = events(acting, secret)[uid]
    assert (event["SEQUENCE"], event["DTSTART"].dt) == (1, datetime(2026, 12, 16, 8, tzinfo=UTC))
    with acting(people("omar")) as work:
        child = work.session.scalars(select(Child)).one()
        next_ = {"at": "2027-07-06T10:00:00+02:00"}
        transitions.perform(work, dispute, "adjourn", child.dossier.version, next_, "The expert asks.", child)
    both = events(acting, secret)
    assert (both[uid]["SEQUENCE"], both[uid]["STATUS"]) == (2, "CANCELLED")
    assert both[f"hearing-2.{dispute}"]["LOCATION"] == HEARING["court"]
    with acting(people("omar")) as work:
        child_changes.set_child_visibility(work, dispute, "hearing", 2, False)
    assert set(events(acting, secret)) == {uid}


def test_an_address_is_renewed_and_ended(acting: Acting, people: People) -> None:
    """D8, T17: the earlier one ends at once; the row holds a hash and no secret."""
    maya = people("maya")
    with acting(maya) as work:
        assert calendar_feeds.calendar_address(work) is None
    first = make_address(acting, maya)
    second = make_address(acting, maya)
    with acting(None) as work:
        row = work.session.scalars(select(CalendarFeed)).one()
        assert second not in str([row.secret_hash, row.recipe])
        with pytest.raises(NotFound):
            calendar_feeds.read_calendar(work, first)
    assert events(acting, second) == {}
    with acting(maya) as work:
        assert secret_of(work) == second
        calendar_feeds.end_calendar_address(work)
        calendar_feeds.end_calendar_address(work)  # nothing more to end
    with acting(None) as work, pytest.raises(NotFound):
        calendar_feeds.read_calendar(work, second)


def test_an_address_ends_with_the_account(acting: Acting, people: People) -> None:
    """D8, U7: closing an account ends the address for good."""
    maya, sam = people("maya"), people("sam")
    people.add("second@example.com", role="legal_admin")
    secret = make_address(acting, maya)
    with acting(sam) as work:
        accounts.close_account(work, maya.id)
    with acting(None) as work:
        assert work.session.scalars(select(CalendarFeed)).all() == []
        with pytest.raises(NotFound):
            calendar_feeds.read_calendar(work, secret)


def test_an_address_ends_when_its_owner_logs_out_everywhere(acting: Acting, people: People) -> None:
    """D8, U1: a lost telephone reads the calendar no longer; a new address is made on the account page."""
    maya, sam = people("maya"), people("sam")
    for actor, end in ((maya, sessions.log_out_everywhere), (sam, lambda work: accounts.log_person_out(work, maya.id))):
        secret = make_address(acting, maya)
        with acting(actor) as work:
            end(work)
        with acting(maya) as work:
            assert calendar_feeds.calendar_address(work) is None
        with acting(None) as work, pytest.raises(NotFound):
            calendar_feeds.read_calendar(work, secret)


def test_without_the_key_that_made_it_an_address_works_and_is_not_shown(
    make_platform: MakePlatform, people: People, platform: Platform
) -> None:
    """T17: as after a rotation of `formengine.secret` whose old key is gone."""
    maya = people("maya")
    with acting_on(platform, maya) as work:
        calendar_feeds.renew_calendar_address(work)
        secret = secret_of(work)
    rotated = make_platform(secret="another-secret-for-the-tests,-long-enough")
    with acting_on(rotated, maya) as work:
        address = calendar_feeds.calendar_address(work)
        assert address is not None
        assert address.url == ""
        assert calendar_feeds.read_calendar(work, secret).startswith(b"BEGIN:VCALENDAR")


def set_tries(platform: Platform, limit: Limit, tries: int) -> None:
    """Let what was counted once under a limit have been counted so often: reading 119 calendars takes a while."""
    with platform.database.transaction() as session:
        counted = session.scalars(select(TryCount).where(TryCount.subject.startswith(f"{limit.name}:"))).all()
        assert len(counted) == 1
        counted[0].count = tries


def test_calendars_are_read_only_so_often(make_platform: MakePlatform, people: People) -> None:
    """T19: one address, and guesses from one network address."""
    platform = make_platform(rate_limits="on")
    now = datetime(2026, 11, 29, 9, tzinfo=UTC)
    with acting_on(platform, people("maya")) as work:
        calendar_feeds.renew_calendar_address(work)
        secret = secret_of(work)

    def read(name: str, at: datetime = now) -> None:
        with acting_on(platform, None, now=at, address="192.0.2.7") as work:
            calendar_feeds.read_calendar(work, name)

    read(secret)
    set_tries(platform, calendar_feeds.READS, calendar_feeds.READS.tries - 1)
    read(secret)
    with pytest.raises(TooManyTries):
        read(secret)
    read(secret, now + timedelta(hours=2))
    with pytest.raises(NotFound):
        read("guessed")
    set_tries(platform, calendar_feeds.UNKNOWN, calendar_feeds.UNKNOWN.tries - 1)
    with pytest.raises(NotFound):
        read("guessed")
    with pytest.raises(TooManyTries):
        read("guessed")
