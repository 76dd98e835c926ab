"""Content of a dossier's history erased as the law may ask, with the notes that it tells of (T45, O6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select

from formengine.services.case.repository import get_dossier
from formengine.services.case.search_documents import replace_note_words
from formengine.services.core.audit_log import erase_entries
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Note
from formengine.storage.models.history import HistoryEntry


@dataclass(frozen=True)
class Erasure:
    """What was erased: the content of the entries with these numbers, which `entry` names (None where all of it was
    gone before), and the texts of so many notes.
    """

    numbers: list[int]
    entry: int | None
    notes: int


def erase_content(work: UnitOfWork, reference: str, numbers: Collection[int]) -> Erasure:
    """Erase the content of entries of a dossier's history, and the text of each note that one of them tells of; its
    files stay. Raises as `erase_entries`.
    """
    dossier = get_dossier(work, reference, lock=True)
    entry = erase_entries(work, dossier, numbers)
    notes = _notes_told_of(work, dossier, numbers)
    for note in notes:
        note.text = ""
    if notes:
        work.session.flush()
        replace_note_words(work, dossier)
    return Erasure(entry.payload["entries"] if entry else [], entry.number if entry else None, len(notes))


def _notes_told_of(work: UnitOfWork, dossier: Dossier, numbers: Collection[int]) -> list[Note]:
    """The notes with a text that entries tell of, by author and time: of an entry that was erased these are left."""
    told = and_(HistoryEntry.dossier_id == Note.dossier_id, HistoryEntry.by == Note.written_by)
    query = (
        select(Note)
        .join(HistoryEntry, and_(told, HistoryEntry.at == Note.written_at))
        .where(Note.dossier_id == dossier.id, Note.text != "", HistoryEntry.kind == "note")
        .where(HistoryEntry.number.in_(sorted(numbers)))
    )
    return list(work.session.scalars(query))
