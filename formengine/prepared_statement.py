"""SQLAlchemy's INSERT and UPDATE statements, compiled once and executed with values that were converted beforehand.

Our own tables and the job engine's are written in this way: under SQLite's write lock nothing is left to compute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Dialect, Insert, Update


class PreparedStatement:
    """A statement compiled for a set of columns (`names`); `options` are those of SQLAlchemy's `compile`."""

    def __init__(self, dialect: Dialect, statement: Insert | Update, names: Iterable[str], **options: Any) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names), **options)
        self.sql = str(compiled)
        self._order: list[str] | None = compiled.positiontup
        types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        processors = {name: type_.bind_processor(dialect) for name, type_ in types.items()}
        self._processors = {name: process for name, process in processors.items() if process is not None}
        self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}

    def convert(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a row as the driver takes them."""
        process = self._processors
        return {name: process[name](value) if name in process else value for name, value in row.items()}

    def arrange(self, row: dict[str, Any]) -> Any:
        """Converted values as one set of parameters."""
        if self._constants:
            row = {**self._constants, **row}
        return row if self._order is None else tuple([row[name] for name in self._order])
