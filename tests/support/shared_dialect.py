"""One dialect and one cache of compiled statements for the databases of all tests in a process.

A process of the product opens one database and compiles each statement once. A process of tests opens thousands, and
would compile the same statements for each: a tenth of the time of the tests with a database.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from formengine.storage.database import _json


class _Shared(type):
    """Makes a class of dialects give the same instance to all engines of `open_database`, told by their serializer."""

    instances: ClassVar[dict[type, Any]] = {}

    def __call__(cls, **options: Any) -> Any:
        if options.get("json_serializer") is not _json:
            return super().__call__(**options)  # the job engine's
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(**options)
        return cls.instances[cls]


_CACHES: dict[type, Any] = {}
_STATEMENTS: Final = 2_000
"""How many compiled statements are kept."""


class _SharedDialect:
    """What both dialects have in common; the server is asked once which version it is."""

    supports_statement_cache = True
    asked = False

    def initialize(self, connection: Any) -> None:
        if not self.asked:
            super().initialize(connection)  # type: ignore[misc]
            self.asked = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        if engine.dialect is _Shared.instances.get(cls):
            cache: Any = _CACHES.setdefault(cls, engine._compiled_cache)
            cache.capacity = _STATEMENTS
            engine._compiled_cache = cache


class SharedSqlite(_SharedDialect, SQLiteDialect_pysqlite, metaclass=_Shared):
    """SQLite's dialect, shared."""

    supports_statement_cache = True


class SharedPostgresql(_SharedDialect, PGDialect_psycopg, metaclass=_Shared):
    """PostgreSQL's dialect, shared."""

    supports_statement_cache = True


def share_dialects() -> None:
    """Have SQLAlchemy use the shared dialects for `sqlite:` and `postgresql+psycopg:` from now on in this process."""
    registry.register("sqlite", __name__, SharedSqlite.__name__)
    registry.register("postgresql.psycopg", __name__, SharedPostgresql.__name__)
