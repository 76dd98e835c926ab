"""Who owns an attempt: what the job engine tells of it, and what a worker writes that was relieved of it."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from formengine.jobs import Queue, attempts
from formengine.jobs.dbos_engine import open_engine, status_table
from formengine.jobs.ownership import is_owned, token_of_execution
from formengine.storage import Database
from tests.jobs import job_site as site
from tests.jobs.job_site import until


def enqueue(database: Database, queue: Queue, name: str) -> None:
    with database.transaction() as session:
        queue.enqueue(session, name, {"what": "ink"}, key="job")


def test_the_engine_tells_the_token_of_an_execution(
    database: Database, queue: Queue, worker: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T50: by a private function of its package; when a new version has it no more, or otherwise, this fails."""
    seen: list[tuple[str | None, bool]] = []
    engine = open_engine(queue.database_url)

    def look(_client: object, attempt_id: str) -> str:
        token = token_of_execution()
        with engine.connect() as connection:
            is_own = token is not None and is_owned(connection, attempt_id, token)
        seen.append((token, is_own))  # once the connection is back: the engine is disposed of as soon as this is seen
        return "short"

    monkeypatch.setattr(attempts, "_lane_of_attempt", look)
    enqueue(database, queue, "falter")
    until(lambda: seen, 10)
    engine.dispose()
    token, is_own = seen[0]
    assert token
    assert is_own
    assert token_of_execution() is None


def test_an_attempt_that_is_taken_over_before_its_retry_is_not_tried_again(
    database: Database,
    queue: Queue,
    worker: object,
    diary: site.Diary,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """T50: however late: the retry is written in one transaction with the question who owns the attempt."""
    engine = open_engine(queue.database_url)
    lane_of_attempt = attempts._lane_of_attempt
    table = status_table(engine)

    def take_over_first(client: object, attempt_id: str) -> str:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET owner_xid = 'another' WHERE workflow_uuid = 'job'"))
        return lane_of_attempt(client, attempt_id)  # type: ignore[arg-type]  # the engine's client

    monkeypatch.setattr(attempts, "_lane_of_attempt", take_over_first)
    enqueue(database, queue, "falter")
    until(lambda: "it is not tried again from here" in caplog.text, 10)
    time.sleep(0.2)
    with engine.connect() as connection:
        query = text(f"SELECT workflow_uuid FROM {table} WHERE workflow_uuid LIKE 'job%'")
        stored = connection.execute(query).scalars().all()
    engine.dispose()
    assert stored == ["job"]
