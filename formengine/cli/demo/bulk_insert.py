"""Bulk inserts of rows whose values are as SQLite stores them: many rows per statement, on PostgreSQL with COPY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.orm import Session

from formengine.storage.database import expect_unchanged
from formengine.storage.models.base import Base
from formengine.storage.models.dossiers import ReferenceCounter

_COUNTERS: Final = Base.metadata.tables[ReferenceCounter.__tablename__]
_SET_LAST = """
    INSERT INTO fe_reference_counters (kind, year, last) VALUES (%s, %s, %s)
    ON CONFLICT (kind, year) DO UPDATE SET last = excluded.last
"""


def reserve_ids(session: Session, counts: Mapping[str, int]) -> dict[str, int]:
    """The first of so many ids that nobody else takes, by table.

    On SQLite, ConcurrentChange is raised when the rows are written and somebody has taken them meanwhile. Dossiers and
    submissions are numbered by a counter as well, of ids that were reserved for rows that are not written yet.
    """
    tables = Base.metadata.tables
    if session.get_bind().dialect.name == "sqlite":
        newest = {name: select(func.coalesce(func.max(tables[name].c.id), 0)) for name in counts}
        newest["counter"] = select(func.coalesce(func.max(_COUNTERS.c.last), 0)).where(_COUNTERS.c.kind == "id")
        last = {name: int(session.scalar(query) or 0) for name, query in newest.items()}
        for name, query in newest.items():
            expect_unchanged(session, query, last[name])
        both = max(last["fe_dossiers"], last["fe_submissions"], last["counter"]) + 1
        return {name: number + 1 for name, number in last.items()} | {"fe_dossiers": both, "fe_submissions": both}
    ends = ", ".join(
        f"setval(pg_get_serial_sequence('{name}', 'id'), nextval(pg_get_serial_sequence('{name}', 'id')) + {count})"
        for name, count in counts.items()
    )
    row = session.execute(text(f"SELECT {ends}")).one()  # nosec B608
    return {name: end - counts[name] for name, end in zip(counts, row, strict=True)}


def lock_counters(session: Session) -> dict[tuple[str, int], int]:
    """The last numbers of references by kind and year; nobody counts on before they are stored again."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("LOCK TABLE fe_reference_counters IN SHARE ROW EXCLUSIVE MODE"))
    years = _COUNTERS.c.year > 0
    rows = session.execute(select(_COUNTERS).where(years)).all()
    expect_unchanged(session, select(func.sum(_COUNTERS.c.last)).where(years), sum(row.last for row in rows) or None)
    return {(row.kind, row.year): row.last for row in rows}


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, each with the values of `columns` in order."""
    if not rows:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # nosec B608
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")  # moments are written without a zone
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def set_counters(
    connection: Connection, last_numbers: Mapping[tuple[str, int], int], next_ids: Mapping[str, int]
) -> None:
    """Store the last numbers of references by kind and year and, on SQLite, the last id of dossiers and submissions."""
    rows = [(kind, year, last) for (kind, year), last in last_numbers.items()]
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        rows.append(("id", 0, max(next_ids["fe_dossiers"], next_ids["fe_submissions"]) - 1))
    connection.exec_driver_sql(_SET_LAST.replace("%s", "?") if sqlite else _SET_LAST, rows)
