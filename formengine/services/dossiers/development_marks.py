"""Marking an entry of a dossier's history as an important development, which its client reads (D7)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.case.repository import get_dossier
from formengine.services.case.timeline import is_for_client
from formengine.services.core.audit_log import ERASED_PAYLOAD, append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import DevelopmentMark, HistoryEntry

MAX_WORDS: Final = 500
MARKED_KINDS: Final = frozenset(
    (
        *("submitted", "step", "answers", "part", "claimed", "escalated", "rated"),
        *("note", "attached", "attachment_version", "document"),
        *("round_opened", "round_closed", "decided", "signed", "declined", "acknowledged"),
        *("deadline_missed", "extended", "priority", "child_opened", "child_step", "child_changed"),
        *("child_dossier_opened",),
    )
)
"""The kinds of entries that can be marked: what happened to the matter itself, not how the portal was used for it."""


def development_marks(work: UnitOfWork, dossier: Dossier) -> dict[int, DevelopmentMark]:
    """The marks of a dossier by the numbers of their entries; none for somebody who may not mark."""
    if not has_permission(work, "dossier.share", dossier):
        return {}
    marks = select(DevelopmentMark).where(DevelopmentMark.dossier_id == dossier.id)
    return {mark.entry: mark for mark in work.session.scalars(marks)}


def mark_development(work: UnitOfWork, reference: str, number: int, words: str = "") -> DevelopmentMark:
    """Mark an entry as an important development, or change the words of one that is; the same again changes nothing.

    `words` is what the client reads in the place of the history's sentence; of an entry that the client does not see
    they are all that the client reads, and needed. Raises NotFound for an unknown entry and one that cannot be marked,
    Refused without `dossier.share` or the words needed, and Invalid for words that are too long.
    """
    dossier = get_dossier(work, reference, lock=True, permission="dossier.share")
    entry = _entry(work, dossier, number)
    text = " ".join(words.split())
    if len(text) > MAX_WORDS:
        message = say(work.language, "Write at most {n} characters.", n=MAX_WORDS)
        raise Invalid([FieldError("/text", "text", "maxLength", message)])
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    if not text and not is_for_client(workflow, entry):
        sentence = "The client does not see this entry: say in your own words what they should read."
        raise Refused([say(work.language, sentence)], about="text")
    mark = work.session.get(DevelopmentMark, (dossier.id, number))
    if mark is not None and mark.text == text:
        return mark
    if mark is None:
        mark = DevelopmentMark(dossier_id=dossier.id, entry=number)
        work.session.add(mark)
    mark.text, mark.marked_at, mark.marked_by = text, work.now, work.person.id
    append_entry(work, "development_marked", {"entry": number, "comment": text or None}, dossier)
    work.session.flush()  # `developments` reads the tables themselves
    return mark


def unmark_development(work: UnitOfWork, reference: str, number: int) -> None:
    """Take an entry from the important developments; one that is none stays as it is. Raises as `mark_development`."""
    dossier = get_dossier(work, reference, lock=True, permission="dossier.share")
    _entry(work, dossier, number)
    mark = work.session.get(DevelopmentMark, (dossier.id, number))
    if mark is not None:
        work.session.delete(mark)
        append_entry(work, "development_unmarked", {"entry": number}, dossier)
        work.session.flush()


def _entry(work: UnitOfWork, dossier: Dossier, number: int) -> HistoryEntry:
    require_permission(work, "dossier.share", dossier)
    query = select(HistoryEntry).where(HistoryEntry.dossier_id == dossier.id, HistoryEntry.number == number)
    entry = work.session.scalar(query)
    if entry is None or entry.kind not in MARKED_KINDS or entry.payload == ERASED_PAYLOAD:
        raise NotFound(f"no entry {number} to mark")
    return entry
