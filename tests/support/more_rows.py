"""Copies the rows of a filled site, so that a page can be asked for with three times as many of everything.

People, dossiers, participants, notes, files, approval rounds with their seats, deadlines, hearings and the other
children, versions of documents, and mails. The history is left alone: its hash chain admits no copies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from formengine.storage import Database
from formengine.storage.models.base import Base
from formengine.storage.models.dossiers import Dossier, Involvement, Submission
from formengine.storage.models.files_and_notes import Attachment, DocumentVersion, Note, StoredFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Child, Deadline, Round, Seat

APART = 100_000
"""How far the numbers of a copy are from those of its original."""
Change = Callable[[dict[str, Any], int], dict[str, Any]]


def triple_rows(database: Database) -> None:
    """Add two copies of each row; a copy refers to the copies of the people, notes, files and rounds it refers to.

    Each table is written in a transaction of its own: together they would hold the write lock for too long.
    """
    for table, change in COPIES:
        with database.transaction() as session:
            rows = [dict(row._mapping) for row in session.execute(select(table.__table__))]
            originals = [row for row in rows if not _is_copy(row)]
            copies = [{**row, **change(row, number)} for number in (1, 2) for row in originals]
            if copies:
                session.execute(insert(table.__table__), copies)


def _is_copy(row: dict[str, Any]) -> bool:
    key = row.get("id", row.get("person_id"))
    return key > APART if isinstance(key, int) else str(key)[1:2] == "-"


def _other(value: Any, number: int) -> Any:
    """The id or key of a copy by that of its original."""
    if isinstance(value, int):
        return value + number * APART
    return None if value is None else f"{number}-{value[2:]}"


def _changed(*names: str) -> Change:
    return lambda row, number: {name: _other(row[name], number) for name in names}


COPIES: tuple[tuple[type[Base], Change], ...] = (
    (Person, lambda row, n: {"id": _other(row["id"], n), "email": f"{n}-{row['email']}", "manager_id": None}),
    (Submission, _changed("id")),
    (Dossier, lambda row, n: {**_changed("id", "submission_id")(row, n), "reference": f"{row['reference']}-{n}"}),
    (Involvement, _changed("person_id")),
    (Note, _changed("id", "written_by")),
    (StoredFile, _changed("id")),
    (Attachment, _changed("id", "file_id", "note_id")),
    (Round, _changed("id", "number")),
    (Seat, _changed("id", "person")),
    (Seat, lambda row, n: {"id": row["id"] + (n + 2) * APART, "round_id": _other(row["round_id"], n)}),
    (Deadline, _changed("id")),
    (Child, _changed("id", "number")),
    (DocumentVersion, _changed("id", "number", "file_id")),
    (Mail, lambda row, n: {**_changed("id")(row, n), "message_id": f"{n}-{row['message_id']}"}),
)
