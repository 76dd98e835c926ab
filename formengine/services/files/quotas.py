"""Quotas: how many files, and how many bytes, one person may store and one dossier may hold (T38).

A quota is checked before anything is stored. Two uploads at the same moment may both pass that check, so the sums are
compared again just before the commit: on SQLite under the write lock, on PostgreSQL under an advisory lock of each
owner. Whoever is then over its quota is rolled back and run again, and refused by the first check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, text

from formengine.errors import ConcurrentChange, QuotaExceeded
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import at_commit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import Person

UPLOADED: Final = "formengine.uploaded"
"""Key of `Session.info`: the rows of uploads that are written even if the transaction is rolled back."""
_USED: Final = "formengine.quotas"
_BYTES: Final = func.coalesce(func.sum(StoredFile.size), 0)
MEGA: Final = 1024 * 1024


@dataclass(frozen=True)
class Quota:
    """What one owner may store: at most `files` files and `bytes` bytes (0: no limit); `rows` are the owner's files."""

    key: str
    rows: ColumnElement[bool]
    files: int
    bytes: int
    sentence: str

    def is_exceeded(self, files: int, size: int) -> bool:
        return bool((self.files and files > self.files) or (self.bytes and size > self.bytes))


def require_space(work: UnitOfWork, name: str, size: int, dossier: Dossier | None = None) -> None:
    """Raise QuotaExceeded, with a sentence, when a file of `size` bytes is more than its sender or dossier may store.

    What the engine itself stores is not refused. Call it before the content is stored.
    """
    for quota in _quotas(work, dossier):
        _count(work, quota, name, 1, size)


def require_dossier_space(work: UnitOfWork, dossier: Dossier, files: Sequence[StoredFile]) -> None:
    """Raise QuotaExceeded when uploads that are there already are more than a dossier may hold."""
    added = [row for row in files if row.dossier_id is None]
    if added and work.actor is not None:
        size = sum(row.size for row in added)
        _count(work, _dossier_quota(work, dossier), added[0].name, len(added), size)


def _quotas(work: UnitOfWork, dossier: Dossier | None) -> Iterator[Quota]:
    settings = work.platform.settings
    if work.actor is None:
        return
    yield Quota(
        f"person {work.actor_id}",
        StoredFile.stored_by == work.actor_id,
        settings.person_files,
        settings.person_bytes,
        "“{name}” cannot be kept: you may store {files} files and {size} MB in all. Ask the legal team to make room.",
    )
    if dossier is not None:
        yield _dossier_quota(work, dossier)


def _dossier_quota(work: UnitOfWork, dossier: Dossier) -> Quota:
    settings = work.platform.settings
    return Quota(
        f"dossier {dossier.id}",
        StoredFile.dossier_id == dossier.id,
        settings.dossier_files,
        settings.dossier_bytes,
        "“{name}” cannot be kept: a dossier may hold {files} files and {size} MB. Ask the legal team to make room.",
    )


def _count(work: UnitOfWork, quota: Quota, name: str, files: int, size: int) -> None:
    """Count files towards a quota, or raise QuotaExceeded; the first of a transaction has the sums compared again."""
    known: dict[str, tuple[int, int]] = work.session.info.setdefault(_USED, {})
    if quota.key not in known:
        with work.session.no_autoflush:
            row = work.session.execute(select(func.count(), _BYTES).where(quota.rows)).one()
        known[quota.key] = (row[0], int(row[1]))
        at_commit(work.session, lambda: _compare_again(work, quota))
    used_files, used_bytes = known[quota.key]
    if quota.is_exceeded(used_files + files, used_bytes + size):
        limits: dict[str, Any] = {"files": quota.files or "∞", "size": quota.bytes // MEGA or "∞"}
        raise QuotaExceeded(say(work.language, quota.sentence, name=name, **limits))
    known[quota.key] = (used_files + files, used_bytes + size)


def _compare_again(work: UnitOfWork, quota: Quota) -> None:
    """Raise ConcurrentChange when others have used up a quota since it was checked; nothing of this is kept then."""
    session = work.session
    if not work.platform.database.is_sqlite:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": quota.key})
    columns = (func.count().label("files"), _BYTES.label("bytes"))
    row = session.execute(select(*columns).where(quota.rows)).one()
    if quota.is_exceeded(row.files, int(row.bytes)):
        session.info.get(UPLOADED, []).clear()
        raise ConcurrentChange(f"others have used up the quota of {quota.key}")


@dataclass(frozen=True)
class Usage:
    """What one person or dossier stores: number of files, and bytes."""

    owner: str
    files: int
    bytes: int


def largest_people(work: UnitOfWork, count: int) -> list[Usage]:
    """The people who store most, by e-mail address, the first the one with most bytes."""
    query = select(Person.email, func.count(), _BYTES).join(Person, Person.id == StoredFile.stored_by)
    return _usages(work, query.group_by(Person.email), count)


def largest_dossiers(work: UnitOfWork, count: int) -> list[Usage]:
    """The dossiers that hold most, by reference, the first the one with most bytes."""
    query = select(Dossier.reference, func.count(), _BYTES).join(Dossier, Dossier.id == StoredFile.dossier_id)
    return _usages(work, query.group_by(Dossier.reference), count)


def _usages(work: UnitOfWork, query: Any, count: int) -> list[Usage]:
    rows = work.session.execute(query.select_from(StoredFile).order_by(_BYTES.desc()).limit(count))
    return [Usage(owner, files, int(size)) for owner, files, size in rows]
