"""Mapping between the engine's values and rows: what is queried has a column of its own, the rest is in `data`, as
JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, TypeVar

from formengine.storage.models import rounds as tables
from formengine.workflow.engine import case as values
from formengine.workflow.engine.bound_versions import BoundVersion, VersionContent

T = TypeVar("T", values.Seat, values.Round, values.Deadline, values.Child)
_NOT_IN_DATA: Final = {"key", "seats"}  # the row's own id, and what has a table of its own


def to_data(value: T, columns: Iterable[str]) -> dict[str, Any]:
    """The fields of a value that no column holds, as JSON; moments in ISO 8601."""
    left_out = {*_NOT_IN_DATA, *columns}
    members = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in left_out}
    return {name: member.isoformat() if isinstance(member, datetime) else member for name, member in members.items()}


def from_data(type_: type[T], data: dict[str, Any], /, **columns: Any) -> T:
    """A value from its `data` and its columns; fields that an older version of the product did not write have their
    defaults.
    """
    fields_by_name = {f.name: f for f in fields(type_)}
    read = {
        name: _read(str(fields_by_name[name].type), member) for name, member in data.items() if name in fields_by_name
    }
    return type_(**{**read, **columns})


def _read(type_name: str, value: Any) -> Any:
    if value is None:
        return None
    if type_name.startswith("datetime"):
        return datetime.fromisoformat(value)
    # a copy: what the engine changes in place would else be changed in the row, which would not be written
    return tuple(value) if type_name.startswith("tuple") else deepcopy(value)


SEAT_COLUMNS: Final = ("step", "role", "person", "status", "at", "comment", "evidence")
ROUND_COLUMNS: Final = ("kind", "number", "status", "opened_at")
DEADLINE_COLUMNS: Final = ("name", "due", "next_at", "status")
CHILD_COLUMNS: Final = ("kind", "number", "state", "fields", "visible_to_client")


def read_round(row: tables.Round, documents: Sequence[str]) -> values.Round:
    """A round with its seats. `documents` are those of its rule: rows from before a round could be about several name
    none, and are about the first.
    """
    columns = {name: getattr(row, name) for name in ROUND_COLUMNS}
    data = {name: member for name, member in row.data.items() if name not in ("versions", tables.UNASKED)}
    round_ = from_data(values.Round, data, **columns, rule=row.definition, key=row.id)
    round_.versions = read_versions(row.data, documents)
    round_.unasked = bool(row.data.get(tables.UNASKED))
    round_.seats = [read_seat(seat, documents) for seat in row.seats]
    return round_


def read_versions(data: Mapping[str, Any], documents: Sequence[str]) -> dict[str, BoundVersion]:
    """The versions that the `data` of a round's row names, by document, in the order of the documents."""
    stored = data.get("versions")
    if stored is None and documents and data.get("document_version") is not None:
        names = {"number": "document_version", "sha256": "document_sha256", "made_at": "document_at"}
        stored = {documents[0]: {name: data.get(old) for name, old in names.items()}}
    versions = {name: stored[name] for name in documents if name in stored} if stored else {}
    return {
        name: BoundVersion(version["number"], version["sha256"], _read("datetime", version["made_at"]))
        for name, version in versions.items()
    }


def read_seat(row: tables.Seat, documents: Sequence[str]) -> values.Seat:
    """The engine's seat of a row, in a round about `documents` (`read_round`)."""
    columns = {name: getattr(row, name) for name in SEAT_COLUMNS}
    columns["evidence"] = dict(row.evidence or {})
    seat = from_data(values.Seat, row.data, **columns, key=row.id)
    earlier = row.data.get("document_sha256")
    if documents and earlier is not None and not seat.document_hashes:
        seat.document_hashes = {documents[0]: earlier}
    return seat


def read_reopened(stored: Mapping[str, Any] | None) -> values.Reopened | None:
    """The answers that are open for correction, from the JSON of a dossier's row."""
    if stored is None:
        return None
    parts = None if stored["parts"] is None else tuple(stored["parts"])
    return values.Reopened(parts, stored["step"], stored["by"], stored["comment"])


def read_deadline(row: tables.Deadline) -> values.Deadline:
    """The engine's deadline of a row."""
    return from_data(values.Deadline, row.data, **{name: getattr(row, name) for name in DEADLINE_COLUMNS}, key=row.id)


def read_child(row: tables.Child) -> values.Child:
    """The engine's child of a row."""
    columns = {name: getattr(row, name) for name in CHILD_COLUMNS}
    columns["fields"] = dict(row.fields)
    return from_data(values.Child, row.data, **columns, key=row.id)


def write_round(row: tables.Round, value: values.Round) -> None:
    """Write a round of the engine to its row."""
    versions = {
        name: {**vars(version), "made_at": version.made_at.isoformat() if version.made_at else None}
        for name, version in value.versions.items()
    }
    converted = {"versions": versions, tables.UNASKED: value.unasked}
    _write(row, value, ROUND_COLUMNS, {"rule", "versions", "unasked"}, **converted)
    row.definition = value.rule


def write_seat(row: tables.Seat, value: values.Seat) -> None:
    """Write a seat of the engine to its row."""
    _write(row, value, SEAT_COLUMNS)


def write_deadline(row: tables.Deadline, value: values.Deadline) -> None:
    """Write a deadline of the engine to its row."""
    _write(row, value, DEADLINE_COLUMNS)
    row.current = not value.past


def write_child(row: tables.Child, value: values.Child) -> None:
    """Write a child of the engine to its row."""
    _write(row, value, CHILD_COLUMNS)


def _write(row: Any, value: T, columns: tuple[str, ...], apart: Iterable[str] = (), **converted: Any) -> None:
    """Set only the attributes that differ, so that an unchanged row is not written again. `converted` are members of
    `data` as JSON.
    """
    for name in columns:
        if getattr(row, name) != getattr(value, name):
            setattr(row, name, getattr(value, name))
    data = {**to_data(value, {*columns, *apart}), **converted}
    if row.data != data:
        row.data = data


def version_content(
    sha256: str, made_at: datetime, remarks: int, drafted: bool, missing: list[str] | None, kept: bool
) -> VersionContent:
    """A version of a document from its columns, and whether nobody made it by hand (`drafted`)."""
    answers = tuple(missing or ())
    return VersionContent(sha256, made_at, bool(remarks), drafted=drafted, missing=answers, kept=kept)
