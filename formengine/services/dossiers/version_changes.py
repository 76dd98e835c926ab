"""What changed between two versions of a document on a dossier (S3).

Two versions are compared once, by a job: what people write into a file may take all the time and memory that they want
it to, so nothing is read while somebody waits for a page.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import joinedload, undefer

from formengine.documents import SandboxLimits
from formengine.documents.word_versions.comparison import Comparison, compare, comparison_from, comparison_in_words
from formengine.errors import (
    ConcurrentChange,
    DatabaseBusy,
    DocumentRefused,
    DocumentTooHeavy,
    DocumentWithoutText,
    NotFound,
)
from formengine.file_names import name_of_made_file
from formengine.i18n import say
from formengine.services.access.enforcement import is_client_side, require_permission
from formengine.services.case.document_sight import readable_versions, sight_of
from formengine.services.case.document_titles import document_title
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers.documents import get_version
from formengine.services.files.reading_copies import LOCK_WAIT_SECONDS
from formengine.services.files.uploads import clean_name, open_content
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.database import LATE
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.comparisons import VersionComparison
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.workflow.definition.site_roles import CLIENT_ROLES

log = logging.getLogger(__name__)

COMPARISON_JOB: Final = "version_comparison"
MAX_DOCUMENT_BYTES: Final = 32 * 1024 * 1024
"""The largest version that is compared."""
LIMITS: Final = SandboxLimits(seconds=90, megabytes=1024)
"""What comparing two versions may take: two of 500 pages in which every paragraph changed take a third of it."""
AUTHOR: Final = "formengine"
"""Under whose name changes are tracked in a redline whose newer version came from none of the client's side: clients
download the same file as lawyers do, and pass it on.
"""
OVERDUE: Final = timedelta(minutes=10)
"""After this time a comparison that is not there is requested again: its job was lost or cancelled."""
REASONS: Final = {
    "large": "one of the files is too large",
    "heavy": "comparing them takes too much time or memory",
    "unsafe": "one of the files is damaged, has a password, or is not built as such files are",
    "scan": "one of the files is a scan, which holds pictures of pages and no text",
    "error": "the comparison failed",
}
"""Why there is no comparison, as it is stored, and as it is told."""


@dataclass(frozen=True)
class VersionChanges:
    """Two versions of a document, and what changed from the `older` to the `newer`.

    `versions` are all versions of the document, the oldest first. `state` is "pending", "made" (with `comparison`),
    "failed" (`reason`, in the reader's language), or "same" for a version and itself.
    """

    document: str
    title: str
    versions: Sequence[DocumentVersion]
    older: DocumentVersion
    newer: DocumentVersion
    state: str
    comparison: Comparison | None = None
    reason: str = ""


def version_changes(
    work: UnitOfWork, dossier: Dossier, version_id: int, since: int | None = None, until: int | None = None
) -> VersionChanges:
    """What changed in a version since the one before it, or between two other versions of its document, by number.

    Raises NotFound for the first version, for a number that there is not, and where the actor may not read the dossier.
    """
    return _changes(work, dossier, *_pair_of_version(work, version_id, since, until))


def document_changes(
    work: UnitOfWork, dossier: Dossier, document: str, since: int | None, until: int | None
) -> VersionChanges:
    """What changed between two versions of a document, by their numbers: to the newest, and since the one before it,
    unless given. Raises as `version_changes` does.
    """
    require_permission(work, "dossier.read", dossier)
    query = select(Document).where(Document.dossier_id == dossier.id, Document.name == document)
    row = work.session.scalar(query)
    if row is None:
        raise NotFound(f"no document {document} with versions")
    return _changes(work, dossier, row, _pair(work, dossier, row, since, until))


@dataclass(frozen=True)
class _Pair:
    """Two versions of a document, among all of them, the oldest first."""

    versions: Sequence[DocumentVersion]
    older: DocumentVersion
    newer: DocumentVersion

    @property
    def key(self) -> dict[str, int]:
        """The primary key of their comparison."""
        return {"older_id": self.older.id, "newer_id": self.newer.id}


def _pair_of_version(
    work: UnitOfWork, version_id: int, since: int | None, until: int | None = None
) -> tuple[Document, _Pair]:
    version = get_version(work, version_id)
    document = work.session.get_one(Document, version.document_id)
    dossier = work.session.get_one(Dossier, document.dossier_id)
    return document, _pair(work, dossier, document, since, version.number if until is None else until)


def _pair(work: UnitOfWork, dossier: Dossier, document: Document, since: int | None, until: int | None) -> _Pair:
    query = (
        select(DocumentVersion)
        .where(DocumentVersion.document_id == document.id)
        .options(joinedload(DocumentVersion.file))
        .order_by(DocumentVersion.number)
    )
    versions = readable_versions(work.session.scalars(query), sight_of(work, dossier, document.name))
    by_number = {version.number: version for version in versions}
    newer = by_number.get(max(by_number, default=0) if until is None else until)
    earlier = [number for number in by_number if newer is not None and number < newer.number]
    older = by_number.get(max(earlier, default=0) if since is None else since)
    if older is None or newer is None:
        raise NotFound(f"no versions {since} and {until}")
    return _Pair(versions, older, newer)


def _changes(work: UnitOfWork, dossier: Dossier, document: Document, pair: _Pair) -> VersionChanges:
    versions, older, newer = pair.versions, pair.older, pair.newer
    title = document_title(work, dossier, document.name)
    if older is newer:
        return VersionChanges(document.name, title, versions, older, newer, "same")
    row = work.session.get(VersionComparison, pair.key, options=[undefer(VersionComparison.content)])
    if row is None or row.state == "pending":
        _request(work, older, newer, is_new=row is None, is_lost=row is not None and _is_lost(work, row))
        return VersionChanges(document.name, title, versions, older, newer, "pending")
    if row.content is None:
        reason = say(work.language, REASONS[row.reason or "error"])
        return VersionChanges(document.name, title, versions, older, newer, "failed", reason=reason)
    comparison = _for_reader(work, comparison_in_words(comparison_from(row.content), work.language), pair)
    return VersionChanges(document.name, title, versions, older, newer, "made", comparison)


def _for_reader(work: UnitOfWork, comparison: Comparison, pair: _Pair) -> Comparison:
    """A comparison as the actor reads it. A client reads who made the tracked changes and comments of a Word file only
    where both versions are of the client's side: like whose turn it is (`holder_name`), not every lawyer's name is
    theirs to know.
    """
    if not is_client_side(work) or all(_is_of_client(work, version) for version in (pair.older, pair.newer)):
        return comparison
    return replace(comparison, remarks=tuple({**remark, "by": ""} for remark in comparison.remarks))


def _is_of_client(work: UnitOfWork, version: DocumentVersion) -> bool:
    person = known_people(work).get(version.made_by) if version.made_by else None
    return person is not None and person.role in CLIENT_ROLES


def redline_file(work: UnitOfWork, version_id: int, since: int | None = None) -> tuple[str, bytes]:
    """The name and content of the Word document that shows what changed in a version as tracked changes.

    Raises NotFound where `version_changes` does, where the two are not compared yet, and where one of them is a PDF.
    """
    document, pair = _pair_of_version(work, version_id, since)
    row = work.session.get(VersionComparison, pair.key, options=[undefer(VersionComparison.redline)])
    if row is None or row.redline is None:
        raise NotFound("no document with tracked changes")
    reference = work.session.get_one(Dossier, document.dossier_id).reference
    what = f"{say(work.language, 'changes')} {pair.older.number}-{pair.newer.number}"
    return clean_name(name_of_made_file(reference, pair.newer.file.name, what, "docx")), row.redline


def _is_lost(work: UnitOfWork, row: VersionComparison) -> bool:
    return row.requested_at <= work.now - OVERDUE


def _request(work: UnitOfWork, older: DocumentVersion, newer: DocumentVersion, *, is_new: bool, is_lost: bool) -> None:
    """Have two versions compared, for a request that only reads: in a short transaction of its own, once in OVERDUE.

    Where the database is busy, the next reader requests it.
    """
    if not is_new and not is_lost:
        return
    platform, ids = work.platform, {"older_id": older.id, "newer_id": newer.id}
    with suppress(ConcurrentChange, DatabaseBusy), platform.database.session(LATE, LOCK_WAIT_SECONDS) as session:
        separate_work = UnitOfWork(platform, session, None, work.now)
        key = f"comparison-{older.id}-{newer.id}-{work.now:%Y%m%d%H%M}"
        separate_work.enqueue(COMPARISON_JOB, {"older": older.id, "newer": newer.id}, lane="copies", key=key)
        if is_new:
            insert_if_absent(session, VersionComparison, **ids, state="pending", requested_at=work.now)
        else:
            session.execute(update(VersionComparison).where(_unmade(**ids)).values(requested_at=work.now))
        session.commit()


def compare_versions(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> None:
    """Compare two versions and store what changed (in a job), in no transaction; nothing for two that are compared
    already. `args` are their ids, `older` and `newer`.

    An unexpected error passes, so that the job is tried again; in its last attempt the comparison counts as failed.
    """
    older, newer = int(args["older"]), int(args["newer"])
    with platform.database.reading() as session:
        if session.scalar(select(VersionComparison.newer_id).where(_unmade(older, newer))) is None:
            return
        query = select(DocumentVersion).where(DocumentVersion.id.in_((older, newer)))
        rows = session.scalars(query.options(joinedload(DocumentVersion.file)))
        versions = {version.id: version for version in rows}
        newest = versions[newer]
        work = UnitOfWork(platform, session, None)
        author = person_name(work, newest.made_by) if _is_of_client(work, newest) else AUTHOR
        hashes = [versions[id_].file.sha256 for id_ in (older, newer)]
    try:
        values = _compared(platform, hashes, author, newest.made_at)
    except Exception:
        if last_attempt:
            _store(platform, older, newer, {"state": "failed", "reason": "error"})
        raise
    _store(platform, older, newer, values)


def _compared(platform: Platform, hashes: Sequence[str], author: str, made_at: datetime) -> dict[str, Any]:
    """The columns of two contents that were compared, or of the reason why they cannot be."""
    contents = [_content(platform, sha256) for sha256 in hashes]
    if any(len(content) > MAX_DOCUMENT_BYTES for content in contents):
        return {"state": "failed", "reason": "large"}
    at = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    try:
        comparison, redline = compare(contents[0], contents[1], author, at, limits=LIMITS)
    except DocumentRefused as error:
        log.warning("%s cannot be compared: %s", " and ".join(hashes), error)
        return {"state": "failed", "reason": _reason(error)}
    return {"state": "made", "content": comparison.to_json(), "redline": redline}


def _reason(error: DocumentRefused) -> str:
    if isinstance(error, DocumentTooHeavy):
        return "heavy"
    return "scan" if isinstance(error, DocumentWithoutText) else "unsafe"


def _content(platform: Platform, sha256: str) -> bytes:
    with open_content(platform, sha256) as stream:
        return stream.read(MAX_DOCUMENT_BYTES + 1)


def _store(platform: Platform, older: int, newer: int, values: dict[str, Any]) -> None:
    with platform.database.transaction() as session:
        session.execute(update(VersionComparison).where(_unmade(older, newer)).values({"reason": None, **values}))


def _unmade(older_id: int, newer_id: int) -> ColumnElement[bool]:
    """The row of two versions that are still to be compared, or could not be for a reason that may have passed."""
    row = and_(VersionComparison.older_id == older_id, VersionComparison.newer_id == newer_id)
    return row & ((VersionComparison.state == "pending") | (VersionComparison.reason == "error"))
