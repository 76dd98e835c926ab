"""Verification of votes and signatures: the rows of seats agree with the history (T41, S6).

The history entry of a vote names its seats, with status, time, and the hashes of comment, evidence and document; its
author and round are compared as well. Older entries, which do not name seats, are compared by person, round, status,
time and comment; entries whose content was erased, by person and time only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from formengine.services.core.audit_log import ERASED_PAYLOAD, ChainError
from formengine.storage.hash_chain import as_map, format_moment, hash_json
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Round, Seat
from formengine.workflow.engine.case import VOTED

VOTE_KINDS: Final = ("decided", "signed", "declined", "acknowledged")
"""Kinds of entries that record a vote."""
_BATCH: Final = 200
"""Dossiers whose seats and entries are read together."""


class SeatRow(NamedTuple):
    """A seat with the reference of its dossier, and the definition and number of its round."""

    reference: str
    definition: str
    number: int
    seat: Seat


def seat_record(seat: Any) -> dict[str, object]:
    """The part of a voted seat that the history stores; `seat` is a row or the engine's seat."""
    hashes = _document_hashes(seat)
    return {
        "status": seat.status,
        "at": format_moment(seat.at) if seat.at else None,
        "comment": hash_json(seat.comment),
        "evidence": hash_json(seat.evidence or {}),
        "document": next(iter(hashes.values())) if len(hashes) == 1 else None,
        "documents": hashes,
        "fields": hash_json(as_map(seat.data).get("fields", {}) if isinstance(seat, Seat) else seat.fields),
    }


def _document_hashes(seat: Any) -> Mapping[str, str]:
    """The hashes of what was voted on, by document; of rows from before a round could be about several, under ""."""
    if not isinstance(seat, Seat):
        return as_map(seat.document_hashes)
    data = as_map(seat.data)
    earlier = data.get("document_sha256")
    return as_map(data.get("document_hashes")) or ({"": earlier} if earlier else {})


def verify_votes(session: Session) -> Iterator[ChainError]:
    """Every seat whose row differs from the history: a vote that was edited, moved, added or removed.

    PostgreSQL reads entries and seats at two moments, between which somebody may vote. Where they differ, both are read
    again, and only what differs both times is reported.
    """
    dossiers = select(Round.dossier_id)
    voted = select(HistoryEntry.dossier_id).where(HistoryEntry.kind.in_(VOTE_KINDS))
    query = select(Dossier.id).where(or_(Dossier.id.in_(dossiers), Dossier.id.in_(voted))).order_by(Dossier.id)
    ids = session.scalars(query).all()
    for start in range(0, len(ids), _BATCH):
        errors = differences_of(session, ids[start : start + _BATCH])
        if errors:
            again = set(differences_of(session, ids[start : start + _BATCH]))
            yield from (error for error in errors if error in again)


def differences_of(session: Session, dossier_ids: Iterable[int]) -> list[ChainError]:
    """The votes of some dossiers that differ from the history at this moment."""
    entries, rows = _entries_of(session, dossier_ids), _rows_of(session, dossier_ids)
    by_id = sorted(entries.keys() | rows.keys())
    return [error for dossier in by_id for error in _verify_dossier(rows.get(dossier, []), entries.get(dossier, []))]


def _entries_of(session: Session, dossier_ids: Iterable[int]) -> Mapping[int, list[HistoryEntry]]:
    """The history entries of votes by dossier, oldest first."""
    query = (
        select(HistoryEntry)
        .where(HistoryEntry.dossier_id.in_(dossier_ids), HistoryEntry.kind.in_(VOTE_KINDS))
        .order_by(HistoryEntry.number)
        .execution_options(populate_existing=True)
    )
    by_dossier: dict[int, list[HistoryEntry]] = defaultdict(list)
    for entry in session.scalars(query):
        by_dossier[entry.dossier_id or 0].append(entry)
    return by_dossier


def _rows_of(session: Session, dossier_ids: Iterable[int]) -> Mapping[int, list[SeatRow]]:
    """The seats by dossier, each with the reference of its dossier, and definition and number of its round."""
    query = (
        select(Dossier.id, Dossier.reference, Round.definition, Round.number, Seat)
        .join(Round, Round.dossier_id == Dossier.id)
        .join(Seat, Seat.round_id == Round.id)
        .where(Dossier.id.in_(dossier_ids))
        .order_by(Dossier.id, Seat.id)
        .execution_options(populate_existing=True)
    )
    by_dossier: dict[int, list[SeatRow]] = defaultdict(list)
    for dossier_id, reference, definition, number, seat in session.execute(query):
        by_dossier[dossier_id].append(SeatRow(reference, definition, number, seat))
    return by_dossier


def _verify_dossier(rows: list[SeatRow], entries: list[HistoryEntry]) -> Iterator[ChainError]:
    recorded = {
        seat_id: (entry, as_map(record)) for entry in entries for seat_id, record in _part(entry, "seats").items()
    }
    unnamed = [row for row in rows if str(row.seat.id) not in recorded and row.seat.status in VOTED]
    for row in rows:
        if str(row.seat.id) in recorded:
            entry, record = recorded.pop(str(row.seat.id))
            changed = _changes(row, entry, record)
            if changed:
                problem = f"the vote on seat {row.seat.id} was changed: {', '.join(changed)}"
                yield ChainError(row.reference, entry.number, problem)
    for seat_id, (entry, _record) in recorded.items():
        yield ChainError(entry.chain, entry.number, f"the row of seat {seat_id}, which voted, is missing")
    yield from _verify_unnamed(unnamed, [entry for entry in entries if not _part(entry, "seats")])


def _changes(row: SeatRow, entry: HistoryEntry, record: Mapping[str, object]) -> list[str]:
    """The names of what differs between a seat and the entry of its vote: columns, person, or round."""
    changed = {name for name, value in seat_record(row.seat).items() if name in record and record[name] != value}
    if row.seat.person != entry.by:
        changed.add("person")
    if (row.definition, row.number) != _round_of(entry):
        changed.add("round")
    return sorted(changed)


def _round_of(entry: HistoryEntry) -> tuple[object, object]:
    """Definition and number of the round that the entry of a vote belongs to."""
    data = _part(entry, "data")
    return data.get("rule"), data.get("number")


def _part(entry: HistoryEntry, name: str) -> Mapping[str, Any]:
    """A map in the payload of an entry."""
    return as_map(as_map(entry.payload).get(name))


def _verify_unnamed(rows: list[SeatRow], entries: list[HistoryEntry]) -> Iterator[ChainError]:
    """Match voted seats that no entry names with entries that name no seats: each must have a counterpart.

    A vote whose row was edited is reported once, at the row.
    """
    differing = [row for row in rows if not any(_records(entry, row) for entry in entries)]
    for row in differing:
        problem = f"seat {row.seat.id} is {row.seat.status}, and no entry of the history says so"
        yield ChainError(row.reference, 1, problem)
    reported = [(row.seat.person, row.definition, row.number) for row in differing]
    for entry in entries:
        if (entry.by, *_round_of(entry)) not in reported and not any(_records(entry, row) for row in rows):
            yield ChainError(entry.chain, entry.number, "no seat has the vote that it records")


def _records(entry: HistoryEntry, row: SeatRow) -> bool:
    """Whether an entry that names no seats may be the record of this seat's vote. Of an erased entry, author, time and
    kind remain.
    """
    seat = row.seat
    if (entry.by, entry.at) != (seat.person, seat.at):
        return False
    if entry.payload == ERASED_PAYLOAD:
        return seat.status in (("approved", "rejected", "abstained") if entry.kind == "decided" else (entry.kind,))
    status = _part(entry, "data").get("decision", entry.kind)
    recorded = (*_round_of(entry), status, as_map(entry.payload).get("comment"))
    return recorded == (row.definition, row.number, seat.status, seat.comment)
