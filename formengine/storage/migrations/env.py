"""Configuration of alembic: our own tables only (`fe_`), on the connection that `upgrade` has opened and locked."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from formengine.storage import Base
from formengine.storage.models.base import Instant


def ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Whether a table is one of ours; the tables of SQLite's full-text index belong to it."""
    return kind != "table" or bool(name and name.startswith("fe_") and not name.startswith("fe_search_index"))


def spell(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Our column types in SQLAlchemy's own terms, so that a migration never depends on present classes."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, JSON):
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_object=ours,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=spell,
)
with context.begin_transaction():
    context.run_migrations()
