"""Copies of prototypes: their rows with other people, companies, dates and numbers, and a history of their own.

The hashes of the history are computed anew, so that `formengine audit verify` finds every chain whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table

from formengine.cli.demo.prototypes import CLOSE, OPEN, Prototype, Row, copied_tables, counted_columns
from formengine.services.core.dossier_verification import submission_record
from formengine.storage.hash_chain import FIRST_PREVIOUS_HASH, canonical_json, hash_columns, hash_json
from formengine.storage.models.dossiers import NO_DUE, IdempotencyKey, Submission
from formengine.storage.models.history import ChainHead

_HEADS: Final = cast(Table, ChainHead.__table__)
_KEYS: Final = cast(Table, IdempotencyKey.__table__)
Rows = dict[str, list[Row]]
_NO_DUE: Final = NO_DUE.date().isoformat()
_MARKS: Final = re.compile(f"{OPEN}(\\w+){CLOSE}")
_DATES: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(:(?:\d\d|\ue000seconds\ue001)(?:\.\d+)?)([+-]\d\d:\d\d)?)?"
)
"""A date; of a moment also what stands between, hour and minute, seconds (or their mark), and the offset from UTC."""


@dataclass(frozen=True)
class Copy:
    """What a copy is of, how many days older, who asks, and the words for the marks."""

    prototype: Prototype
    days: int
    organisation_id: int | None
    words: Mapping[str, str]


@dataclass
class Copier:
    """Makes the rows of copies; `next_ids` are the next ids that are free, by table, and move with each copy."""

    zone: ZoneInfo
    next_ids: dict[str, int]
    _counted: dict[str, list[tuple[int, str]]] = field(init=False)
    _segments: dict[tuple[int, int], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._counted = {table.name: counted_columns(table) for table in copied_tables()}

    def rows(self, copy: Copy, key: str) -> Rows:
        """The rows of a copy by table, with the head of its chain, and with the key of its submission."""
        segments = self._moved(copy.prototype, copy.days)
        words = copy.words
        rows: Rows = json.loads("".join([words[segment] if at % 2 else segment for at, segment in enumerate(segments)]))
        self._number(rows)
        rows["fe_dossiers"][0][_at("fe_dossiers", "organisation_id")] = copy.organisation_id
        self._seal(rows)
        rows["fe_idempotency_keys"] = [self._key(rows, key)]
        for name, table_rows in rows.items():
            if name in self.next_ids:
                self.next_ids[name] += len(table_rows)
        return rows

    def _moved(self, prototype: Prototype, days: int) -> list[str]:
        """The text with earlier dates, split at its marks: every second part is the name of a mark."""
        key = (id(prototype), days)
        if key not in self._segments:
            if len(self._segments) > 2000:
                self._segments.clear()
            moved = _DATES.sub(lambda match: _moved_date(*match.groups(), days=days, zone=self.zone), prototype.text)
            self._segments[key] = _MARKS.split(moved)
        return self._segments[key]

    def _number(self, rows: Rows) -> None:
        """Give ids for positions."""
        for name, columns in self._counted.items():
            for position, counted in columns:
                start = self.next_ids[counted]
                for row in rows[name]:
                    if row[position] is not None:
                        row[position] += start

    def _seal(self, rows: Rows) -> None:
        """Compute the hashes of the history, of what it has recorded as well, and write JSON as text."""
        submission = rows["fe_submissions"][0]
        answers = submission[_at("fe_submissions", "answers")]
        record = submission_record(Submission(id=submission[0], answers=answers))
        submission[_at("fe_submissions", "answers")] = canonical_json(answers)
        previous, chain, number = FIRST_PREVIOUS_HASH, "", 0
        for row in rows["fe_history"]:
            entry = dict(zip(_HISTORY, row, strict=True))
            payload, chain, number = self._payload(entry["payload"], record, rows), entry["chain"], entry["number"]
            written = canonical_json(payload)
            payload_hash = hashlib.sha256(written.encode()).hexdigest()
            digest = hash_columns(
                chain,
                number,
                f"{entry['at'].replace(' ', 'T')}+00:00",
                entry["by"],
                entry["on_behalf_of"],
                entry["kind"],
                bool(entry["visible_to_client"]),
                payload_hash,
                previous,
            )
            entry |= {"payload": written, "payload_hash": payload_hash, "previous": previous, "hash": digest}
            row[:] = entry.values()
            previous = digest
        rows["fe_chain_heads"] = [[chain, number, previous]]

    def _key(self, rows: Rows, key: str) -> Row:
        """The row of the idempotency key, by which a repeated run of the demo knows the copy."""
        dossier, submission = rows["fe_dossiers"][0], rows["fe_submissions"][0]
        reply = {
            "submission": submission[0],
            "dossier": dossier[0],
            "reference": dossier[_at("fe_dossiers", "reference")],
            "state": dossier[_at("fe_dossiers", "state")],
            "version": dossier[_at("fe_dossiers", "version")],
            "files": [],
        }
        values = {
            "id": self.next_ids["fe_idempotency_keys"],
            "person_id": dossier[_at("fe_dossiers", "requester_id")],
            "key": key,
            "content_hash": hash_json(key),
            "submission_id": submission[0],
            "reply": canonical_json(reply),
            "created_at": dossier[_at("fe_dossiers", "opened_at")],
        }
        return [values[name] for name in _KEYS.columns.keys()]  # noqa: SIM118

    def _payload(self, payload: dict[str, Any], record: Mapping[str, object], rows: Rows) -> dict[str, Any]:
        """The payload of an entry with the ids and hashes of this copy."""
        if "submission" in payload:
            payload |= record
        if isinstance(payload.get("note"), int):
            payload["note"] += self.next_ids["fe_notes"]
        if "seats" in payload:
            payload["seats"] = dict(self._vote(int(at), vote, rows) for at, vote in payload["seats"].items())
        return payload

    def _vote(self, position: int, vote: dict[str, Any], rows: Rows) -> tuple[str, dict[str, Any]]:
        """The record of a vote, under the id of its seat."""
        seat = rows["fe_seats"][position]
        evidence = json.loads(seat[_at("fe_seats", "evidence")])
        hashes = {"comment": hash_json(seat[_at("fe_seats", "comment")]), "evidence": hash_json(evidence)}
        return str(self.next_ids["fe_seats"] + position), vote | hashes


def written_tables() -> Iterator[tuple[Table, list[str]]]:
    """The tables that copies are written to, in order, with the names of their columns."""
    for table in (*copied_tables(), _HEADS, _KEYS):
        yield table, list(table.columns.keys())


@cache
def _at(table: str, column: str) -> int:
    """The position of a column."""
    return next(list(t.columns.keys()).index(column) for t in copied_tables() if t.name == table)


def _history_columns() -> list[str]:
    return next(list(table.columns.keys()) for table in copied_tables() if table.name == "fe_history")


_HISTORY: Final = _history_columns()


@lru_cache(maxsize=200_000)
def _moved_date(
    day: str,
    between: str | None,
    time: str | None,
    seconds: str | None,
    offset: str | None,
    *,
    days: int,
    zone: ZoneInfo,
) -> str:
    """A date or moment, as written, so many days earlier, at the same time by the portal's clock."""
    if day == _NO_DUE:
        return f"{day}{between or ''}{time or ''}{seconds or ''}{offset or ''}"
    if time is None:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    written = datetime.fromisoformat(f"{day}T{time}{offset or '+00:00'}")
    moved = written.astimezone(zone) - timedelta(days=days)  # by the wall clock, over changes of summer time
    shown = moved if offset and written.utcoffset() else moved.astimezone(UTC)
    return f"{shown:%Y-%m-%d}{between}{shown:%H:%M}{seconds}" + ((offset and shown.isoformat()[-6:]) or "")
