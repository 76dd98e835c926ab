"""Copies of prototypes: their rows with other people, companies, dates and numbers, and a history of their own.

A prototype becomes a pattern once: all its texts as one format, and its rows as positions among the values of a copy.
The hashes of the history are computed anew, so that `formengine audit verify` finds every chain whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table

from formengine.cli.demo.bulk_load import NULL, Cells
from formengine.cli.demo.moved_dates import FormatOfTexts, format_of
from formengine.cli.demo.prototypes import Prototype, Row, copied_tables, counted_columns, counts_ids
from formengine.services.core.dossier_verification import whole_numbers
from formengine.storage.hash_chain import FIRST_PREVIOUS_HASH, canonical_json, hash_json
from formengine.storage.models.dossiers import IdempotencyKey
from formengine.storage.models.history import ChainHead

_HEADS: Final = cast(Table, ChainHead.__table__)
_KEYS: Final = cast(Table, IdempotencyKey.__table__)
_SEALED: Final = ("payload", "payload_hash", "previous", "hash")
"""The columns of the history that are computed for each copy."""
_REFERRING: Final = ("submission", "note", "seats")
"""What a payload says by ids."""
_SUBMISSION: Final = re.compile(r'"submission":\d+')
_ANSWERS_HASH: Final = re.compile(r'"answers_hash":"[^"]*"')
"""What a payload says of its submission, as canonical JSON writes it; in a text, the quotation marks are escaped."""
Rows = dict[str, list[Cells]]
RowOf = Callable[[Sequence[Any]], Cells]


@dataclass(frozen=True)
class Copy:
    """What a copy is of, how many days older, who asks, and the words for the marks."""

    prototype: Prototype
    days: int
    organisation_id: int | None
    words: Mapping[str, str]


@dataclass
class Copier:
    """Makes the rows of copies; `next_ids` are the next ids that are free, by table, and move with each copy.

    Values are as SQLite stores them or, `as_text`, as COPY of PostgreSQL takes them.
    """

    zone: ZoneInfo
    as_text: bool
    next_ids: dict[str, int] = field(default_factory=dict)
    _patterns: dict[int, Pattern] = field(default_factory=dict)
    _formats: dict[tuple[int, int], str] = field(default_factory=dict)

    def rows(self, copy: Copy, key: str) -> Rows:
        """The rows of a copy by table, with the head of its chain, and with the key of its submission."""
        pattern = self._pattern(copy.prototype)
        texts = pattern.format.texts(self._moved(pattern, copy), copy.words)
        ids: chain[Any] = chain.from_iterable(
            range(self.next_ids[name], self.next_ids[name] + count) for name, count in pattern.counts.items()
        )
        values = [*(pattern.text_constants if self.as_text else pattern.constants), *texts]
        values += map(str, ids) if self.as_text else ids
        values.append(_as_text(copy.organisation_id) if self.as_text else copy.organisation_id)
        last = self._seal(pattern, texts, values)
        rows = {name: [row_of(values) for row_of in rows_of] for name, rows_of in pattern.rows.items()}
        number = str(pattern.last_number) if self.as_text else pattern.last_number
        rows["fe_chain_heads"] = [(copy.words["reference"], number, last)]
        rows["fe_idempotency_keys"] = [self._key(rows, key)]
        for name, count in pattern.counts.items():
            self.next_ids[name] += count
        self.next_ids["fe_idempotency_keys"] += 1
        return rows

    def _pattern(self, prototype: Prototype) -> Pattern:
        if id(prototype) not in self._patterns:
            self._patterns[id(prototype)] = _PatternMaker(prototype).pattern()
        return self._patterns[id(prototype)]

    def _moved(self, pattern: Pattern, copy: Copy) -> str:
        """The format of the texts with earlier dates."""
        key = (id(copy.prototype), copy.days)
        if key not in self._formats:
            if len(self._formats) > 500:
                self._formats.clear()
            self._formats[key] = pattern.format.moved(copy.days, self.zone)
        return self._formats[key]

    def _seal(self, pattern: Pattern, texts: Sequence[str], values: list[Any]) -> str:
        """Append what is computed for each entry of the history to the values; the hash of the last entry."""
        previous = FIRST_PREVIOUS_HASH
        for entry in pattern.entries:
            payload = texts[entry.payload]
            if entry.submits:
                payload = self._submitted(pattern, payload, texts)
            elif entry.refers:
                payload = canonical_json(self._payload(pattern, json.loads(payload), texts))
            payload_hash = _sha256(payload)
            digest = _sha256(f'{texts[entry.head]},"{payload_hash}","{previous}"]')
            values += (payload, payload_hash, previous, digest)
            previous = digest
        return previous

    def _submitted(self, pattern: Pattern, payload: str, texts: Sequence[str]) -> str:
        """The payload of an entry that names its submission alone, with the id and the hash of this copy."""
        submission, answers_hash = self.next_ids["fe_submissions"], _sha256(texts[pattern.answers])
        payload = _SUBMISSION.sub(f'"submission":{submission}', payload, count=1)
        return _ANSWERS_HASH.sub(f'"answers_hash":"{answers_hash}"', payload, count=1)

    def _payload(self, pattern: Pattern, payload: dict[str, Any], texts: Sequence[str]) -> dict[str, Any]:
        """The payload of an entry with the ids and hashes of this copy."""
        if "submission" in payload:
            payload["submission"] = self.next_ids["fe_submissions"]
            payload["answers_hash"] = _sha256(texts[pattern.answers])
        if isinstance(payload.get("note"), int):
            payload["note"] += self.next_ids["fe_notes"]
        if "seats" in payload:
            votes = {int(at): vote for at, vote in payload["seats"].items()}
            for at, vote in votes.items():
                comment, evidence = pattern.votes[at]
                vote |= {"comment": _sha256(texts[comment]), "evidence": _sha256(texts[evidence])}
            payload["seats"] = {str(self.next_ids["fe_seats"] + at): vote for at, vote in votes.items()}
        return payload

    def _key(self, rows: Rows, key: str) -> Cells:
        """The row of the idempotency key, by which a repeated run of the demo knows the copy."""
        dossier, submission = rows["fe_dossiers"][0], rows["fe_submissions"][0]
        reply = {
            "submission": int(submission[0]),
            "dossier": int(dossier[0]),
            "reference": dossier[_at("fe_dossiers", "reference")],
            "state": dossier[_at("fe_dossiers", "state")],
            "version": int(dossier[_at("fe_dossiers", "version")]),
            "files": [],
        }
        number = self.next_ids["fe_idempotency_keys"]
        values = {
            "id": str(number) if self.as_text else number,
            "person_id": dossier[_at("fe_dossiers", "requester_id")],
            "key": key,
            "content_hash": hash_json(key),
            "submission_id": submission[0],
            "reply": canonical_json(reply),
            "created_at": dossier[_at("fe_dossiers", "opened_at")],
        }
        return tuple(values[name] for name in _KEYS.columns.keys())  # noqa: SIM118


@dataclass(frozen=True)
class Entry:
    """An entry of the history: the texts of its payload and of what its hash covers before the hash of the payload;
    whether the payload names ids, or hashes of what the ids stand for, and whether these are of the submission alone.
    """

    payload: int
    head: int
    refers: bool
    submits: bool


@dataclass(frozen=True)
class Pattern:
    """A prototype as copies are made from it.

    `rows` picks the cells of each row from the values of a copy: the constants, the texts, the ids of the tables in
    `counts`, the organisation, and four values for each entry of the history (`_SEALED`). Numbers of texts: `answers`,
    as their hash covers them, and comment and evidence of each seat in `votes`.
    """

    format: FormatOfTexts
    constants: tuple[Any, ...]
    text_constants: tuple[str, ...]
    counts: Mapping[str, int]
    rows: Mapping[str, list[RowOf]]
    entries: list[Entry]
    last_number: int
    answers: int
    votes: list[tuple[int, int]]


class _PatternMaker:
    """Makes the pattern of a prototype. A cell is first a kind of value and its number among those."""

    def __init__(self, prototype: Prototype) -> None:
        self._rows: dict[str, list[Row]] = json.loads(prototype.text)
        self._counts = {t.name: len(self._rows[t.name]) for t in copied_tables() if counts_ids(t)}
        self._constants: dict[tuple[type, Any], int] = {}
        self._texts: dict[str, int] = {}

    def pattern(self) -> Pattern:
        submission = self._rows["fe_submissions"][0]
        at = _at("fe_submissions", "answers")
        answers = self._text(canonical_json(whole_numbers(submission[at])))
        submission[at] = canonical_json(submission[at])
        votes = [self._vote(seat) for seat in self._rows["fe_seats"]]
        entries = [self._entry(dict(zip(_HISTORY, row, strict=True))) for row in self._rows["fe_history"]]
        cells = {table.name: self._cells(table) for table in copied_tables()}
        ends = self._ends()
        constants = tuple(value for _type, value in self._constants)
        return Pattern(
            format_of(list(self._texts)),
            constants,
            tuple(map(_as_text, constants)),
            self._counts,
            {
                name: [itemgetter(*(ends[kind] + number for kind, number in row)) for row in rows]
                for name, rows in cells.items()
            },
            entries,
            self._rows["fe_history"][-1][_HISTORY.index("number")],
            answers,
            votes,
        )

    def _text(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))

    def _vote(self, seat: Row) -> tuple[int, int]:
        evidence = json.loads(seat[_at("fe_seats", "evidence")])
        return self._text(canonical_json(seat[_at("fe_seats", "comment")])), self._text(canonical_json(evidence))

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        """What `hash_columns` covers, as text."""
        at = f"{row['at'].replace(' ', 'T')}+00:00"
        visible = bool(row["visible_to_client"])
        covered = [row["chain"], row["number"], at, row["by"], row["on_behalf_of"], row["kind"], visible]
        head = canonical_json(covered).removesuffix("]")
        refers = any(name in row["payload"] for name in _REFERRING)
        payload = canonical_json(row["payload"])
        once = len(_SUBMISSION.findall(payload)) == len(_ANSWERS_HASH.findall(payload)) == 1
        names = row["payload"].keys()
        submits = once and {"submission", "answers_hash"} <= names and not {"note", "seats"} & names
        return Entry(self._text(payload), self._text(head), refers, submits)

    def _cells(self, table: Table) -> list[list[tuple[str, int]]]:
        counted = dict(counted_columns(table))
        return [
            [
                self._cell(table, number, column, value, counted.get(position))
                for position, (column, value) in enumerate(zip(table.columns.keys(), row, strict=True))
            ]
            for number, row in enumerate(self._rows[table.name])
        ]

    def _cell(self, table: Table, number: int, column: str, value: Any, counted: str | None) -> tuple[str, int]:
        if table.name == "fe_history" and column in _SEALED:
            return "sealed", number * len(_SEALED) + _SEALED.index(column)
        if (table.name, column) == ("fe_dossiers", "organisation_id"):
            return "organisation", 0
        if counted is not None and value is not None:
            return counted, value
        if isinstance(value, str) and FormatOfTexts.differs(value):
            return "texts", self._text(value)
        return "constants", self._constants.setdefault((type(value), value), len(self._constants))

    def _ends(self) -> dict[str, int]:
        """Where each kind of value begins among the values of a copy."""
        lengths = {"constants": len(self._constants), "texts": len(self._texts), **self._counts, "organisation": 1}
        starts, start = {}, 0
        for kind, length in lengths.items():
            starts[kind] = start
            start += length
        return starts | {"sealed": start}


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


def _as_text(value: object) -> str:
    return NULL if value is None else str(value)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
