"""Uploaded files: stored durably before the row that names them, and kept when their post fails.

The row of an upload is written in the transaction of its post. When that is rolled back (a form shown again with its
errors), the rows are written after all, in a short transaction of their own, so that nobody has to choose a file twice.
An upload that never becomes part of a dossier is deleted after a day.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any, BinaryIO, Final

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session, SessionTransaction

from formengine import json_pointer
from formengine.documents import sniff
from formengine.errors import ContentLost, DocumentRefused, Invalid, NotFound
from formengine.forms import FieldError, Upload
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.accepted_types import require_accepted
from formengine.services.files.quotas import UPLOADED, require_space
from formengine.services.people.displayed_names import is_readable
from formengine.storage.blobs.verification import verified
from formengine.storage.database import expect_unchanged
from formengine.storage.models.base import new_id
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, DocumentVersion, StoredFile

log = logging.getLogger(__name__)

SNIFFED_BYTES: Final = 1024 * 1024
"""How many bytes of a file are read to find its type."""
UNUSED_UPLOAD_LIFETIME: Final = timedelta(days=1)
"""How long an upload that belongs to no dossier is kept."""
FILE_ID_LENGTH: Final = 32


class FileStore:
    """The `files` of a form (`formengine.forms.Files`): stores the uploads of one actor, and finds files that the actor
    may use.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def save(self, upload: Upload) -> dict[str, Any]:
        """Store an upload; its type is found from its content. Raises DocumentRefused as `store_upload` does."""
        return file_value(store_upload(self._work, upload))

    def get(self, file_id: str) -> dict[str, Any] | None:
        """A file that the actor uploaded, or that is on a dossier which they may read; None for any other."""
        row = find_file(self._work, str(file_id)) if len(str(file_id)) <= FILE_ID_LENGTH else None
        return file_value(row) if row is not None and may_use_file(self._work, row) else None


def find_file(work: UnitOfWork, file_id: str) -> StoredFile | None:
    """A stored file, or one whose row is not written yet; writes nothing, so that reading a form with uploads does not
    take the write lock.
    """
    added = (row for row in work.session.new if isinstance(row, StoredFile) and row.id == file_id)
    row = next(added, None)
    if row is None:
        with work.session.no_autoflush:
            row = work.session.get(StoredFile, file_id)
    return row


def file_value(row: StoredFile) -> dict[str, Any]:
    """A file as it stands in answers (`formengine:file`)."""
    return {"id": row.id, "name": row.name, "size": row.size, "type": row.type, "sha256": row.sha256}


def may_use_file(work: UnitOfWork, row: StoredFile) -> bool:
    """Whether the actor uploaded a file, or may see it on its dossier: as an attachment, or as a version of a document.

    Attachments that the client does not see or that were withdrawn, and files of steps, are only for readers of
    internal content.
    """
    if row.dossier_id is None:
        return row.stored_by == work.actor_id
    dossier = work.session.get_one(Dossier, row.dossier_id)
    if not has_permission(work, "dossier.read", dossier):
        return False
    if has_permission(work, "dossier.read_internal", dossier):
        return True
    attached = select(Attachment.id).where(Attachment.file_id == row.id)
    withdrawn = attached.where(Attachment.withdrawn_at.is_not(None)).exists()
    shown = attached.where(Attachment.internal.is_(False)).exists()
    if row.stored_by == work.actor_id:
        return not work.session.scalar(select(withdrawn))
    drafted = select(DocumentVersion.id).where(DocumentVersion.file_id == row.id).exists()
    return bool(work.session.scalar(select((shown | drafted) & ~withdrawn)))


def readable_file(work: UnitOfWork, file_id: str) -> StoredFile:
    """A file on a dossier by its id, for an actor who may see it there; raises NotFound otherwise."""
    row = work.session.get(StoredFile, file_id) if len(file_id) == FILE_ID_LENGTH else None
    if row is None or row.dossier_id is None or not may_use_file(work, row):
        raise NotFound(f"no file {file_id[:FILE_ID_LENGTH]}")
    return row


def dossier_of_file(work: UnitOfWork, file: StoredFile) -> Dossier:
    """The dossier that a file is on, as `readable_file` gives it."""
    return work.session.get_one(Dossier, file.dossier_id)


def store_upload(work: UnitOfWork, upload: Upload, dossier: Dossier | None = None) -> StoredFile:
    """Store the content of an upload, and add its row to the session.

    Raises DocumentRefused, before anything is stored, for a file that is empty, too large or of a type that is not
    accepted, and QuotaExceeded when its sender, or the `dossier` that it is for, stores too much.
    """
    stream: BinaryIO = upload.file
    head = stream.read(SNIFFED_BYTES)
    if head.startswith(b"PK"):
        head += stream.read(work.platform.settings.max_file)  # the table of a ZIP container is at its end
    size = stream.seek(0, 2)
    stream.seek(0)
    name = clean_name(upload.name)
    limit = work.platform.settings.max_file
    if size == 0:
        raise DocumentRefused(say(work.language, "“{name}” is empty.", name=name))
    if size > limit:
        mega = limit // (1024 * 1024)
        raise DocumentRefused(
            say(work.language, "{name} is larger than {limit} MB; choose a smaller file.", name=name, limit=mega)
        )
    content_type = sniff(head, name)
    require_accepted(work, name, content_type)
    require_space(work, name, size, dossier)
    stored = work.platform.blobs.put(stream)
    row = StoredFile(
        id=new_id(),
        sha256=stored.sha256,
        name=name,
        type=content_type,
        size=stored.size,
        stored_at=work.now,
        stored_by=work.actor_id,
    )
    work.session.add(row)
    _keep_when_rolled_back(work, row)
    return row


def store_uploads(work: UnitOfWork, uploads: Iterable[Upload], dossier: Dossier) -> list[StoredFile]:
    """Store the contents of several uploads for a dossier, as `store_upload` does.

    Call it before anything of the dossier is locked: the storage may be slow, and others would wait for it.
    """
    return [store_upload(work, upload, dossier) for upload in uploads]


def clean_name(name: str) -> str:
    """The file's own name: without folders and control characters, in any script, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in last if is_readable(char)).strip()
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:180]}.{suffix[:19]}" if dot and len(plain) > 200 else plain[:200] or "file"


def open_file(work: UnitOfWork, row: StoredFile) -> BinaryIO:
    """The content of a file, to be read and closed by the caller.

    Raises ContentLost when the store has lost it, or holds something else in its place, and StorageUnavailable when the
    store cannot be reached.
    """
    return open_content(work.platform, row.sha256)


def open_content(platform: Platform, sha256: str) -> BinaryIO:
    """The content that a row names by its hash; raises as `open_file` does."""
    try:
        content = verified(platform.blobs.open(sha256), sha256)
    except NotFound:
        raise ContentLost(
            f"the content {sha256} is not in the store; formengine files verify lists its files"
        ) from None
    if content is None:
        log.error("the content %s was changed in the store: it is given to nobody", sha256)
        raise ContentLost(f"the content {sha256} was changed in the store; formengine files verify lists its files")
    return content


def resolve_files(
    work: UnitOfWork,
    references: Iterable[tuple[str, dict[str, Any]]],
    data: Mapping[str, Any],
    *,
    may_use: Callable[[StoredFile], bool] | None = None,
) -> tuple[dict[str, Any], list[StoredFile]]:
    """Validated data in which each file reference is replaced by the file as it is stored, and the rows of those files.

    `references` are the file references in the data (`Form.files`). Only the id of a reference counts. `may_use` says
    whether the actor may use a file, by default `may_use_file`. Raises Invalid for a file that does not exist or that
    the actor may not use; the message is the same for both.
    """
    resolved, rows, errors = deepcopy(dict(data)), [], []
    ids = _file_ids(references)
    files = _lock_files(work, ids.values())
    for pointer, file_id in ids.items():
        row = files.get(file_id)
        if row is None or not (may_use(row) if may_use is not None else may_use_file(work, row)):
            message = say(work.language, "This file is no longer there; choose it again.")
            errors.append(FieldError(pointer, None, "file", message))
            continue
        rows.append(row)
        _put(resolved, pointer, file_value(row))
    if errors:
        raise Invalid(errors)
    return resolved, rows


def _file_ids(references: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, str]:
    """The ids of the files in answers, by the JSON Pointer of the reference."""
    return {pointer: str(reference.get("id"))[:FILE_ID_LENGTH] for pointer, reference in references}


def _lock_files(work: UnitOfWork, ids: Iterable[str]) -> dict[str, StoredFile]:
    """The rows of files by id; no other transaction can change their `dossier_id` before this one ends.

    PostgreSQL locks them, in one order; SQLite compares them when the write lock is taken. Those that this transaction
    adds may not be written yet, and are nobody else's.
    """
    wanted = set(ids)
    added = {row.id: row for row in work.session.new if isinstance(row, StoredFile) and row.id in wanted}
    unique_ids = sorted(wanted - added.keys())
    if not unique_ids:
        return added
    query = select(StoredFile).where(StoredFile.id.in_(unique_ids)).order_by(StoredFile.id)
    if not work.platform.database.is_sqlite:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    rows = {row.id: row for row in work.session.scalars(query)}
    for row in rows.values():
        if row.dossier_id is None:
            unused = select(StoredFile.id).where(StoredFile.id == row.id, StoredFile.dossier_id.is_(None))
            expect_unchanged(work.session, unused, row.id)
    return rows | added


def with_content_hashes(
    work: UnitOfWork, references: Iterable[tuple[str, dict[str, Any]]], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Data in which each file is reduced to name and content hash, so that the same file sent twice is equal."""
    hashed = deepcopy(dict(data))
    for pointer, file_id in _file_ids(references).items():
        row = work.session.get(StoredFile, file_id)
        if row is not None:
            _put(hashed, pointer, {"name": row.name, "sha256": row.sha256})
    return hashed


def _put(data: Any, pointer: str, value: object) -> None:
    *path, last = json_pointer.split(pointer)
    for part in path:
        data = data[int(part)] if isinstance(data, list) else data[part]
    data[int(last) if isinstance(data, list) else last] = value


def assign_to_dossier(dossier: Dossier, files: Iterable[StoredFile]) -> None:
    """Make files part of a dossier; a file that is part of another one stays there."""
    for row in files:
        if row.dossier_id is None:
            row.dossier_id = dossier.id


def _keep_when_rolled_back(work: UnitOfWork, row: StoredFile) -> None:
    if UPLOADED not in work.session.info:
        work.session.info[UPLOADED] = []
        event.listen(work.session, "after_transaction_end", lambda session, ended: _write_again(work, session, ended))
        event.listen(work.session, "after_commit", lambda session: session.info[UPLOADED].clear())
    columns = inspect(StoredFile).column_attrs.keys()
    work.session.info[UPLOADED].append({name: getattr(row, name) for name in columns} | {"dossier_id": None})


def _write_again(work: UnitOfWork, session: Session, ended: SessionTransaction) -> None:
    """Write the rows of uploads after a transaction that ended without a commit: by a rollback, or because the session
    closed.
    """
    if ended.parent is not None:
        return
    rows = list(session.info[UPLOADED])
    session.info[UPLOADED].clear()
    if rows:
        with work.platform.database.transaction() as separate_session:
            separate_session.add_all(StoredFile(**values) for values in rows)
