"""The declarative base of all tables: names of constraints, times in UTC, JSON columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from uuid import uuid4

from sqlalchemy import JSON, DateTime, Dialect, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import DeclarativeBase, Session

LARGEST_INTEGER: Final = 2**31 - 1
"""The largest number that a column of whole numbers, such as an id, holds: PostgreSQL refuses a greater one, even to
compare with it.
"""
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A time: with a time zone in Python, UTC in the database. A naive datetime raises an error rather than being
    guessed.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """The base of the mapped classes."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant, dict[str, Any]: Json, list[Any]: Json}


def new_id() -> str:
    """A random id for what is named in addresses: 32 hexadecimal characters, not guessable."""
    return uuid4().hex


def insert_if_absent(session: Session, table: type[Base], **values: object) -> bool:
    """Insert a row unless there is one with its key, also when another transaction inserts it at the same time; True
    when it was inserted.
    """
    result = session.execute(_insert(session, table).values(**values))
    return bool(result.rowcount)  # type: ignore[attr-defined]  # a CursorResult, as for every INSERT


def insert_absent_rows(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert those of several rows, which have the same columns, whose keys are not there, in one statement."""
    if rows:
        session.execute(_insert(session, table), rows)


def _insert(session: Session, table: type[Base]) -> Any:
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    return insert(table).on_conflict_do_nothing()
