"""The weekly overview of somebody's open work: what it tells, to whom, and when (N1, N2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.weekly_overview import BATCH, LENGTH, write_overviews
from formengine.services.notifications.choices import save_choices
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Deadline
from tests.support.mails import worded
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
WEEK = timedelta(days=7)


@pytest.fixture
def monday() -> datetime:
    """The next Monday at half past eight in Paris, where the portal is."""
    now = datetime.now(UTC)
    days = (7 - now.weekday()) % 7 or 7
    return (now + timedelta(days=days)).replace(hour=7, minute=30, second=0, microsecond=0)


@pytest.fixture
def choose(acting: Acting, people: People) -> Any:
    """`choose("paul")` wants the overview on Mondays at seven, in English and Paris unless said otherwise."""

    def run(name: str, choice: str = "weekly", hour: str = "7") -> None:
        with acting(people(name)) as work:
            save_choices(work, {"overview": choice}, hour, "0")

    return run


def told(platform: Platform) -> dict[str, str]:
    """The overviews by the name of their reader: subject and text."""
    with platform.database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.kind == "overview").order_by(Mail.id)).all()
        shown = [worded(platform, session, mail) for mail in mails]
        return {mail.to.partition("@")[0]: f"{mail.subject}\n{mail.text}" for mail in shown}


def write(acting: Acting, now: datetime) -> None:
    with acting(None, now=now) as work:
        assert write_overviews(work) is None


def test_counsel_reads_what_is_late_due_and_waiting(
    platform: Platform, people: People, acting: Acting, opened: Opened, choose: Any, monday: datetime
) -> None:
    """N1: each dossier once, with its date; what others of the team have to do is not in it."""
    late, due, waiting = (opened("legal_advice", {**ADVICE, "subject": name}) for name in ("Lease", "Loan", "Lift"))
    opened("nda", NDA)
    for reference in (late, due, waiting):
        with acting(people("ana")) as work:
            claim(work, reference)
    with platform.database.transaction() as session:
        session.execute(update(Deadline).values(status="met", current=False))
        for reference, status, moment in (
            (late, "missed", monday - WEEK),
            (due, "running", monday + timedelta(days=2)),
        ):
            first = select(Deadline).join(Deadline.dossier).where(Deadline.dossier.has(reference=reference))
            row = session.scalars(first.order_by(Deadline.id)).first()
            assert row is not None
            row.status, row.due, row.current = status, moment, True
        from formengine.storage.models.dossiers import Dossier

        session.execute(update(Dossier).where(Dossier.reference == waiting).values(state_category="waiting"))
    choose("ana")
    write(acting, monday)
    text = told(platform)["ana"]
    assert "your week, 1 late" in text.split("\n")[0]
    for heading, reference in (("Late", late), ("Due within seven days", due), ("Waiting for others", waiting)):
        part = text.split(f"**{heading}**")[1].split("**")[0]
        assert reference in part
        assert text.count(f"({reference})") == 1
    assert "Nobody of your teams has taken one request yet." in text
    assert set(told(platform)) == {"ana"}


def test_a_client_reads_the_open_requests_in_their_language(
    platform: Platform, people: People, acting: Acting, opened: Opened, choose: Any, monday: datetime
) -> None:
    """N1, O7: with their state in the words for clients; of others nothing."""
    own, foreign = opened("legal_advice", ADVICE), opened("nda", NDA, by="cleo")
    with platform.database.transaction() as session:
        session.execute(update(Person).where(Person.email == "maya@example.com").values(language="fr"))
    choose("maya")
    write(acting, monday)
    text = told(platform)["maya"].replace("\u00a0", " ")
    assert "Voici où en sont aujourd’hui vos demandes en cours" in text
    assert f"[Avis : Ending the Lyon lease ({own})]" in text
    assert foreign not in text


def test_it_comes_once_a_week_at_the_readers_hour(
    platform: Platform, people: People, acting: Acting, opened: Opened, choose: Any, monday: datetime
) -> None:
    """N2, N3: by the clock of the reader's zone; again only a week later, and not after a worker was away for hours."""
    opened("legal_advice", ADVICE)
    choose("maya", hour="10")
    write(acting, monday)
    assert told(platform) == {}
    with platform.database.transaction() as session:
        session.execute(update(Person).where(Person.email == "maya@example.com").values(zone="Asia/Dubai"))
    write(acting, monday + timedelta(hours=6))
    assert told(platform) == {}
    for moment in (monday, monday + timedelta(minutes=20), monday + WEEK):
        write(acting, moment)
    with platform.database.reading() as session:
        assert len(session.scalars(select(Mail).where(Mail.kind == "overview")).all()) == 2


def test_nothing_is_sent_to_whoever_did_not_choose_it_or_has_nothing(
    platform: Platform, people: People, acting: Acting, opened: Opened, choose: Any, monday: datetime
) -> None:
    """N2: no overview without the choice, without open work, and none for the auditor."""
    opened("legal_advice", ADVICE)
    choose("cleo")
    choose("theo")
    choose("maya")
    choose("maya", "none")
    write(acting, monday)
    assert told(platform) == {}


def test_a_long_list_says_how_many_more(
    platform: Platform, people: People, acting: Acting, opened: Opened, choose: Any, monday: datetime
) -> None:
    """N1: a mail stays short."""
    for number in range(LENGTH + 2):
        opened("legal_advice", {**ADVICE, "subject": f"Lease {number}"})
    choose("maya")
    write(acting, monday)
    text = told(platform)["maya"]
    assert text.count("](") == LENGTH + 1
    assert "- 2 more" in text


def test_batches_go_on_where_the_last_one_ended(
    platform: Platform, people: People, acting: Acting, opened: Opened, choose: Any, monday: datetime
) -> None:
    """N1: each reader is told once, however many there are, and not again by a run that begins anew."""
    opened("legal_advice", ADVICE)
    choose("maya")
    for number in range(BATCH):
        people.add(f"reader{number}@firm.example")
    with platform.database.transaction() as session:
        chosen = session.scalars(select(Person).where(Person.email == "maya@example.com")).one()
        session.execute(update(Person).values(mail_choices=chosen.mail_choices))
    for _run in range(2):
        batches, after = 0, ""
        while after is not None:
            with acting(None, now=monday) as work:
                after = write_overviews(work, after)
            batches += 1
        assert batches == 2
    with platform.database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.kind == "overview")).all()
        assert [mail.to for mail in mails].count("maya@example.com") == 1
        assert len({mail.to for mail in mails}) == len(mails)
