"""Verification of votes and signatures: the rows of seats say what the history recorded of them (T41, S6).

The entry of a vote names its seats, each with status, time, and hashes of comment and evidence. Entries that were
written before they did so are compared by person, status, time and comment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from formengine.services.core.audit_log import ERASED_PAYLOAD, ChainFault
from formengine.storage.hash_chain import format_moment, hash_json
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Round, Seat

VOTE_KINDS: Final = ("decided", "signed", "declined")
"""Kinds of entries that record a vote."""
VOTED: Final = ("approved", "rejected", "signed", "declined")
"""Statuses of a seat that somebody has voted on."""
_BATCH: Final = 200
"""Dossiers whose seats and entries are read together."""


def seat_record(seat: Any) -> dict[str, object]:
    """What the history keeps of a seat after a vote; `seat` is a row, or the engine's seat."""
    return {
        "status": seat.status,
        "at": format_moment(seat.at) if seat.at else None,
        "comment": hash_json(seat.comment),
        "evidence": hash_json(dict(seat.evidence or {})),
    }


def verify_votes(session: Session) -> Iterator[ChainFault]:
    """Every seat whose row differs from the history: a vote that was edited, added or taken away."""
    ids = session.scalars(select(Round.dossier_id).distinct().order_by(Round.dossier_id)).all()
    for start in range(0, len(ids), _BATCH):
        dossier_ids = ids[start : start + _BATCH]
        entries = _entries_of(session, dossier_ids)
        query = (
            select(Dossier.id, Dossier.reference, Round.definition, Round.number, Seat)
            .join(Round, Round.dossier_id == Dossier.id)
            .join(Seat, Seat.round_id == Round.id)
            .where(Dossier.id.in_(dossier_ids))
            .order_by(Dossier.id, Seat.id)
        )
        for dossier_id, rows in groupby(session.execute(query), key=lambda row: row[0]):
            yield from _verify_dossier(list(rows), entries[dossier_id])


def _entries_of(session: Session, dossier_ids: Iterable[int]) -> Mapping[int, list[HistoryEntry]]:
    """The entries of votes by dossier, oldest first."""
    query = select(HistoryEntry).where(HistoryEntry.dossier_id.in_(dossier_ids), HistoryEntry.kind.in_(VOTE_KINDS))
    by_dossier: dict[int, list[HistoryEntry]] = defaultdict(list)
    for entry in session.scalars(query.order_by(HistoryEntry.number)):
        by_dossier[entry.dossier_id or 0].append(entry)
    return by_dossier


def _verify_dossier(rows: list[Row[int, str, str, int, Seat]], entries: list[HistoryEntry]) -> Iterator[ChainFault]:
    recorded = {
        int(seat_id): (entry.number, record)
        for entry in entries
        for seat_id, record in entry.payload.get("seats", {}).items()
    }
    unnamed = [entry for entry in entries if "seats" not in entry.payload]
    for _id, reference, definition, number, seat in rows:
        if seat.id in recorded:
            at, record = recorded.pop(seat.id)
            changed = sorted(name for name, value in seat_record(seat).items() if record.get(name) != value)
            if changed:
                yield ChainFault(reference, at, f"the vote on seat {seat.id} was changed: {', '.join(changed)}")
        elif seat.status in VOTED and not any(_records(entry, seat, definition, number) for entry in unnamed):
            yield ChainFault(reference, 1, f"seat {seat.id} is {seat.status}, and no entry of the history says so")
    for seat_id, (at, _record) in recorded.items():
        yield ChainFault(rows[0][1], at, f"the row of seat {seat_id}, which voted, is missing")


def _records(entry: HistoryEntry, seat: Seat, definition: str, number: int) -> bool:
    """Whether an entry that names no seats may be that of this seat's vote."""
    if entry.payload == ERASED_PAYLOAD:
        return True
    data = entry.payload.get("data", {})
    status = data.get("decision", entry.kind)
    return (entry.by, data.get("rule"), data.get("number")) == (seat.person, definition, number) and (
        status,
        entry.payload.get("comment"),
        entry.at,
    ) == (seat.status, seat.comment, seat.at)
