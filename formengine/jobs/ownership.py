"""Ownership of an execution: a worker that wakes up again must not finish what was taken over from it.

The engine gives each execution of an attempt a token, and writes an outcome only where the row still has it.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from formengine.jobs.dbos_engine import status_table


class TakenOver(Exception):
    """Another worker runs this attempt now, or will; the message is the attempt's id."""


def token_of_execution() -> str | None:
    """Inside a job, the token of this execution; None elsewhere."""
    # Private: no public function tells it. `tests/jobs/test_ownership.py` fails when the engine changes it.
    from dbos._context import get_local_dbos_context

    context = get_local_dbos_context()
    return context.owner_xid if context is not None else None


def is_owned(connection: Connection, attempt_id: str, token: str, *, lock: bool = False) -> bool:
    """Whether the attempt still belongs to the execution with that token.

    With `lock` it stays so until the end of the transaction: PostgreSQL locks the row, and SQLite has its write lock.
    """
    query = f"SELECT owner_xid FROM {status_table(connection.engine)} WHERE workflow_uuid = :id"  # nosec B608
    if lock and connection.dialect.name == "postgresql":
        query += " FOR SHARE"
    return connection.execute(text(query), {"id": attempt_id}).scalar() == token
