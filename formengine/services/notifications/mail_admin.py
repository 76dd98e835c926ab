"""Administration of mails: those that failed for good are listed and sent again (N3); in development, all are
listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload

from formengine.errors import NotFound
from formengine.mail import Frame
from formengine.services.access.enforcement import require_permission
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mail_frame import mail_frame
from formengine.services.notifications.mail_text import subject_line, word_mail
from formengine.services.notifications.mails import resend
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person

PAGE_LENGTH: Final = 25
UNDELIVERED: Final = ("failed", "retrying")
"""The states of mails that an admin may send again."""
OF_SEATS: Final = frozenset(
    f"{act}_{event}" for act in ("approval", "signature", "acknowledgement") for event in ("asked", "reminder")
)
"""The kinds of mails to those who are asked for something: their address is corrected where they are asked (S9)."""


def failed_mails(work: UnitOfWork, limit: int = 100) -> list[Mail]:
    """The mails that failed for good, then those that are tried again, each newest first. Raises Refused without
    `mails.manage`.
    """
    require_permission(work, "mails.manage")
    query = select(Mail).where(Mail.state.in_(UNDELIVERED)).options(joinedload(Mail.dossier))
    query = query.order_by(Mail.state, Mail.created_at.desc(), Mail.id.desc()).limit(limit)
    mails = list(work.session.scalars(query))
    readers = sorted({mail.person_id for mail in mails if mail.person_id})
    if readers:  # kept, so that the session has them for the words of each mail
        people = select(Person).where(Person.id.in_(readers))
        work.remember(("readers of mails", tuple(readers)), lambda: list(work.session.scalars(people)))
    return mails


def mail_counts(work: UnitOfWork) -> dict[str, int]:
    """The number of mails in each state. Raises Refused without `mails.manage`."""
    require_permission(work, "mails.manage")
    rows = work.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return {row[0]: row[1] for row in rows}


def resend_mails(work: UnitOfWork, ids: Sequence[int] | None = None) -> int:
    """Send mails again that failed or are tried again, those with the given ids or all; returns their number. Others
    are skipped.

    Raises Refused without `mails.manage`.
    """
    require_permission(work, "mails.manage")
    query = select(Mail).where(Mail.state.in_(UNDELIVERED)).with_for_update()
    if ids is not None:
        query = query.where(Mail.id.in_(ids))
    mails = list(work.session.scalars(query))
    if mails:
        resend(work, mails)
        append_entry(work, "mails_resent", {"mails": [mail.id for mail in mails]})
    return len(mails)


def notifications(work: UnitOfWork, dossier: Dossier) -> list[dict[str, object]]:
    """The mails about a dossier, oldest first: `[{kind, to, state, message_id, attempts}]`.

    Raises Refused for a reader who may not see what is internal to the legal team.
    """
    require_permission(work, "dossier.read_internal", dossier)
    query = select(Mail).where(Mail.dossier_id == dossier.id).order_by(Mail.id)
    return [
        {
            "kind": mail.kind,
            "to": mail.to,
            "state": mail.state,
            "message_id": mail.message_id,
            "attempts": mail.attempts,
        }
        for mail in work.session.scalars(query)
    ]


@dataclass(frozen=True)
class MailPage:
    """A page of mails, the newest first; `next` is to be passed as `after` for the following one, None on the last."""

    items: list[Mail]
    next: int | None


def latest_mails(work: UnitOfWork, to: str = "", after: int | None = None, limit: int = PAGE_LENGTH) -> MailPage:
    """The latest mails in any state, from after the mail `after`; one that does not exist is ignored. For development
    only, which the caller has to check.
    """
    query = select(Mail).order_by(Mail.created_at.desc(), Mail.id.desc()).limit(limit + 1)
    if to:
        query = query.where(Mail.to == to.strip().lower())
    edge = work.session.get(Mail, after) if after else None
    if edge is not None:
        query = query.where(tuple_(Mail.created_at, Mail.id) < (edge.created_at, edge.id))
    rows = list(work.session.scalars(query))
    return MailPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def mail_words(work: UnitOfWork, mail: Mail, *, mask: bool = True) -> tuple[str, str]:
    """Subject and Markdown text of a mail, as it was sent or as it would be sent now; `mask` hides secrets of waiting
    mails.
    """
    return word_mail(work.platform, work.session, mail, mask=mask)


def frame_of(work: UnitOfWork, mail: Mail) -> Frame:
    """What stands around the text of a mail: its sender's name, the portal's, and the footer."""
    return mail_frame(work.platform, work.session, mail)


def subjects_of(work: UnitOfWork, mails: Sequence[Mail]) -> dict[int, str]:
    """The subjects of mails by their ids, without secrets."""
    return {mail.id: subject_line(work.platform, work.session, mail, mail.language)[0] for mail in mails}


def find_mail(work: UnitOfWork, mail_id: int) -> Mail:
    """A mail by its id, for development; raises NotFound."""
    mail = work.session.get(Mail, mail_id)
    if mail is None:
        raise NotFound(str(mail_id))
    return mail
