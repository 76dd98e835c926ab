"""Enqueueing within a transaction."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import transaction
import zope.sqlalchemy
from sqlalchemy import text

from formengine.jobs import Queue, list_jobs, prepare
from formengine.storage import Base


def rows(database):
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    with database.reading() as session:
        return [dict(row) for row in session.execute(text(f"SELECT * FROM {table}")).mappings()]


def test_job_is_committed_with_the_transaction(database, queue):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, lane="mail", key="tell-1")
    (job,) = list_jobs(queue)
    assert (job.id, job.kind, job.state, job.args, job.lane) == ("tell-1", "tell", "waiting", {"who": "Maya"}, "mail")


def test_job_is_rolled_back_with_the_transaction(database, queue):
    """T2: no phantom mail."""
    with database.sessions() as session:
        queue.enqueue(session, "tell", {"who": "Maya"})
        session.rollback()
    assert list_jobs(queue) == []


def test_zope_transaction_that_only_enqueues_is_committed(database, queue):
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    session = database.sessions()
    zope.sqlalchemy.register(session, transaction_manager=manager)
    queue.enqueue(session, "tell", {"who": "Maya"}, key="only")
    manager.commit()
    assert [job.id for job in list_jobs(queue)] == ["only"]


def test_a_plain_session_does_not_join_the_zope_transaction(database, queue):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"})
        assert not transaction.get()._resources


def test_same_deduplication_key_is_one_job(database, queue):
    for name in ("Maya", "Joe"):
        with database.transaction() as session:
            queue.enqueue(session, "tell", {"who": name}, key="once")
    assert [job.args for job in list_jobs(queue)] == [{"who": "Maya"}]


def test_arguments_are_stored_as_json_not_pickle(database, queue):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Zoé"})
    (row,) = rows(database)
    assert row["serialization"] == "portable_json"
    table = "workflow_input" if database.is_sqlite else "dbos.workflow_input"
    with database.reading() as session:
        inputs = session.execute(text(f"SELECT inputs FROM {table}")).scalar_one()
    assert json.loads(inputs)["positionalArgs"][0] == {"who": "Zoé"}


def test_delayed_job_runs_when_due(database, queue):
    moment = datetime.now(UTC) + timedelta(hours=2)
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, at=moment)
    (job,) = list_jobs(queue)
    assert job.due_at == pytest.approx(moment.timestamp(), abs=2)


def test_engine_tables_do_not_clash_with_application_tables(database, queue):
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if database.is_sqlite
        else "SELECT table_name FROM information_schema.tables"
    )
    with database.reading() as session:
        ours = {name for (name,) in session.execute(text(names)) if name.startswith("fe_")}
    full_text = {name for name in ours if name.startswith("fe_search_index")}  # FTS5 makes tables of its own
    assert ours - full_text == set(Base.metadata.tables)


@pytest.mark.parametrize(
    ("name", "args", "more", "message"),
    [
        ("tall", {}, {}, 'did you mean "tell"'),
        ("tell", {}, {"lane": "fast"}, "mail, short, drafts, documents, plugins, copies"),
        ("tell", {}, {"at": datetime(2026, 11, 24)}, "no zone"),  # noqa: DTZ001  # that is the fault
        ("tell", {}, {"key": "a~2"}, "without ~"),
        ("tell", {}, {"key": " "}, "without ~"),
    ],
)
def test_invalid_enqueue_raises_at_once(tmp_path, name, args, more, message):
    queue = Queue(f"sqlite:///{tmp_path}/a.sqlite")
    try:
        with pytest.raises(ValueError, match=message):
            queue.enqueue(None, name, args, **more)
    finally:
        queue.close()


def test_non_json_arguments_are_refused(tmp_path):
    queue = Queue(f"sqlite:///{tmp_path}/a.sqlite")
    try:
        with pytest.raises(TypeError):
            queue.enqueue(None, "tell", {"who": object()})
    finally:
        queue.close()


def test_sqlite_file_is_in_wal_mode_before_the_engine_opens_it(tmp_path):
    prepare(f"sqlite:///{tmp_path}/sub/a.sqlite")
    connection = sqlite3.connect(tmp_path / "sub/a.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_in_memory_database_is_refused():
    with pytest.raises(ValueError, match="need a database file"):
        Queue("sqlite:///:memory:")
