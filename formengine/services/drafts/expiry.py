"""Drafts that end: their owners are reminded by mail first, then they are deleted (F8, N1)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from formengine.authoring import Site
from formengine.errors import DefinitionError
from formengine.services.access.enforcement import current_site
from formengine.services.core.published_definitions import Definitions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.people.lookup import known_people
from formengine.storage.models.drafts import Draft
from formengine.value_format import format_due

EXPIRY_JOB: Final = "expire_drafts"
"""The periodic job that reminds the owners of drafts and deletes those that have expired."""
BATCH: Final = 50


def is_draft_due(session: Session, now: datetime, definitions: Definitions) -> bool:
    """Whether the owner of any draft is to be reminded at a moment (UTC), or a draft has expired."""
    try:
        site = definitions.site(session)
    except DefinitionError:  # nothing was published yet
        return False
    query = select(Draft.id).where(or_(_is_to_be_reminded(now, site), Draft.expires_at <= now))
    return session.scalar(query.limit(1)) is not None


def expire_drafts(work: UnitOfWork) -> int:
    """Remind the owners of drafts that end soon, once for each, and delete drafts that have ended; at most BATCH of
    both. Returns the number of reminders.

    Only people with an account are reminded here: whoever fills in a form by a link is reminded by the link.
    """
    query = select(Draft).where(_is_to_be_reminded(work.now, current_site(work)))
    drafts = work.session.scalars(query.order_by(Draft.expires_at).limit(BATCH)).all()
    known_people(work).expect_ids([draft.owner for draft in drafts])
    for draft in drafts:
        draft.reminded_at = work.now
        if known_people(work).get(draft.owner) is not None:
            _remind(work, draft)
    expired = select(Draft.id).where(Draft.expires_at <= work.now).limit(BATCH)
    work.session.execute(delete(Draft).where(Draft.id.in_(expired), Draft.expires_at <= work.now))
    return len(drafts)


def _is_to_be_reminded(now: datetime, site: Site) -> ColumnElement[bool]:
    is_near = (Draft.expires_at > now) & (Draft.expires_at <= now + site.portal.drafts.remind)
    return is_near & Draft.reminded_at.is_(None) & Draft.secret_hash.is_(None)


def _remind(work: UnitOfWork, draft: Draft) -> None:
    """One mail for each time that the draft was saved: the version is part of its Message-ID."""
    base = work.platform.settings.base_url.rstrip("/")

    def variables(recipient: Recipient) -> dict[str, object]:
        due = format_due(draft.expires_at, None, recipient.language, recipient.zone)
        return {
            "request": {"title": draft.title},
            "deadline": {"due": due},
            "link": f"{base}/drafts/{draft.id}",
        }

    notify(work, "draft_expiring", [draft.owner], variables, entry=f"{draft.id}-{draft.version}")
