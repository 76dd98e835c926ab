"""Drafts that end: a reminder first, then they are deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.drafts.expiry import expire_drafts, is_draft_due
from formengine.services.drafts.storage import FilledForm, save_draft
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.drafts import Draft
from formengine.storage.models.mails import Mail
from tests.support.people import People
from tests.support.platforms import acting_on

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FILLED = FilledForm("request:legal_advice", "Advice on the lease", "en", {"f-abcdefgh": ["x"]}, {"subject": "x"})


def expire(platform: Platform, after: timedelta) -> int:
    """Run the job at a time after NOW, if it is due then; returns the number of reminders, -1 where it is not."""
    with platform.database.reading() as session:
        if not is_draft_due(session, NOW + after, platform.definitions):
            return -1
    with acting_on(platform, None, now=NOW + after) as work:
        return expire_drafts(work)


def test_a_draft_ends_with_a_reminder_first(platform: Platform, people: People) -> None:
    """F8, N1: one mail five days before, with the day and the link; saved again it lives on; then it is deleted."""
    maya = people("maya")
    with acting_on(platform, maya, now=NOW) as work:
        draft_id = save_draft(work, maya.id, FILLED).draft.id
    assert expire(platform, timedelta(days=24)) == -1
    assert expire(platform, timedelta(days=26)) == 1
    assert expire(platform, timedelta(days=27)) == -1, "reminded once"
    with platform.database.reading() as session:
        mail = session.scalars(select(Mail)).one()
        subject, text = word_mail(platform, session, mail)
    assert (mail.kind, mail.to) == ("draft_expiring", maya.email)
    assert "Advice on the lease" in subject
    assert "1 April 2026" in text
    assert f"/drafts/{draft_id}" in text
    with acting_on(platform, maya, now=NOW + timedelta(days=28)) as work:
        save_draft(work, maya.id, FILLED, draft_id, 1)
    assert expire(platform, timedelta(days=31)) == -1
    assert expire(platform, timedelta(days=28 + 26)) == 1, "it is reminded of again"
    assert expire(platform, timedelta(days=28 + 31)) == 0
    with platform.database.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_an_owner_without_an_account_gets_no_mail(platform: Platform) -> None:
    """F8: drafts of people who come by a link end without a mail to their key."""
    with acting_on(platform, None, now=NOW) as work:
        save_draft(work, "seat:12", FILLED)
    assert expire(platform, timedelta(days=26)) == 1
    with platform.database.reading() as session:
        assert session.scalars(select(Mail)).all() == []
