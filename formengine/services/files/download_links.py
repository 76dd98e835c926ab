"""Short-lived links to the content of a file: signed, bound to a person, and of no use after some minutes (D6, T51)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import timedelta
from typing import Final

from formengine.services.core.unit_of_work import UnitOfWork

LIFETIME: Final = timedelta(minutes=10)


def link_query(work: UnitOfWork, path: str) -> dict[str, str]:
    """The query that makes `path` a link for the actor: until when it holds (seconds since 1970), and its signature."""
    until = str(int((work.now + LIFETIME).timestamp()))
    signature = work.platform.settings.secret.sign(_message(work, path, until))
    return {"until": until, "key": urlsafe_b64encode(signature).rstrip(b"=").decode()}


def is_link(work: UnitOfWork, path: str, until: str, key: str) -> bool:
    """Whether the query of an address is one that `link_query` made for this person, and has not expired."""
    if (
        not until.isdecimal()
        or len(until) > 12
        or not 0 <= int(until) - work.now.timestamp() <= LIFETIME.total_seconds()
    ):
        return False
    try:
        signature = urlsafe_b64decode(key.encode("ascii", "replace") + b"=" * (-len(key) % 4))
    except (NotBase64, ValueError):
        return False
    return work.platform.settings.secret.is_signed(_message(work, path, until), signature)


def _message(work: UnitOfWork, path: str, until: str) -> str:
    return "\n".join(("download", path, work.actor_id or "", until))
