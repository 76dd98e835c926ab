"""The inbox: everything that a person was told, whether it was mailed or not, with what is still unread (N2).

Its items are the rows of mails. A row about a dossier is shown while its reader may read the dossier: who lost access
sees neither its title nor that it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import contains_eager

from formengine.errors import NotFound
from formengine.services.access.enforcement import (
    WITHOUT_READING,
    read_involvements,
    readable_dossiers,
    require_permission,
)
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.audience import may_be_told
from formengine.services.notifications.mail_text import headline, subject_line
from formengine.services.notifications.mails import NOT_IN_INBOX
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.mails import Mail

PAGE_SIZE: Final = 25
MAX_PAGE_SIZE: Final = 200
MOST_COUNTED: Final = 100
"""Unread items are counted, and shown as news in lists, up to this number: a page costs the same for everybody."""
SHOWN_FOR: Final = timedelta(days=180)
"""How long an item is shown: as long as the text of a mail is kept (`retention.MAIL_TEXT_RETENTION`)."""


@dataclass(frozen=True)
class InboxItem:
    """Something that a person was told. `dossier` is a reference or None; `page` the address it leads to, or "".

    `language` is that of the title: the reader's, but for what was told before they changed it.
    """

    id: int
    kind: str
    at: datetime
    dossier: str | None
    title: str
    headline: str
    """The title without the dossier's, which stands under it in lists; the whole of it where it does not end in it."""
    dossier_title: str
    language: str
    page: str
    read: bool


@dataclass(frozen=True)
class Inbox:
    """A page of the inbox, newest first; `next` is to be passed as `after` for the following one, None on the last."""

    items: list[InboxItem]
    unread: int
    next: int | None


@dataclass(frozen=True)
class DossierNews:
    """What the actor has not read about a dossier: how many items, and the id of the last of them."""

    count: int
    last: int


def inbox(work: UnitOfWork, *, unread_only: bool = False, after: int | None = None, limit: int = PAGE_SIZE) -> Inbox:
    """What the actor was told, newest first, from before the item `after`; raises Refused without an account."""
    require_permission(work, "account.own")
    query = (
        select(Mail)
        .outerjoin(Mail.dossier)
        .options(contains_eager(Mail.dossier))
        .where(_shown(work), Mail.kind.not_in(NOT_IN_INBOX))
        .order_by(Mail.id.desc())
        .limit(limit + 1)
    )
    if unread_only:
        query = query.where(Mail.read_at.is_(None))
    if after is not None:
        query = query.where(Mail.id < after)
    rows = list(work.session.scalars(query))
    items = items_of(work, rows[:limit])
    return Inbox(items, unread_count(work), rows[limit - 1].id if len(rows) > limit else None)


def unread_count(work: UnitOfWork) -> int:
    """The number of items that the actor has not read, at most MOST_COUNTED."""
    return len(_newest_unread(work))


def open_item(work: UnitOfWork, item_id: int) -> str:
    """Mark an item as read; returns the address of the page it leads to, "" where there is none.

    Raises NotFound for an item that is not the actor's, or no longer theirs to see.
    """
    require_permission(work, "account.own")
    query = select(Mail).outerjoin(Mail.dossier).options(contains_eager(Mail.dossier))
    mail = work.session.scalar(query.where(_shown(work), Mail.id == item_id, Mail.kind.not_in(NOT_IN_INBOX)))
    if mail is None or (mail.dossier is not None and not may_be_told(work, mail, mail.dossier, work.person)):
        raise NotFound(str(item_id))
    if mail.read_at is None:
        mail.read_at = work.now
        work.forget(("unread", work.person.id))
    return _page(work, mail)


def dossier_news(work: UnitOfWork, dossier: Dossier) -> DossierNews | None:
    """What is about a dossier among the newest MOST_COUNTED unread items of the actor; None for nothing."""
    ids = [item for item, dossier_id in _newest_unread(work) if dossier_id == dossier.id]
    return DossierNews(len(ids), max(ids)) if ids else None


def dossiers_with_news(work: UnitOfWork) -> set[int]:
    """The ids of the dossiers that the newest MOST_COUNTED unread items of the actor are about."""
    return {dossier_id for _item, dossier_id in _newest_unread(work) if dossier_id is not None}


def mark_dossier_read(work: UnitOfWork, reference: str, last: int) -> None:
    """Mark what the actor was told about a dossier as read, up to the item `last`: what was written after the page of
    the dossier was made stays unread. Raises NotFound for a dossier that the actor may not read.
    """
    require_permission(work, "account.own")
    dossier = work.session.scalar(select(Dossier.id).where(Dossier.reference == reference, readable_dossiers(work)))
    if dossier is None:
        raise NotFound(reference)
    unread = (Mail.person_id == work.person.id) & Mail.read_at.is_(None)
    read = (Mail.dossier_id == dossier) & (Mail.id <= last)
    work.session.execute(update(Mail).where(unread, read).values(read_at=work.now))
    work.forget(("unread", work.person.id))


def mark_all_read(work: UnitOfWork) -> None:
    """Mark everything that the actor was told until now as read."""
    require_permission(work, "account.own")
    unread = (Mail.person_id == work.person.id) & Mail.read_at.is_(None) & (Mail.created_at <= work.now)
    work.session.execute(update(Mail).where(unread).values(read_at=work.now))
    work.forget(("unread", work.person.id))


def items_of(work: UnitOfWork, mails: Sequence[Mail]) -> list[InboxItem]:
    """Mails of the actor as items, without those that they may no longer be told of."""
    dossiers = {mail.dossier.id: mail.dossier for mail in mails if mail.dossier is not None}
    if dossiers:
        read_involvements(work, dossiers.values())
    return [
        _item(work, mail)
        for mail in mails
        if mail.dossier is None or may_be_told(work, mail, mail.dossier, work.person)
    ]


def _item(work: UnitOfWork, mail: Mail) -> InboxItem:
    title, language = subject_line(work.platform, work.session, mail, work.language)
    short = headline(work.platform, work.session, mail, mail.dossier, work.language) if mail.dossier else ""
    return InboxItem(
        id=mail.id,
        kind=mail.kind,
        at=mail.created_at,
        dossier=mail.dossier.reference if mail.dossier else None,
        title=title,
        headline=short or title,
        dossier_title=title_in(mail.dossier, language) if mail.dossier and short else "",
        language=language,
        page=_page(work, mail),
        read=mail.read_at is not None,
    )


def _newest_unread(work: UnitOfWork) -> list[tuple[int, int | None]]:
    """The newest unread items of the actor, with the ids of their dossiers: one statement for each page, at most."""

    def fetch() -> list[tuple[int, int | None]]:
        query = select(Mail.id, Mail.dossier_id).outerjoin(Mail.dossier).where(_shown(work), Mail.read_at.is_(None))
        rows = work.session.execute(query.order_by(Mail.id.desc()).limit(MOST_COUNTED))
        return [(row.id, row.dossier_id) for row in rows]

    return work.remember(("unread", work.person.id), fetch)


def _shown(work: UnitOfWork) -> ColumnElement[bool]:
    """The SQL condition of the actor's items, on mails joined with their dossiers."""
    person = work.person.id
    part = select(Involvement.dossier_id).where(
        Involvement.dossier_id == Mail.dossier_id,
        Involvement.person_id == person,
        Involvement.part.in_(WITHOUT_READING),
    )
    return and_(
        Mail.person_id == person,
        Mail.created_at > work.now - SHOWN_FOR,
        or_(Mail.dossier_id.is_(None), readable_dossiers(work), part.exists()),
    )


def _page(work: UnitOfWork, mail: Mail) -> str:
    """The address on this site to which an item leads, "" for none."""
    base = work.platform.settings.base_url.rstrip("/")
    link = (mail.variables or {}).get("link")
    if isinstance(link, str) and link.startswith(f"{base}/"):
        return link.removeprefix(base)
    return f"/dossiers/{mail.dossier.reference}" if mail.dossier is not None else ""
