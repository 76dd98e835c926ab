"""Writes a session's new and changed rows in batches: one prepared statement per table, with ids assigned beforehand.

SQLAlchemy's own flush inserts one row at a time where it has to read ids back, and computes values while it writes.
Here all values but the ids are computed before SQLite's write lock is taken. Deletes are left to SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Connection, Dialect, Table, bindparam, insert, inspect, text, update
from sqlalchemy.orm import MANYTOONE, Mapper, Session
from sqlalchemy.orm.exc import StaleDataError

from formengine.prepared_statement import PreparedStatement


@dataclass(frozen=True)
class LateValue:
    """The value of a column that holds the id of another new row: computed at the flush, when all ids are assigned."""

    compute: Callable[[], Any]


@dataclass(frozen=True, eq=False)
class _Plan:
    """The mapping of a class to the rows of its table."""

    table: Table
    attributes: tuple[str, ...]
    defaults: tuple[tuple[str, Callable[[], Any]], ...]
    parents: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Relationships to a parent, each with pairs of (own attribute, attribute of the parent)."""
    serial: str | None
    """The attribute of a primary key that the database assigns; None where there is none."""
    keys: tuple[str, ...]
    keys_and_version: tuple[str, ...]
    """The attributes that identify the row to update: primary key and version."""
    relations: tuple[str, ...]


class RowWriter:
    """Writes the new and changed objects of a session, and rows that are not objects (table, function that makes the
    row).
    """

    def __init__(self, session: Session, rows: Sequence[tuple[Table, Callable[[], dict[str, Any]]]]) -> None:
        """Compute everything that can be known before the write lock is taken."""
        self._session = session
        self._rows = rows
        self._dialect = session.connection().dialect  # initialised by its first connection
        new = sorted(
            (inspect(row) for row in session.new), key=lambda state: _insertion_order(_plan(state.mapper).table)
        )
        self._new = [(state, _plan(state.mapper), self._new_row(state, _plan(state.mapper))) for state in new]
        self._updates: dict[tuple[_Plan, tuple[str, ...]], list[tuple[Any, Any]]] = {}
        unchanged = {state for row in session.dirty if not self._prepare_update(state := inspect(row))}
        if unchanged:
            session._register_persistent(unchanged)

    def _new_row(self, state: Any, plan: _Plan) -> dict[str, Any]:
        for name, default in plan.defaults:
            if name not in state.dict:
                state.dict[name] = default()
        for name in plan.attributes:
            state.dict.setdefault(name)
        row = {name: state.dict[name] for name in plan.attributes}
        known = {name: value for name, value in row.items() if not isinstance(value, LateValue)}
        return row | _insert_of(self._dialect, plan.table, plan.attributes).convert(known)

    def _prepare_update(self, state: Any) -> bool:
        """Whether there is something to write: not for what was set to what it was, nor for a list of children."""
        plan, before = _plan(state.mapper), state.committed_state
        if any(name in before for name in plan.relations) or any(name in before for name in plan.keys):
            return True  # SQLAlchemy's flush does it, once new rows have their ids
        changed = tuple(name for name in plan.attributes if name in before and state.dict.get(name) != before[name])
        if not changed:
            return False
        row = {name: state.dict[name] for name in changed}
        row |= {f"old_{name}": before.get(name, state.dict[name]) for name in plan.keys_and_version}
        statement = _update_of(self._dialect, plan, changed)
        self._updates.setdefault((plan, changed), []).append((state, statement.arrange(statement.convert(row))))
        return True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self._new or self._rows or self._updates)

    def write(self, connection: Connection) -> None:
        """Insert and update everything; SQLite's write lock is held.

        Raises StaleDataError when a row to update is no longer there, or has another version.
        """
        self._assign_ids(connection)
        batches: dict[tuple[Table, tuple[str, ...]], list[Any]] = {}
        for state, plan, row in self._new:
            _fill_from_parents(state, plan, row)
            statement = _insert_of(self._dialect, plan.table, plan.attributes)
            _compute_late_values(state, row, statement)
            batches.setdefault((plan.table, plan.attributes), []).append(statement.arrange(row))
        for table, make_row in self._rows:
            row = make_row()
            statement = _insert_of(self._dialect, table, tuple(row))
            batches.setdefault((table, tuple(row)), []).append(statement.arrange(statement.convert(row)))
        for (table, names), parameters in sorted(batches.items(), key=lambda batch: _insertion_order(batch[0][0])):
            _execute(connection, _insert_of(self._dialect, table, names), parameters)
        for (plan, changed), updates in self._updates.items():
            statement = _update_of(self._dialect, plan, changed)
            if _execute(connection, statement, [parameters for _state, parameters in updates]) != len(updates):
                raise StaleDataError(f"rows of {plan.table.name} changed since they were read")

    def mark_written(self) -> None:
        """Mark the written objects as persistent, as SQLAlchemy's flush does."""
        written = {state for state, _mapping, _row in self._new}
        written |= {state for updates in self._updates.values() for state, _parameters in updates}
        if written:
            self._session._register_persistent(written)

    def _assign_ids(self, connection: Connection) -> None:
        """Assign ids to the objects whose primary key the database counts, with one statement for all tables."""
        missing: dict[Table, list[tuple[Any, str, dict[str, Any]]]] = {}
        for state, plan, row in self._new:
            if plan.serial is not None and row[plan.serial] is None:
                missing.setdefault(plan.table, []).append((state, plan.serial, row))
        if not missing:
            return
        ids = _next_ids(connection, {table: len(group) for table, group in missing.items()})
        for table, group in missing.items():
            for new_id, (state, name, row) in zip(ids[table], group, strict=True):
                state.dict[name] = row[name] = new_id


def _next_ids(connection: Connection, counts: Mapping[Table, int]) -> dict[Table, list[int]]:
    if connection.dialect.name == "sqlite":
        # under the write lock, so that nobody else can take them
        columns = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table.name})" for table in counts)  # nosec B608
        last = connection.exec_driver_sql(f"SELECT {columns}").one()
        return {
            table: list(range(n + 1, n + 1 + count)) for n, (table, count) in zip(last, counts.items(), strict=True)
        }
    parts = [
        f"SELECT {number}, nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, {count})"  # nosec B608
        for number, (table, count) in enumerate(counts.items())
    ]
    rows = connection.execute(text(" UNION ALL ".join(parts))).all()
    return {table: sorted(row[1] for row in rows if row[0] == number) for number, table in enumerate(counts)}


def _fill_from_parents(state: Any, plan: _Plan, row: dict[str, Any]) -> None:
    for name, pairs in plan.parents:
        parent = state.dict.get(name)
        if parent is not None:
            for attribute, key in pairs:
                state.dict[attribute] = row[attribute] = getattr(parent, key)


def _compute_late_values(state: Any, row: dict[str, Any], statement: PreparedStatement) -> None:
    late = [name for name, value in row.items() if isinstance(value, LateValue)]
    for name in late:
        state.dict[name] = row[name].compute()
    row |= statement.convert({name: state.dict[name] for name in late})


@cache
def _plan(mapper: Mapper[Any]) -> _Plan:
    columns: dict[str, Any] = {mapper.get_property_by_column(column).key: column for column in mapper.columns}
    names: dict[Any, str] = {column: name for name, column in columns.items()}
    defaults = [(name, _default(column.default)) for name, column in columns.items() if column.default is not None]
    to_parent = [rel for rel in mapper.relationships if rel.direction is MANYTOONE]
    parents = tuple(
        (
            rel.key,
            tuple((names[local], rel.mapper.get_property_by_column(far).key) for local, far in rel.local_remote_pairs),
        )
        for rel in to_parent
    )
    table = cast(Table, mapper.local_table)
    counted, version = table.autoincrement_column, mapper.version_id_col
    keys = tuple(names[column] for column in mapper.primary_key)
    return _Plan(
        table=table,
        attributes=tuple(columns),
        defaults=tuple(defaults),
        parents=parents,
        serial=None if counted is None else names[counted],
        keys=keys,
        keys_and_version=keys if version is None else (*keys, names[version]),
        relations=tuple(rel.key for rel in to_parent),
    )


def _default(default: Any) -> Callable[[], Any]:
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


def _execute(connection: Connection, statement: PreparedStatement, parameters: list[Any]) -> int:
    many = parameters if len(parameters) > 1 else parameters[0]
    return connection.exec_driver_sql(statement.sql, many).rowcount


_PREPARED: Final[dict[tuple[object, ...], PreparedStatement]] = {}
"""By the kind of database, the table and its columns: all engines of a kind share them."""


def _insert_of(dialect: Dialect, table: Table, names: tuple[str, ...]) -> PreparedStatement:
    key = (dialect.name, table, names)
    if key not in _PREPARED:
        _PREPARED[key] = PreparedStatement(dialect, insert(table).inline(), names)
    return _PREPARED[key]


def _update_of(dialect: Dialect, plan: _Plan, names: tuple[str, ...]) -> PreparedStatement:
    """Its parameters are the columns, and `old_NAME` for each column that says which row is meant."""
    key = (dialect.name, plan, names)
    if key not in _PREPARED:
        which = [plan.table.c[name] == bindparam(f"old_{name}") for name in plan.keys_and_version]
        _PREPARED[key] = PreparedStatement(dialect, update(plan.table).where(*which), names)
    return _PREPARED[key]


@cache
def _insertion_order(table: Table) -> int:
    """The position of a table in the order of inserts: tables that others refer to come first."""
    return table.metadata.sorted_tables.index(table)
