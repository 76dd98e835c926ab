"""Posts that came after their session had ended: kept for the person and the browser that sent them (F8, T11).

What was typed becomes a draft of that person, locked by a secret that only the browser has, for an hour. The person
gets it by signing in with that browser; nobody else ever sees it.
"""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe
from typing import Final

from sqlalchemy import delete, func, select

from formengine.errors import Refused
from formengine.services.access.enforcement import current_site
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.storage import FilledForm, new_draft
from formengine.storage.models.drafts import Draft

LIFETIME: Final = timedelta(hours=1)
MAX_KEPT: Final = 20
"""Posts of one person that are kept at a time."""


def keep_post(work: UnitOfWork, owner: str, filled: FilledForm) -> str | None:
    """Keep a post of a person who is not signed in; the secret for the browser. None where it is too large, or too many
    are kept already.
    """
    kept = (Draft.owner == owner) & Draft.secret_hash.is_not(None) & (Draft.expires_at > work.now)
    if (work.session.scalar(select(func.count()).select_from(Draft).where(kept)) or 0) >= MAX_KEPT:
        return None
    try:
        draft = new_draft(work, owner, filled)
    except Refused:
        return None
    secret = token_urlsafe(32)
    draft.secret_hash = work.platform.settings.secret.hash(secret)
    draft.expires_at = work.now + LIFETIME
    return secret


def claim_post(work: UnitOfWork, owner: str, secret: str) -> Draft | None:
    """Unlock what a browser posted, as a draft of the person who has signed in with it; None where there is nothing, or
    where it is another person's.
    """
    hashes = work.platform.settings.secret.hashes(secret)
    query = select(Draft).where(Draft.secret_hash.in_(hashes), Draft.owner == owner, Draft.expires_at > work.now)
    draft = work.session.scalar(query)
    if draft is None:
        return None
    draft.secret_hash = None
    draft.saved_at = work.now
    draft.expires_at = work.now + current_site(work).portal.drafts.expire_after
    replace_earlier(work, draft)
    return draft


def replace_earlier(work: UnitOfWork, draft: Draft) -> None:
    """Delete the draft that the page of a post began with, unless another page has changed it: the post has it all."""
    version = _first(draft, "_draft_version")
    if version.isdecimal() and len(version) < 10:
        earlier = (Draft.id == _first(draft, "_draft")) & (Draft.version == int(version)) & Draft.secret_hash.is_(None)
        own = (Draft.owner == draft.owner) & (Draft.about == draft.about) & (Draft.id != draft.id)
        work.session.execute(delete(Draft).where(earlier & own))


def _first(draft: Draft, name: str) -> str:
    return str((draft.controls.get(name) or [""])[0])
