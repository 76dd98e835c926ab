"""The files of a dossier with their versions, as a reader sees them, and the files of a ZIP archive of them (D6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formengine.file_names import distinct_names
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachment_changes import version_reasons, withdrawal_reasons
from formengine.services.dossiers.attachments import AttachmentView, attachment_rows, attachment_view
from formengine.services.dossiers.documents import documents
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, StoredFile


@dataclass(frozen=True)
class FileSeries:
    """A file: its newest version that the reader may see, the earlier ones, and what they may do with the newest."""

    newest: AttachmentView
    earlier: list[AttachmentView]
    may_add_version: bool
    may_withdraw: bool


@dataclass(frozen=True)
class ArchivedFile:
    """A file in an archive: its path there, the hash of its content, its size, and when it was added."""

    path: str
    sha256: str
    size: int
    at: datetime


def file_series(work: UnitOfWork, dossier: Dossier) -> list[FileSeries]:
    """The attachments that the actor may see, by file, the newest first."""
    may_attach = has_permission(work, "dossier.attach", dossier)
    series: dict[int, list[Attachment]] = {}
    for row in attachment_rows(work, dossier):
        series.setdefault(row.series or row.id, []).append(row)
    shown = []
    for rows in series.values():
        newest, *earlier = sorted(rows, key=lambda row: row.number, reverse=True)
        may_add = may_attach and not version_reasons(work, newest)
        may_withdraw = may_attach and not withdrawal_reasons(work, dossier, newest)
        views = [attachment_view(work, row) for row in earlier]
        shown.append(FileSeries(attachment_view(work, newest), views, may_add, may_withdraw))
    return shown


def files_to_archive(work: UnitOfWork, dossier: Dossier) -> list[ArchivedFile]:
    """The newest version of each attachment and document that the actor may open, each under a name of its own."""
    files: list[tuple[str, StoredFile, datetime]] = []
    for document in documents(work, dossier):
        for version in document.versions[:1]:
            files.append((say(work.language, "Documents"), version.file, version.made_at))
    seen: set[int] = set()
    for row in attachment_rows(work, dossier):
        if row.withdrawn_at is None and (row.series or row.id) not in seen:
            seen.add(row.series or row.id)
            files.append((say(work.language, "Attachments"), row.file, row.added_at))
    return [
        ArchivedFile(path, file.sha256, file.size, at)
        for path, (_folder, file, at) in zip(_paths(files), files, strict=True)
    ]


def _paths(files: Iterable[tuple[str, StoredFile, datetime]]) -> list[str]:
    """The path of each file in the archive, without characters that some systems do not take."""
    names = [(folder, re.sub(r'[\\/:*?"<>|]', "_", file.name).rstrip(". ") or "file") for folder, file, _at in files]
    return distinct_names(f"{folder}/{name}" for folder, name in names)
