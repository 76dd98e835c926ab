"""Integrity of stored files: each content exists and matches its hash; contents that no row names are orphans (T37)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from formengine.errors import NotFound
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.blobs.store import CHUNK, BlobStore
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.page_pictures import PagedDocument, PagePicture

MIN_ORPHAN_AGE: Final = timedelta(days=1)
"""A younger orphan may belong to an upload whose row is still to be written."""


@dataclass(frozen=True)
class FileError:
    """A wrong file: `what` is missing (a row without content), changed, or orphan (content without a row)."""

    what: Literal["missing", "changed", "orphan"]
    sha256: str
    file: str | None = None

    def __str__(self) -> str:
        of = f" of file {self.file}" if self.file else ""
        says = {
            "missing": "is not in the store",
            "changed": "is not what its hash says",
            "orphan": "belongs to no file",
        }
        return f"the content {self.sha256}{of} {says[self.what]}"


def verify_files(work: UnitOfWork) -> Iterator[FileError]:
    """Every error in the stored files. Each content is read whole, once, however many rows name it."""
    blobs, errors_by_hash = work.platform.blobs, dict[str, Literal["missing", "changed"] | None]()
    for file_id, sha256 in work.session.execute(select(StoredFile.id, StoredFile.sha256).order_by(StoredFile.sha256)):
        if sha256 not in errors_by_hash:
            errors_by_hash[sha256] = _error_of(blobs, sha256)
        error = errors_by_hash[sha256]
        if error is not None:
            yield FileError(error, sha256, file_id)
    yield from _orphans(work)


def sweep_orphans(work: UnitOfWork) -> int:
    """Delete the contents that no row names and that are older than a day; returns how many were deleted (T37).

    Row and age are asked again for each content when it is deleted: the same content uploaded meanwhile stays.
    """
    platform, count = work.platform, 0
    for orphan in list(_orphans(work)):
        with platform.database.reading() as session:  # of its own: rows written since the list was read count
            named = _named(session, orphan.sha256)
        if not named and platform.blobs.delete_if_older(orphan.sha256, work.now - MIN_ORPHAN_AGE):
            count += 1
    platform.blobs.tidy()
    return count


def _orphans(work: UnitOfWork) -> Iterator[FileError]:
    for entry in work.platform.blobs.list():
        if entry.modified < work.now - MIN_ORPHAN_AGE and not _named(work.session, entry.sha256):
            yield FileError("orphan", entry.sha256)


def _named(session: Session, sha256: str) -> bool:
    """Whether a row names a content: a file, the PDF of one, or the picture of one of its pages."""
    columns = (StoredFile.sha256, PagedDocument.pdf_sha256, PagePicture.sha256)
    query = union_all(*(select(column).where(column == sha256) for column in columns))
    return session.scalar(query.limit(1)) is not None


def _error_of(blobs: BlobStore, sha256: str) -> Literal["missing", "changed"] | None:
    digest = hashlib.sha256()
    try:
        with blobs.open(sha256) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except NotFound:
        return "missing"
    return None if digest.hexdigest() == sha256 else "changed"
