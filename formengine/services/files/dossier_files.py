"""Files of answers and fields become part of a dossier (F12, T38)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.quotas import require_dossier_space
from formengine.services.files.uploads import assign_to_dossier, resolve_files
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile


@dataclass(frozen=True)
class TakenFiles:
    """Data whose files are as they are stored; the rows of all `files` in it, and of those `added` to the dossier."""

    data: dict[str, Any]
    files: list[StoredFile]
    added: list[StoredFile]


def take_files(
    work: UnitOfWork, dossier: Dossier, references: Iterable[tuple[str, dict[str, Any]]], data: Mapping[str, Any]
) -> TakenFiles:
    """Make the files in validated data part of a dossier; `references` are those of the data (`Form.files`).

    Raises Invalid for a file that the actor may not use, and QuotaExceeded where the dossier may not hold them.
    """
    resolved, files = resolve_files(work, references, data)
    require_dossier_space(work, dossier, files)
    added = [stored for stored in files if stored.dossier_id is None]
    assign_to_dossier(dossier, files)
    return TakenFiles(resolved, files, added)
