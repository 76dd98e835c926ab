"""Digests: what somebody chose to be told of once a day or a week, in one mail (N2).

A mail that is held for a digest has `due_at`. When that has come, one mail of the kind `digest` is written for its
reader, with the ids of what it gathers; its lines are worded when it is sent, so that what its reader may no longer
read by then is not in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from formengine.authoring.config.mail_templates import DIGEST
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import notify
from formengine.services.people.lookup import known_people
from formengine.storage.models.mails import Mail

DIGEST_JOB: Final = "write_digests"
"""The periodic job that writes the digests that are due."""
BATCH: Final = 500
"""Held mails that are gathered at a time, so that SQLite's write lock is held shortly."""


def is_digest_due(session: Session, now: datetime) -> bool:
    """Whether a digest is due at a moment (UTC)."""
    return session.scalar(select(Mail.id).where(Mail.due_at <= now).limit(1)) is not None


def write_digests(work: UnitOfWork) -> int:
    """Write the digest of everybody for whom held mails are due; at most BATCH of these. Returns the number of digests.

    People who have read an item in their inbox meanwhile are not told of it again.
    """
    due = select(Mail).where(Mail.due_at <= work.now).order_by(Mail.person_id, Mail.id).limit(BATCH)
    by_reader: dict[str, list[Mail]] = {}
    for mail in work.session.scalars(due.options(joinedload(Mail.dossier))):
        unread = mail.state == "held" and mail.read_at is None
        mail.state, mail.due_at = ("gathered" if unread else "kept"), None
        if unread and mail.person_id is not None:
            by_reader.setdefault(mail.person_id, []).append(mail)
    known_people(work).expect_ids(by_reader)
    for person_id, mails in by_reader.items():
        data: dict[str, Any] = {"mails": [mail.id for mail in mails]}
        notify(work, DIGEST, [person_id], data, entry=f"{mails[0].id}-{mails[-1].id}")
    return len(by_reader)
