import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
import transaction
import zope.sqlalchemy
from sqlalchemy import text

from formengine.jobs import Queue, list_jobs, prepare


def rows(database):
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    with database.reading() as session:
        return [dict(row) for row in session.execute(text(f"SELECT * FROM {table}")).mappings()]


def test_a_job_is_committed_with_its_cause(database, queue):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, lane="mail", key="tell-1")
    (job,) = list_jobs(queue)
    assert (job.id, job.kind, job.state, job.args, job.lane) == ("tell-1", "tell", "waiting", {"who": "Maya"}, "mail")


def test_a_job_is_rolled_back_with_its_cause(database, queue):
    """T2: no phantom mail."""
    with database.sessions() as session:
        queue.enqueue(session, "tell", {"who": "Maya"})
        session.rollback()
    assert list_jobs(queue) == []


def test_a_job_that_is_all_a_zope_transaction_writes_is_committed(database, queue):
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


def test_the_same_key_twice_is_one_job(database, queue):
    for who in ("Maya", "Joe"):
        with database.transaction() as session:
            queue.enqueue(session, "tell", {"who": who}, key="once")
    assert [job.args for job in list_jobs(queue)] == [{"who": "Maya"}]


def test_jobs_are_kept_as_portable_json_and_never_pickled(database, queue):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Zoé"})
    (row,) = rows(database)
    assert row["serialization"] == "portable_json"
    table = "workflow_input" if database.is_sqlite else "dbos.workflow_input"
    with database.reading() as session:
        kept = session.execute(text(f"SELECT inputs FROM {table}")).scalar_one()
    assert json.loads(kept)["positionalArgs"][0] == {"who": "Zoé"}


def test_a_job_for_later_waits_for_its_moment(database, queue):
    moment = datetime.now(UTC) + timedelta(hours=2)
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, at=moment)
    (job,) = list_jobs(queue)
    assert job.due_at == pytest.approx(moment.timestamp(), abs=2)


def test_the_tables_of_the_engine_are_not_named_like_ours(database, queue):
    names = (
        "SELECT name FROM sqlite_master" if database.is_sqlite else "SELECT table_name FROM information_schema.tables"
    )
    with database.reading() as session:
        assert not [name for (name,) in session.execute(text(names)) if name.startswith("fe_")]


@pytest.mark.parametrize(
    ("name", "args", "more", "message"),
    [
        ("tall", {}, {}, "did you mean 'tell'"),
        ("tell", {}, {"lane": "fast"}, "mail, short, documents"),
        ("tell", {}, {"at": datetime(2026, 11, 24)}, "no zone"),  # noqa: DTZ001  # that is the fault
        ("tell", {}, {"key": "a~2"}, "without ~"),
        ("tell", {}, {"key": " "}, "without ~"),
    ],
)
def test_what_cannot_be_enqueued_is_refused_at_once(tmp_path, name, args, more, message):
    queue = Queue(f"sqlite:///{tmp_path}/a.sqlite")
    try:
        with pytest.raises(ValueError, match=message):
            queue.enqueue(None, name, args, **more)
    finally:
        queue.close()


def test_arguments_that_are_not_json_are_refused(tmp_path):
    queue = Queue(f"sqlite:///{tmp_path}/a.sqlite")
    try:
        with pytest.raises(TypeError):
            queue.enqueue(None, "tell", {"who": object()})
    finally:
        queue.close()


def test_a_sqlite_file_gets_its_write_ahead_log_before_the_engine_opens_it(tmp_path):
    prepare(f"sqlite:///{tmp_path}/sub/a.sqlite")
    connection = sqlite3.connect(tmp_path / "sub/a.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_database_in_memory_is_refused():
    with pytest.raises(ValueError, match="need a database file"):
        Queue("sqlite:///:memory:")
