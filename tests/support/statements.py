"""Records the SQL statements of one request or job, to count them and to find those that ran twice.

    with recorded_statements(platform.database) as recorder:
        browser.get("/dossiers/MAT-2026-0001")
    assert len(recorder.statements) <= 20
    assert recorder.repeats == []

BEGIN, COMMIT, ROLLBACK, SAVEPOINT and PRAGMA do not count, and a batch of rows (executemany) is one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import event

from formengine.storage import Database

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET LOCAL", "SELECT 1 WHERE 0")
"""The last is what a savepoint becomes before the write lock is taken."""


@dataclass
class StatementRecorder:
    """The statements that ran, in order: (SQL, parameters as text); and the number of the transaction of each."""

    statements: list[tuple[str, str]] = field(default_factory=list)
    transactions: list[int] = field(default_factory=list)
    begun: int = 0

    @property
    def repeats(self) -> list[tuple[str, str]]:
        """Statements that ran more than once with the same parameters, each once."""
        return [statement for statement, count in Counter(self.statements).items() if count > 1]

    @property
    def repeats_in_a_transaction(self) -> list[tuple[str, str]]:
        """Statements that ran more than once with the same parameters in one transaction, each once."""
        counts = Counter(zip(self.statements, self.transactions, strict=True))
        return list({statement: None for (statement, _transaction), count in counts.items() if count > 1})

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The statements that are not SELECTs."""
        return [statement for statement in self.statements if not statement[0].lstrip().upper().startswith("SELECT")]

    def report(self) -> str:
        """One numbered line per statement, repeats marked, for the message of a failed assertion."""
        repeated = set(self.repeats)
        return "\n".join(
            f"{number:3} {'REPEAT ' if statement in repeated else ''}{' '.join(statement[0].split())[:220]}"
            f"  {statement[1][:120]}"
            for number, statement in enumerate(self.statements, 1)
        )


@contextmanager
def recorded_statements(database: Database) -> Iterator[StatementRecorder]:
    """Record what runs on a database's engine, in every thread, until the block ends."""
    recorder = StatementRecorder()

    def record(_connection: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        if not sql.lstrip().upper().startswith(NOT_COUNTED):
            recorder.statements.append((sql, repr(parameters)))
            recorder.transactions.append(recorder.begun)

    def count_transaction(_connection: object) -> None:
        recorder.begun += 1

    event.listen(database.engine, "before_cursor_execute", record)
    event.listen(database.engine, "begin", count_transaction)
    try:
        yield recorder
    finally:
        event.remove(database.engine, "before_cursor_execute", record)
        event.remove(database.engine, "begin", count_transaction)
