"""What each person chooses to be mailed, and the digests that gather the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from formengine.authoring.config.mail_templates import SECURITY
from formengine.authoring.config.notifications import Notifications
from formengine.errors import Invalid, NotFound
from formengine.jobs import Attempt, Queue, list_jobs
from formengine.mail import MemoryTransport
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.notes import add_note
from formengine.services.notifications.choices import CHOSEN_KINDS, mail_choices, next_digest, save_choices
from formengine.services.notifications.delivery import run_delivery
from formengine.services.notifications.digests import is_digest_due, write_digests
from formengine.services.notifications.fewer_mails import fewer_mails_link, reader_of_link, take_fewer
from formengine.services.notifications.inbox import mark_all_read, unread_count
from formengine.services.notifications.mail_text import word_mail
from formengine.services.notifications.mails import notify
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from tests.services.notifications.test_inbox import lose_access, mails, watched
from tests.support.people import People
from tests.support.platforms import Acting, acting_on
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
MONDAY = datetime(2026, 3, 23, 7, 30, tzinfo=UTC)
FIRST = Attempt("mail", 1, last=False)


def choose(acting: Acting, person: Person, hour: int = 8, day: int = 0, **kinds: str) -> None:
    with acting(person) as work:
        save_choices(work, kinds, str(hour), str(day))


def write_note(acting: Acting, author: Person, reference: str, text: str, now: datetime = MONDAY) -> None:
    with acting(author, now=now) as work:
        add_note(work, reference, text)


def test_nobody_is_mailed_what_they_did_themselves(
    opened: Opened, people: People, acting: Acting, platform: Platform
) -> None:
    """N2: unless they chose so; that their request arrived, and what is asked of them, is mailed in any case."""
    reference = opened("nda", NDA)
    assert [mail.to for mail in mails(platform, "submission")] == ["maya@example.com"]
    told = [people("maya").id, people("paul").id]
    for own in (False, True):
        with acting(people("maya")) as work:
            save_choices(work, {}, "8", "0", own=own)
            notify(work, "milestone", told, {}, dossier=get_dossier(work, reference), entry=f"own {own}")
    written = [(mail.to[:4], mail.state, mail.read_at is not None) for mail in mails(platform, "milestone")]
    assert written == [("maya", "kept", True), ("paul", "waiting", False)] + [
        (name, "waiting", False) for name in ("maya", "paul")
    ]


def test_each_kind_goes_as_its_reader_chose(opened: Opened, people: People, acting: Acting, platform: Platform) -> None:
    """N2: at once, in a digest or in the inbox alone; what is not mailed has no job."""
    reference = opened("nda", NDA)
    choose(acting, people("maya"), note="daily", transition="none")
    write_note(acting, people("paul"), reference, "First")
    choose(acting, people("maya"), note="none")
    write_note(acting, people("paul"), reference, "Second")
    choose(acting, people("maya"), note="at_once")
    write_note(acting, people("paul"), reference, "Third")
    to_maya = [mail for mail in mails(platform, "note") if mail.to == "maya@example.com"]
    assert [mail.state for mail in to_maya] == ["kept", "kept", "waiting"]  # the first was held, until she chose none
    assert isinstance(platform.queue, Queue)
    jobs = str([job.args for job in list_jobs(platform.queue)])
    assert f"{to_maya[2].id}" in jobs
    assert f"[{to_maya[0].id}," not in jobs
    with acting(people("maya"), now=MONDAY) as work:
        assert unread_count(work) == 4


def test_security_mails_are_not_chosen_about(people: People, acting: Acting) -> None:
    """N2: never none for what protects an account: not as a choice, nor by a link, nor where a row says so."""
    assert not set(SECURITY) & set(CHOSEN_KINDS)
    maya = people("maya")
    for kind in SECURITY:
        with pytest.raises(Invalid):
            choose(acting, maya, **{kind: "none"})
        with acting(None) as work:
            assert fewer_mails_link(work.platform.settings, maya.id, kind) == ""
    with acting(None) as work:
        row = work.session.get_one(Person, maya.id)
        row.mail_choices = {"kinds": dict.fromkeys(SECURITY, "none")}
        assert not set(mail_choices(row, Notifications()).kinds) & set(SECURITY)


@pytest.mark.parametrize(("hour", "day", "kinds"), [(24, 0, {}), (8, 7, {}), (8, 0, {"note": "never"})])
def test_choices_that_there_are_not(people: People, acting: Acting, hour: int, day: int, kinds: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        choose(acting, people("maya"), hour, day, **kinds)


def test_what_is_as_the_site_says_follows_the_site(people: People, acting: Acting) -> None:
    """N2: the site's defaults hold for what a person has not chosen."""
    site = Notifications({"version": "weekly", "note": "daily"}, hour=18, day=4)
    choose(acting, people("maya"), hour=9, note="at_once", version="none")
    with acting(None) as work:
        maya = work.session.get_one(Person, people("maya").id)
        assert maya.mail_choices == {"kinds": {"version": "none"}, "hour": 9}
        chosen = mail_choices(maya, site)
    assert (chosen.kinds["note"], chosen.kinds["version"], chosen.kinds["hearing"]) == ("daily", "none", "at_once")
    assert (chosen.hour, chosen.day) == (9, 4)


@pytest.mark.parametrize(
    ("now", "zone", "hour", "day", "expected"),
    [
        ("2026-03-23T07:30+00:00", "Europe/Paris", 8, None, "2026-03-24T08:00:00+01:00"),
        ("2026-03-23T06:59+00:00", "Europe/Paris", 8, None, "2026-03-23T08:00:00+01:00"),
        ("2026-03-27T12:00+00:00", "Europe/Paris", 8, 0, "2026-03-30T08:00:00+02:00"),
        ("2026-10-24T12:00+00:00", "Europe/Paris", 2, None, "2026-10-25T02:00:00+02:00"),  # the hour comes twice
        ("2026-03-28T12:00+00:00", "Europe/Paris", 2, None, "2026-03-29T02:00:00+01:00"),  # the hour does not come
        ("2026-03-23T23:30+00:00", "Asia/Tokyo", 8, None, "2026-03-25T08:00:00+09:00"),
    ],
)
def test_digests_come_at_the_readers_hour(now: str, zone: str, hour: int, day: int | None, expected: str) -> None:
    """N2: by the clock of their zone, in summer and winter."""
    assert next_digest(datetime.fromisoformat(now), zone, hour, day).isoformat() == expected


def write_due(platform: Platform, now: datetime) -> int:
    with acting_on(platform, None, now=now) as work:
        return write_digests(work) if is_digest_due(work.session, now) else 0


def digest_of(platform: Platform) -> str:
    with platform.database.reading() as session:
        mail = session.scalars(select(Mail).where(Mail.kind == "digest")).one()
        return word_mail(platform, session, mail)[1]


def test_a_daily_digest_gathers_what_is_unread(
    opened: Opened, people: People, acting: Acting, platform: Platform
) -> None:
    """N2: one mail at the chosen hour, once; nothing before, and nothing when there is nothing."""
    references = [opened("nda", NDA), opened("legal_advice", ADVICE)]
    maya = people("maya")
    choose(acting, maya, hour=18, note="daily")
    for reference in references:
        write_note(acting, people("paul"), reference, "Hello")
    assert write_due(platform, MONDAY + timedelta(hours=1)) == 0
    evening = datetime(2026, 3, 23, 17, 0, tzinfo=UTC)
    assert [write_due(platform, evening), write_due(platform, evening)] == [1, 0]
    text = digest_of(platform)
    assert all(f"/dossiers/{reference}" in text for reference in references)
    write_note(acting, people("paul"), references[0], "Again")
    with acting(maya) as work:
        mark_all_read(work)
    assert write_due(platform, evening + timedelta(days=1)) == 0
    assert [mail.state for mail in mails(platform, "note") if mail.to == maya.email] == ["gathered", "gathered", "kept"]


def test_a_digest_says_nothing_of_what_was_lost(
    opened: Opened, people: People, acting: Acting, platform: Platform
) -> None:
    """N2, P28: judged when it is sent: without an item it is not sent at all."""
    references = [opened("nda", NDA), opened("legal_advice", ADVICE)]
    cleo = people("cleo")
    choose(acting, cleo, note="weekly")
    for reference in references:
        watched(acting, reference, cleo)
        write_note(acting, people("maya"), reference, "Hello")
    assert write_due(platform, MONDAY + timedelta(days=7)) == 1
    lose_access(acting, references[0], cleo)
    assert references[0] not in digest_of(platform)
    assert references[1] in digest_of(platform)
    lose_access(acting, references[1], cleo)
    (mail,) = mails(platform, "digest")
    transport = MemoryTransport()
    run_delivery(platform, transport, {"mail": mail.id}, FIRST)
    assert (transport.sent, mails(platform, "digest")[0].state) == ([], "withdrawn")


def test_the_link_for_fewer_mails_is_signed(people: People, acting: Acting, platform: Platform) -> None:
    """N2: it makes one choice of one person, and cannot be made up."""
    maya, paul = people("maya"), people("paul")
    token = fewer_mails_link(platform.settings, maya.id, "note").rpartition("/")[2]
    with acting(None) as work:
        reader, kind = reader_of_link(work, token)
        assert (reader.id, kind) == (maya.id, "note")
        take_fewer(work, token, "daily")
    with acting(None) as work:
        assert work.session.get_one(Person, maya.id).mail_choices == {"kinds": {"note": "daily"}}
        forged = [token.replace(maya.id, paul.id), token.replace("note", "hearing"), token[:-2], f"{token}é", "", "a.b"]
        for other in forged:
            with pytest.raises(NotFound):
                reader_of_link(work, other)
        with pytest.raises(Invalid):
            take_fewer(work, token, "never")


@pytest.mark.parametrize("base_url", ["https://legal.example.com"])
def test_mail_programs_offer_fewer_mails(
    opened: Opened, people: People, acting: Acting, platform: Platform, base_url: str
) -> None:
    """N2: List-Unsubscribe with one click (RFC 8058), under what can be chosen about alone."""
    from dataclasses import replace

    from formengine.services.accounts.invitations import request_password_reset

    opened("nda", NDA)
    with acting(people("maya")) as work:
        request_password_reset(work, "maya@example.com")
    public = replace(platform, settings=replace(platform.settings, base_url=base_url))
    transport = MemoryTransport()
    for kind in ("submission", "password"):
        run_delivery(public, transport, {"mail": mails(platform, kind)[0].id}, FIRST)
    request, password = (message.extra_headers for message in transport.sent)
    link = fewer_mails_link(public.settings, people("maya").id, "submission")
    assert request["List-Unsubscribe"] == f"<{link}>"
    assert request["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in transport.sent[0].body
    assert link in transport.sent[0].html
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(password)
    assert "fewer-mails" not in transport.sent[1].body
