"""API calls that a client may safely repeat: the key of a call, and what it made (T4).

A key belongs to one call of one person: the same content again gives what was made then, other content is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text

from formengine.errors import KeyReused
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import expect_unchanged
from formengine.storage.models.dossiers import IdempotencyKey


def content_hash(content: Mapping[str, Any]) -> str:
    """The SHA-256 of what a call asks for."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def row_of_key(work: UnitOfWork, key: str, content: str) -> IdempotencyKey | None:
    """The row of the call that was made with this key. One that is being made at this moment is waited for (PostgreSQL)
    or noticed when the write lock is taken (SQLite). Raises KeyReused where its content was another.
    """
    if not work.platform.database.is_sqlite:
        number = int.from_bytes(hashlib.sha256(f"{work.person.id} {key}".encode()).digest()[:8], "big", signed=True)
        work.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    query = select(IdempotencyKey).where(IdempotencyKey.person_id == work.person.id, IdempotencyKey.key == key)
    row = work.session.scalar(query)
    if row is None:
        expect_unchanged(work.session, query.with_only_columns(IdempotencyKey.id), None)
    elif row.content_hash != content:
        raise KeyReused(say(work.language, "This Idempotency-Key was sent before with other content; use a new one."))
    return row


def remember_call(work: UnitOfWork, key: str, content: str, made: Mapping[str, Any]) -> None:
    """Remember what a call made, by its ids: what these are about may be erased later."""
    row = IdempotencyKey(person_id=work.person.id, key=key, content_hash=content, reply=dict(made), created_at=work.now)
    work.session.add(row)
