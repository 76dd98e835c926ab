"""The history tab of a dossier: what happened, grouped by day, filtered, with the mails that went out about it (D3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from formengine.services.access.enforcement import has_permission
from formengine.services.case.outside_names import expect_contacts
from formengine.services.case.timeline import TimelineEntry, visible_history
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.development_marks import MARKED_KINDS, development_marks
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import DevelopmentMark
from formengine.storage.models.mails import Mail

PAGE_SIZE: Final = 100
"""The number of entries on one page."""
FILTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "steps": ("submitted", "step", "answers", "claimed", "released", "escalated", "child_opened", "child_step", "part"),
    "decisions": (
        *(
            "round_opened",
            "round_closed",
            "round_void",
            "decided",
            "signed",
            "declined",
            "acknowledged",
            "asked",
            "excused",
            "tie",
        ),
        *("delegated", "nobody", "reminded", "late", "approver_added", "approver_removed", "seat_corrected"),
        *("seat_replaced", "forward_asked", "seat_forwarded", "forward_refused", "copy_added", "link_sent"),
        *("document_opened", "document_downloaded", "document_read", "question_asked", "question_answered"),
    ),
    "talk": ("note", "note_edited", "attached", "document", "cleaned", "attachment_withdrawn"),
    "deadlines": ("deadline_reminded", "deadline_missed", "extended", "escalated", "priority"),
}
"""By the id of a filter, the kinds of entries that it shows; what is in none is shown without a filter."""
VOTES: Final = ("decided", "signed", "declined", "acknowledged")
"""The kinds of entries with which somebody may close a round."""
OUTCOMES: Final = ("approved", "rejected", "signed", "declined", "acknowledged")
"""The steps that the end of a round takes by itself."""
_WENT_OUT: Final = ("sent", "waiting", "retrying", "failed")
"""The states of a mail that was to leave at once: one that was kept for a digest or withdrawn is not told of."""


@dataclass(frozen=True)
class HistoryItem:
    """An entry, and the names of those to whom a mail about it went out; only the legal team is told these."""

    entry: TimelineEntry
    mailed: tuple[str, ...]
    may_mark: bool = False
    """Whether the reader may mark it as an important development, or unmark it (D7)."""
    words_needed: bool = False
    """Whether that needs words of their own, because the client does not see the entry."""
    mark: DevelopmentMark | None = None
    consequences: tuple[HistoryItem, ...] = ()
    """What followed from a vote at once, oldest first: the end of its round and a step. Shown folded beneath it."""


@dataclass(frozen=True)
class HistoryDay:
    """The entries of one day by the reader's clock, in the order of the page."""

    day: date
    items: list[HistoryItem]


@dataclass(frozen=True)
class HistoryPage:
    """A page of the history, day by day; `more` is the number of its last entry where others follow."""

    days: list[HistoryDay]
    more: int | None


def history_page(
    work: UnitOfWork, dossier: Dossier, after: int = 0, show: str = "", *, newest_first: bool = True
) -> HistoryPage:
    """A page of what the actor may see, after an entry in this order; `show` is a key of `FILTERS`, anything else shows
    all. Raises NotFound for a dossier that they may not read.
    """
    entries = visible_history(work, dossier, after, PAGE_SIZE + 1, FILTERS.get(show), newest_first=newest_first)
    shown = entries[:PAGE_SIZE]
    mailed = _mailed(work, dossier) if shown and has_permission(work, "dossier.read_internal", dossier) else {}
    zone = ZoneInfo(work.zone)
    may_mark, marks = has_permission(work, "dossier.share", dossier), development_marks(work, dossier)
    items = [
        HistoryItem(
            entry,
            mailed.get(entry.number, ()),
            may_mark and entry.kind in MARKED_KINDS,
            not entry.for_client,
            marks.get(entry.number),
        )
        for entry in shown
    ]
    days = groupby(_with_consequences(items), key=lambda item: item.entry.at.astimezone(zone).date())
    more = shown[-1].number if len(entries) > PAGE_SIZE else None
    return HistoryPage([HistoryDay(day, list(of_day)) for day, of_day in days], more)


def _with_consequences(items: Sequence[HistoryItem]) -> list[HistoryItem]:
    """The entries of a page in their order, but a vote or signature that closed its round and so led to another state
    as one, with these two folded beneath: whoever reads it has seen one thing happen. One that is marked as important
    stays by itself.
    """
    merged: list[HistoryItem] = []
    for item in items:
        merged.append(item)
        if (event := _single_event(merged[-3:])) is not None:
            merged[-3:] = [event]
    return merged


def _single_event(items: Sequence[HistoryItem]) -> HistoryItem | None:
    """The vote of three entries that are a vote, the end of its round and the step that followed at the same moment,
    with the states of the step and whoever was mailed about any of them; None where they are not.
    """
    if len(items) != 3 or any(item.mark for item in items):
        return None
    vote, closed, step = sorted(items, key=lambda item: item.entry.number)
    kinds = (vote.entry.kind in VOTES, closed.entry.kind, step.entry.kind)
    moments = {(item.entry.at, item.entry.by_id) for item in items}
    if kinds != (True, "round_closed", "step") or step.entry.transition not in OUTCOMES or len(moments) != 1:
        return None
    entry = replace(vote.entry, before=step.entry.before, after=step.entry.after)
    mailed = _unique((*vote.mailed, *closed.mailed, *step.mailed))
    return replace(vote, entry=entry, mailed=mailed, consequences=(closed, step))


def _mailed(work: UnitOfWork, dossier: Dossier) -> dict[int, tuple[str, ...]]:
    """By the number of an entry, the names of those to whom a mail about it went out."""
    query = select(Mail.message_id, Mail.person_id, Mail.to).where(
        Mail.dossier_id == dossier.id, Mail.state.in_(_WENT_OUT)
    )
    rows = list(work.session.execute(query.order_by(Mail.id)))
    known_people(work).expect_ids(person for _id, person, _to in rows)
    if any(person is None for _id, person, _to in rows):
        expect_contacts(work, dossier)
    mailed: dict[int, list[str]] = {}
    for message_id, person, to in rows:
        number = entry_of(message_id)
        if number is not None:
            mailed.setdefault(number, []).append(person_name(work, person or to))
    return {number: _unique(names) for number, names in mailed.items()}


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def entry_of(message_id: str) -> int | None:
    """The number of the history entry that a mail is about; None for one that is about no entry.

    >>> entry_of("<note.CTR-2026-0042.7.a813d5642c0c2fea@portal.example.com>")
    7
    """
    parts = message_id.split(".")
    return int(parts[2]) if len(parts) > 3 and parts[2].isdecimal() else None
