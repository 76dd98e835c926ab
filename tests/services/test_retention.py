"""The nightly job deletes what has served its time, and nothing else; files still verify afterwards."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from sqlalchemy import func, select, update

from formengine.forms import Upload
from formengine.services.accounts import invitations
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.integrity import MIN_ORPHAN_AGE, verify_files
from formengine.services.files.uploads import store_upload
from formengine.services.retention import MAIL_TEXT_RETENTION, SPENT_LINK_RETENTION, tidy
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import OneTimeLink
from tests.support.people import People
from tests.support.platforms import Acting


def count(platform: Platform, table: type) -> int:
    with platform.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_unused_uploads_go_with_their_contents(platform: Platform, people: People, acting: Acting) -> None:
    """T37: the nightly job deletes old unused uploads with their contents, after which `files verify` succeeds; today's
    upload is kept.
    """
    with acting(people("maya")) as work:
        upload = store_upload(work, Upload("plan.txt", "text/plain", BytesIO(b"a plan")))
        sha256, now = upload.sha256, work.now
    tidy(platform, now + timedelta(hours=1))
    assert platform.blobs.exists(sha256)
    later = now + MIN_ORPHAN_AGE + timedelta(hours=1)
    assert tidy(platform, later) == 2  # the row and its content
    assert count(platform, StoredFile) == 0
    assert not platform.blobs.exists(sha256)
    with platform.database.reading() as session:
        assert list(verify_files(UnitOfWork(platform, session, None, later))) == []


def test_spent_links_go_after_a_month(platform: Platform, people: People, acting: Acting) -> None:
    """T17: spent links are deleted after a month; until then they say why they do not work."""
    with acting(people("sam")) as work:
        invitations.invite(work, "zoe@example.com", "Zoe", "client")
    with platform.database.reading() as session:
        expires = session.scalars(select(OneTimeLink.expires_at)).one()
    tidy(platform, expires + SPENT_LINK_RETENTION - timedelta(hours=1))
    assert count(platform, OneTimeLink) == 1
    tidy(platform, expires + SPENT_LINK_RETENTION + timedelta(hours=1))
    assert count(platform, OneTimeLink) == 0


def test_texts_of_sent_mails_are_forgotten(platform: Platform, people: People, acting: Acting) -> None:
    """T44: the row stays, with whom it went to and when; a mail that is still to be sent keeps its variables."""
    with acting(people("sam")) as work:
        for name in ("zoe", "max", "ida"):
            invitations.invite(work, f"{name}@example.com", name.title(), "client")
        now = work.now
    with platform.database.transaction() as session:
        session.execute(update(Mail).where(Mail.to == "ida@example.com").values(state="kept"))
        sent = {"state": "sent", "sent_at": now, "subject": "Welcome", "text": "Dear Zoe"}
        session.execute(update(Mail).where(Mail.to == "zoe@example.com").values(**sent))
    tidy(platform, now + MAIL_TEXT_RETENTION + timedelta(hours=1))
    with platform.database.reading() as session:
        rows = {mail.to: mail for mail in session.scalars(select(Mail))}
    assert (rows["zoe@example.com"].text, rows["zoe@example.com"].variables) == (None, None)
    assert rows["zoe@example.com"].sent_at is not None
    assert rows["ida@example.com"].variables is None, "shown in the inbox alone"
    assert rows["max@example.com"].variables is not None
