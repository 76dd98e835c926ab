"""Mails about hearings and milestones: to whom, when, and what they say (N1, D8, D9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from formengine.errors import Refused
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment, child_changes, child_opening, transitions
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Child
from tests.support.mails import worded
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA, Opened, dispute, opened

__all__ = ["dispute", "opened"]
HEARING = {"at": "2026-12-15T14:30:00+01:00", "court": "Tribunal de commerce de Lyon", "room": "Salle 3"}


def told(platform: Platform, kind: str) -> list[tuple[str, str, str]]:
    """The mails of a kind in their order: to whom, subject, text."""
    with platform.database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)).all()
        shown = [worded(platform, session, mail) for mail in mails]
        return [(mail.to.partition("@")[0], mail.subject or "", mail.text or "") for mail in shown]


@pytest.fixture
def act(acting: Acting, people: People) -> Any:
    """`act("lena", service, reference, ...)` as one unit of work."""

    def run(who: str, service: Any, *args: Any, now: datetime | None = None, **values: Any) -> Any:
        person = people(who)
        moment = {} if now is None else {"now": now}
        with acting(person, language=person.language, **moment) as work:
            return service(work, *args, **values)

    return run


def take(
    act: Any,
    who: str,
    reference: str,
    number: int,
    step: str,
    fields: Any = None,
    comment: str = "Why.",
    now: datetime | None = None,
) -> None:
    def run(work: Any) -> None:
        child = work.session.scalars(select(Child).where(Child.kind == "hearing", Child.number == number)).one()
        transitions.perform(work, reference, step, child.dossier.version, fields, comment, child)

    act(who, run, now=now)


def test_a_hearing_is_told_to_those_who_see_it(platform: Platform, act: Any, dispute: str) -> None:
    """N1, P27: the client once it is visible to the client, the colleague in charge at once; never who did it."""
    act("omar", assignment.claim, dispute)
    act("lena", child_opening.open_child, dispute, "hearing", HEARING)
    assert [to for to, _subject, _text in told(platform, "hearing")] == ["omar"]
    act("omar", child_changes.set_child_visibility, dispute, "hearing", 1, True)
    [_omar, (to, subject, text)] = told(platform, "hearing")
    assert (to, subject) == ("maya", f"Hearing on 15 December 2026 at 14:30: Initech SARL ({dispute})")
    assert "Tribunal de commerce de Lyon" in text
    assert "Salle 3" in text
    assert "Keep the date free" in text
    assert f"/dossiers/{dispute}/hearings/1.ics" in text
    assert f"/dossiers/{dispute}/children/hearing/1" in text
    act("omar", child_changes.set_child_visibility, dispute, "hearing", 1, False)
    assert len(told(platform, "hearing")) == 2


def test_an_adjournment_is_one_mail_in_the_readers_language_and_zone(
    platform: Platform, act: Any, dispute: str, people: People
) -> None:
    """N1, D8: it names the next date by the reader’s clock, with the zone where it differs, and why."""
    people("maya")
    with platform.database.transaction() as session:
        maya = session.scalars(select(Person).where(Person.email == "maya@example.com")).one()
        maya.language, maya.zone = "fr", "America/New_York"
    act("omar", assignment.claim, dispute)
    act("omar", child_opening.open_child, dispute, "hearing", HEARING, visible_to_client=True)
    take(act, "omar", dispute, 1, "adjourn", {"at": "2027-07-06T10:00:00+02:00"}, "L’expert demande un délai.")
    [_first, (to, subject, text)] = told(platform, "hearing")
    assert to == "maya"
    assert subject == f"Audience renvoyée au 6 juillet 2027 à 04:00 (America/New_York) : Initech SARL ({dispute})"
    assert "15 décembre 2026 à 08:30 (America/New_York)" in text
    assert "L’expert demande un délai." in text
    assert "Salle 3" in text  # what was known is taken over
    assert "/hearings/2.ics" in text


@pytest.mark.parametrize(
    ("step", "fields", "says"),
    [("hold", {"outcome": "Judgment on 3 March."}, "Judgment on 3 March."), ("cancel", None, "will not take place")],
)
def test_how_a_hearing_ended_is_told(
    platform: Platform, act: Any, dispute: str, step: str, fields: Any, says: str
) -> None:
    """N1, D8: an outcome can be recorded from the day of the hearing on."""
    act("omar", assignment.claim, dispute)
    act("omar", child_opening.open_child, dispute, "hearing", HEARING, visible_to_client=True)
    if step == "hold":
        with pytest.raises(Refused, match="est après aujourd’hui"):  # nothing has come of it yet, and nobody is told so
            take(act, "omar", dispute, 1, step, fields)
        assert len(told(platform, "hearing")) == 1
    take(act, "omar", dispute, 1, step, fields, now=datetime(2026, 12, 15, 9, tzinfo=UTC))
    _added, (to, subject, text) = told(platform, "hearing")
    assert (to, "15 December 2026 at 14:30" in subject, says in text) == ("maya", True, True)


def test_a_hearing_that_is_moved_says_from_when(platform: Platform, act: Any, dispute: str) -> None:
    """N1, D8."""
    act("omar", assignment.claim, dispute)
    act("omar", child_opening.open_child, dispute, "hearing", HEARING, visible_to_client=True)

    def move(work: Any) -> None:
        version = work.session.scalars(select(Child)).one().dossier.version
        fields = {**HEARING, "at": "2026-12-16T09:00:00+01:00"}
        child_changes.change_child(work, dispute, "hearing", 1, version, fields)

    act("omar", move)
    _added, (_to, subject, text) = told(platform, "hearing")
    assert subject == f"Hearing moved to 16 December 2026 at 09:00: Initech SARL ({dispute})"
    assert "15 December 2026 at 14:30" in text


def test_a_milestone_of_the_client_is_told_to_the_team(platform: Platform, act: Any, opened: Opened) -> None:
    """N1, P26: and one of the team to the client, with what it is about."""
    reference = opened("nda", NDA)
    act("maya", child_opening.open_child, reference, "milestone", {"title": "Kick-off", "due": "2026-12-01"})
    mails = told(platform, "milestone")
    assert {to for to, _subject, _text in mails} == {"paul", "ana"}
    assert mails[0][1] == f"New milestone: Kick-off, due 1 December 2026 – NDA with Globex SA ({reference})"
    act("paul", assignment.claim, reference)
    fields = {"title": "Delivery", "amount": {"amount": "1200.00", "currency": "EUR"}, "money": "not_paid"}
    act("paul", child_opening.open_child, reference, "milestone", fields, visible_to_client=True)
    to, _subject, text = told(platform, "milestone")[-1]
    assert to == "maya"
    assert "€1,200.00" in text
    assert "Not paid" in text
