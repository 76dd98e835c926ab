"""Units of work that overlap: each has read from the database, and written, before the first of them commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any, Final

from sqlalchemy import func, select

from formengine.errors import FormengineError
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.storage.models.people import Person

Operation = Callable[[UnitOfWork], Any]
BLOCKED_SECONDS: Final = 0.3
"""How long an operation waits, before its commit, for others: one that is blocked by its locks does not come."""


def at_once(platform: Platform, *operations: tuple[str | None, Operation]) -> list[str]:
    """Run operations, each as the person of an id, interleaved; the class name of each one's error, "" for none."""
    return [type(error).__name__ if error else "" for error in errors_at_once(platform, *operations)]


def errors_at_once(platform: Platform, *operations: tuple[str | None, Operation]) -> list[FormengineError | None]:
    """The same; the errors themselves, in the order of the operations. Any other exception is raised."""
    snapshots, writes = Barrier(len(operations)), Barrier(len(operations))

    def run(actor: str | None, operation: Operation) -> FormengineError | None:
        first = True

        def attempt(work: UnitOfWork) -> None:
            nonlocal first
            is_first, first = first, False
            work.session.scalar(select(func.count()).select_from(Person))
            if is_first:
                snapshots.wait(30)
            operation(work)
            if is_first and not platform.database.is_sqlite:  # which has one writer at a time
                work.session.flush()
                with suppress(BrokenBarrierError):
                    writes.wait(BLOCKED_SECONDS)

        try:
            run_in_transaction(platform, attempt, actor)
        except FormengineError as error:
            return error
        return None

    with ThreadPoolExecutor(len(operations)) as pool:
        return [future.result() for future in [pool.submit(run, *operation) for operation in operations]]
