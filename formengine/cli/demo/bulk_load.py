"""Bulk loads: very many rows in one transaction, with the indexes built once, when the rows are there.

Values are as SQLite stores them; on PostgreSQL they are text for COPY, with NULL for what is not there. Nobody else
writes meanwhile, and when the load fails, rows and indexes are as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, func, select, text
from sqlalchemy.orm import Session

from formengine.storage.database import Database
from formengine.storage.models.base import Base
from formengine.storage.models.dossiers import ReferenceCounter

NULL: Final = "\x1d"
"""What stands for no value in the text for COPY."""
Cells = tuple[Any, ...]
"""The values of a row."""
_CELL, _LINE = "\x1f", "\x1e"
_ESCAPES: Final = (
    ("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), (NULL, "\\N"), (_CELL, "\t"), (_LINE, "\n"),
)  # fmt: skip
_COUNTERS: Final = Base.metadata.tables[ReferenceCounter.__tablename__]
_SET_LAST: Final = """
    INSERT INTO fe_reference_counters (kind, year, last) VALUES (:kind, :year, :last)
    ON CONFLICT (kind, year) DO UPDATE SET last = excluded.last
"""
_WORDS: Final = "about, about_internal, notes, notes_internal"
_SEARCHED: Final = "fe_search_index"
_HASH_SIZE: Final = {"load": 128 * 2**20, "default": 2**20}
"""Bytes of words that FTS5 gathers in memory before it writes a segment, which it would have to merge with others."""
_CACHE_KIB: Final = 256 * 1024
_INDEXES_OF_SQLITE: Final = """
    SELECT type, name, sql FROM sqlite_master
    WHERE tbl_name IN :tables AND sql IS NOT NULL AND type IN ('index', 'trigger')
"""
_INDEXES_OF_POSTGRESQL: Final = """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN :tables
    AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace)
    ORDER BY indexname
"""
_REFERENCES_OF_POSTGRESQL: Final = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
    AND conrelid IN (SELECT name::regclass FROM unnest(CAST(:tables AS text[])) AS name) ORDER BY conname
"""


@contextmanager
def bulk_load(database: Database, tables: Sequence[Table]) -> Iterator[Session]:
    """The session of a bulk load into some tables, committed at the end. Raises DatabaseBusy while others write.

    References between the tables are not checked on SQLite: the rows have to be right.
    """
    names = sorted(table.name for table in tables)
    if database.is_sqlite:
        with _sqlite_load(database, names) as session:
            yield session
    else:
        with database.transaction() as session, _without_indexes(session, names):
            yield session


@contextmanager
def _sqlite_load(database: Database, names: Sequence[str]) -> Iterator[Session]:
    with database.engine.connect() as connection:
        connection.detach()  # from the pool: nobody gets the connection with these settings
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys = OFF")  # before the transaction: it cannot be changed in one
        raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        with Session(connection) as session, session.begin():
            query = text(_INDEXES_OF_SQLITE).bindparams(bindparam("tables", expanding=True))
            dropped = session.execute(query, {"tables": names}).all()
            before = session.scalar(text("SELECT coalesce(max(dossier_id), 0) FROM fe_search_documents"))
            for kind, name, _sql in dropped:
                connection.exec_driver_sql(f"DROP {kind} {name}")
            yield session
            _index_words(connection, before or 0)
            for _kind, _name, sql in dropped:
                connection.exec_driver_sql(sql)


def _index_words(connection: Connection, last: int) -> None:
    """Add the search documents after `last` to the index, which the dropped triggers would have done by the row."""
    configure = f"INSERT INTO {_SEARCHED} ({_SEARCHED}, rank) VALUES ('hashsize', ?)"  # nosec B608
    connection.exec_driver_sql(configure, (_HASH_SIZE["load"],))
    connection.exec_driver_sql(
        f"INSERT INTO {_SEARCHED} (rowid, {_WORDS}) SELECT dossier_id, {_WORDS} FROM fe_search_documents "  # nosec B608
        "WHERE dossier_id > ? ORDER BY dossier_id",
        (last,),
    )
    connection.exec_driver_sql(configure, (_HASH_SIZE["default"],))


@contextmanager
def _without_indexes(session: Session, names: Sequence[str]) -> Iterator[None]:
    """PostgreSQL without indexes and references of some tables; keys stay. Checked and built again at the end."""
    connection = session.connection()
    connection.exec_driver_sql(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
    connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")  # moments are written without a zone
    query = text(_INDEXES_OF_POSTGRESQL).bindparams(bindparam("tables", expanding=True))
    indexes = session.execute(query, {"tables": names}).all()
    references = session.execute(text(_REFERENCES_OF_POSTGRESQL), {"tables": list(names)}).all()
    for table, name, _definition in references:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        connection.exec_driver_sql(definition)
    for table, name, definition in references:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    connection.exec_driver_sql(f"ANALYZE {', '.join(names)}")


def reserve_ids(session: Session, counts: Mapping[str, int]) -> dict[str, int]:
    """The first of so many ids that nobody else takes, by table.

    Dossiers and submissions are numbered by a counter as well, of ids that were reserved for rows that are not written
    yet.
    """
    tables = Base.metadata.tables
    if session.get_bind().dialect.name == "sqlite":
        last = {name: session.scalar(select(func.coalesce(func.max(tables[name].c.id), 0))) or 0 for name in counts}
        counter = session.scalar(select(_COUNTERS.c.last).where(_COUNTERS.c.kind == "id")) or 0
        both = max(last["fe_dossiers"], last["fe_submissions"], counter) + 1
        return {name: number + 1 for name, number in last.items()} | {"fe_dossiers": both, "fe_submissions": both}
    ends = ", ".join(
        f"setval(pg_get_serial_sequence('{name}', 'id'), nextval(pg_get_serial_sequence('{name}', 'id')) + {count})"
        for name, count in counts.items()
    )
    row = session.execute(text(f"SELECT {ends}")).one()  # nosec B608
    return {name: end - counts[name] for name, end in zip(counts, row, strict=True)}


def lock_counters(session: Session) -> dict[tuple[str, int], int]:
    """The last numbers of references by kind and year; nobody counts on before the transaction ends."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("LOCK TABLE fe_reference_counters IN SHARE ROW EXCLUSIVE MODE"))
    rows = session.execute(select(_COUNTERS).where(_COUNTERS.c.year > 0)).all()
    return {(row.kind, row.year): row.last for row in rows}


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Sequence[Cells] | str) -> None:
    """Insert rows, each with the values of `columns` in order; on PostgreSQL they are one text (`copy_text`)."""
    if not rows:
        return
    connection = session.connection()
    names = ", ".join(f'"{column}"' for column in columns)
    cursor: Any = connection.connection.cursor()
    if not isinstance(rows, str):
        values = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({values})", rows)  # nosec B608
        return
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        copy.write(rows)


def copy_text(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of text as COPY of PostgreSQL takes them; NULL stands for no value."""
    lines = _LINE.join([*map(_CELL.join, rows), ""])
    for character, written in _ESCAPES:
        lines = lines.replace(character, written)
    return lines


def set_counters(session: Session, last_numbers: Mapping[tuple[str, int], int], next_ids: Mapping[str, int]) -> None:
    """Store the last numbers of references by kind and year and, on SQLite, the last id of dossiers and submissions."""
    rows = [{"kind": kind, "year": year, "last": last} for (kind, year), last in last_numbers.items()]
    if session.get_bind().dialect.name == "sqlite":
        rows.append({"kind": "id", "year": 0, "last": max(next_ids["fe_dossiers"], next_ids["fe_submissions"]) - 1})
    session.execute(text(_SET_LAST), rows)
