"""The developments of a dossier: what its client is to know of, in time order (P17, D7).

Steps that clients can see and signatures are developments by themselves; counsel marks others as important, in words of
their own where they want. Of an entry that the client does not see, these words are all that the client reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, or_, select

from formengine.services.case.child_names import ChildNames, child_names
from formengine.services.case.timeline import (
    TimelineEntry,
    changes_for_client,
    describe_entry,
    expect_people_of,
    is_for_reader,
)
from formengine.services.core.audit_log import ERASED_PAYLOAD
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import DevelopmentMark, HistoryEntry
from formengine.workflow.definition.model import Workflow

DEVELOPMENT_KINDS: Final = ("submitted", "step", "signed", "declined", "handed_over")
"""Kinds of entries that are developments by themselves; a step only where clients can see it."""
_HISTORY: Final = HistoryEntry.__table__.c
_MARK: Final = DevelopmentMark.__table__.c
_ENTRIES: Final = (
    select(*_HISTORY, _MARK.text.label("mark_text"), _MARK.marked_by)
    .select_from(HistoryEntry)
    .outerjoin(DevelopmentMark, and_(_MARK.dossier_id == _HISTORY.dossier_id, _MARK.entry == _HISTORY.number))
    .where(
        _HISTORY.dossier_id == bindparam("dossier"),
        or_(_HISTORY.kind.in_(DEVELOPMENT_KINDS), _MARK.entry.is_not(None)),
    )
    .order_by(_MARK.entry.is_(None), _HISTORY.number.desc())
    .limit(200)
)
"""Those marked first, so that none is cut off."""


@dataclass(frozen=True)
class Development:
    """A development that matters to the client, with the comment that was written with it; `state` is the title of the
    state that it led to, "" where it stayed in the same. `by` is "" where the text names whoever did it.
    """

    entry: int
    """The number of its entry in the history."""
    at: datetime
    by: str
    text: str
    comment: str | None
    state: str = ""
    important: bool = False
    """Whether counsel marked it."""
    about: str = ""
    """The sentence of the history, where `text` is counsel's own words and the reader may see what they are about."""
    page: str = ""
    """Where to read it, from the address of the dossier on (`?tab=notes#note-5`); "" for nowhere."""


def developments(work: UnitOfWork, dossier: Dossier, limit: int = 12) -> list[Development]:
    """The developments that matter to the client, the newest first: all that counsel marked, and at most `limit` of the
    others.
    """
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    rows: Iterable[Any] = work.session.execute(_ENTRIES, {"dossier": dossier.id})
    entries, others = [], 0
    for row in rows:
        marked = row.marked_by is not None and row.payload != ERASED_PAYLOAD
        if marked or (others < limit and _matters(workflow, row)):
            others += not marked
            entries.append(row)
    expect_people_of(work, dossier, entries)
    known_people(work).expect_ids(row.marked_by for row in entries)
    names = child_names(work, workflow, dossier, entries)
    return [_development(work, workflow, row, names) for row in sorted(entries, key=lambda row: -row.number)]


def _development(work: UnitOfWork, workflow: Workflow, row: Any, names: ChildNames) -> Development:
    """A row as its reader may read it."""
    entry = describe_entry(work, workflow, row, names)
    if row.marked_by is None:
        return _as_told(entry)
    if not row.mark_text:
        return _as_told(entry, important=True)
    by = person_name(work, row.marked_by)
    if not is_for_reader(work, workflow, row):
        return Development(entry.number, entry.at, by, row.mark_text, None, important=True)
    about, state = entry.told or entry.text, _state_after(entry)
    return Development(entry.number, entry.at, by, row.mark_text, entry.comment, state, True, about, entry.page)


def _as_told(entry: TimelineEntry, *, important: bool = False) -> Development:
    by, text = ("", entry.told) if entry.told else (entry.by, entry.text)
    return Development(entry.number, entry.at, by, text, entry.comment, _state_after(entry), important, page=entry.page)


def _state_after(entry: TimelineEntry) -> str:
    """The state that an entry led to, where its own sentence does not say it."""
    return entry.after if entry.after and entry.after != entry.before and not entry.names_state else ""


def _matters(workflow: Workflow, entry: Any) -> bool:
    if entry.kind not in DEVELOPMENT_KINDS:
        return False
    return bool(entry.kind != "step" or entry.visible_to_client or changes_for_client(workflow, entry))
