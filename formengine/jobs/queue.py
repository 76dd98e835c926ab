"""The queue: jobs are enqueued in the transaction of their cause, so that neither is committed without the other.

A job has a registered name and a small JSON object, usually ids of rows that it works on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import zope.sqlalchemy
from sqlalchemy import Connection, Dialect, Insert, event
from sqlalchemy.orm import Session
from zope.sqlalchemy import datamanager

from formengine.jobs.dbos_engine import LANES, connect, prepare
from formengine.jobs.kinds import KINDS, Kind, kind_named
from formengine.jobs.wakeup import WAKEUP
from formengine.log_context import current_log_context
from formengine.prepared_statement import PreparedStatement

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

SEPARATOR = "~"
"""Between a job's id and the number of a later attempt; no key may contain it."""
CAUSED_BY = "_caused_by"
"""The member of a job's args that names the request which enqueued it, for log lines; functions do not see it."""


class Queue:
    """Enqueues jobs. One per process, shared by its threads; `close` it at the end."""

    def __init__(self, database_url: str, kinds: Mapping[str, Kind] = KINDS, *, ready: bool = False) -> None:
        """Open the queue in `database_url`, making its tables unless they are `ready`."""
        if not ready:
            prepare(database_url)
        self.database_url = database_url
        self.kinds = kinds
        self._prepared: dict[tuple[str, ...], PreparedStatement] = {}

    @cached_property
    def client(self) -> DBOSClient:
        """The client of the job engine, made at the first use: the engine is slow to import."""
        return connect(self.database_url)

    def check(self, name: str, *, lane: str = "short", key: str | None = None, at: datetime | None = None) -> None:
        """Raise ValueError for an unknown name or lane, a key with `~`, or a naive moment, as `enqueue` does.

        Makes the client too: callers check before they take the write lock, under which that would take too long.
        """
        _ = self.client
        kind_named(name, self.kinds)
        if lane not in LANES:
            raise ValueError(f"there is no lane {lane!r}; write one of {', '.join(LANES)}")
        options_of(name, lane, key, _seconds_until(at))

    def enqueue(self, session: Session, name: str, args: Mapping[str, object], **options: Any) -> None:
        """Enqueue a job in the session's transaction, with the options of `prepare`."""
        self.prepare(session, name, args, **options)()

    def prepare(
        self,
        session: Session,
        name: str,
        args: Mapping[str, object],
        *,
        lane: str = "short",
        key: str | None = None,
        at: datetime | None = None,
        attempt: int = 1,
        error: str | None = None,
    ) -> Callable[[], None]:
        """A function that enqueues a job in the session's transaction: committed with it, or gone with it.

        `args` is JSON; `lane` one of LANES; the same `key` again is a no-op for as long as its job is kept; `at` is an
        aware moment before which the job does not run. Work that was tried already goes on with this `attempt` (more
        than 1) after this `error`. Raises ValueError for an unknown name or lane, a key with `~`, or a naive moment,
        and TypeError for args that are not JSON.
        """
        self.check(name, lane=lane, key=key, at=at)
        options = options_of(name, lane, key, _seconds_until(at))
        if attempt > 1:
            options["workflow_id"] += f"{SEPARATOR}{attempt}"
            options["attributes"] = {"attempt": attempt, "error": error}
        statements = self._statements(session, options, args, attempt)
        return partial(_write, session, statements, None if at else lane)

    def prepare_all(
        self, session: Session, name: str, args_by_key: Mapping[str, Mapping[str, object]]
    ) -> Callable[[], None]:
        """A function that enqueues several jobs of one name, by their keys, in as many statements as one job takes.

        They go to the lane `short`. Raises what `prepare` raises.
        """
        lane = "short"
        rows: dict[str, list[Any]] = {}
        for key, args in args_by_key.items():
            self.check(name, lane=lane, key=key)
            for sql, parameters in self._statements(session, options_of(name, lane, key, None), args, 1):
                rows.setdefault(sql, []).append(parameters)
        return partial(_write, session, list(rows.items()), lane)

    def _statements(
        self, session: Session, options: EnqueueOptions, args: Mapping[str, object], attempt: int
    ) -> list[tuple[str, Any]]:
        """The INSERT statements of a job with their parameters; raises TypeError for args that are not JSON."""
        caused_by = current_log_context()
        args = {**args, CAUSED_BY: caused_by} if caused_by else dict(args)
        json.dumps(args)
        dialect = session.connection().dialect
        capture = _StatementCapture(dialect)
        self.client.enqueue_in_transaction(cast(Connection, capture), options, args, attempt)
        statements = []
        for statement, values in capture.captured:
            columns = (statement.table.name, *values)
            if columns not in self._prepared:
                self._prepared[columns] = PreparedStatement(
                    dialect, statement, values, render_schema_translate=True, **capture.options
                )
            prepared = self._prepared[columns]
            statements.append((prepared.sql, prepared.arrange(prepared.convert(values))))
        return statements

    def close(self) -> None:
        """Close the connections."""
        if "client" in self.__dict__:
            self.client.destroy()


def _write(session: Session, statements: list[tuple[str, Any]], lane: str | None) -> None:
    """Execute statements, each with its parameters or a list of those; a commit then wakes the workers of a lane."""
    for sql, parameters in statements:
        session.connection().exec_driver_sql(sql, parameters).close()
    if session in datamanager._SESSION_STATE:
        # zope.sqlalchemy does not notice a Core insert.
        zope.sqlalchemy.mark_changed(session)
    if lane is not None:
        event.listen(session, "after_commit", lambda _session: WAKEUP.notify(lane), once=True)


class _StatementCapture:
    """Stands in for a connection: collects the INSERT statements of the engine's client, with their values.

    The client builds and compiles them anew for each job, which on SQLite would be done under the write lock.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.options: dict[str, Any] = {}
        self.captured: list[tuple[Insert, dict[str, Any]]] = []

    def get_execution_options(self) -> dict[str, Any]:
        return self.options

    def execution_options(self, **options: Any) -> None:
        self.options.update(options)

    def execute(self, statement: Insert, values: dict[str, Any]) -> _StatementCapture:
        self.captured.append((statement, values))
        return self

    def fetchone(self) -> None:
        """No row: the client then does not compare the job with one of the same key, which is kept as it is."""


def options_of(name: str, lane: str, key: str | None, delay: float | None) -> EnqueueOptions:
    """The engine's options for a first attempt; ValueError for an invalid key."""
    if key is not None and (SEPARATOR in key or not key.strip()):
        raise ValueError(f"{key!r} cannot be a job's key: write some text without {SEPARATOR}")
    options: EnqueueOptions = {
        "workflow_name": name,
        "queue_name": lane,
        "workflow_id": key or uuid4().hex,
        "attributes": {"attempt": 1},
    }
    if delay is not None:
        options["delay_seconds"] = delay
    return options


def _seconds_until(at: datetime | None) -> float | None:
    """Seconds until a moment; None when it has passed or there is none. Raises ValueError for a naive one."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no zone")
    seconds = (at - datetime.now(UTC)).total_seconds()
    return seconds if seconds > 0 else None
