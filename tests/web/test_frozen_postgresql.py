"""A PostgreSQL server that is stopped: it accepts connections and statements, and answers nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from formengine.services.core.unit_of_work import Platform
from formengine.storage import answer_time
from formengine.storage.answer_time import limited_wait
from tests.support.databases import Templates
from tests.support.people import People
from tests.support.postgresql_cluster import Cluster
from tests.web.conftest import Visiting


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture(scope="module")
def cluster(private_cluster: Cluster) -> Cluster:
    """A cluster of this module alone."""
    return private_cluster


@pytest.fixture(scope="module")
def templates(private_templates: Templates) -> Templates:
    """Databases of that cluster."""
    return private_templates


@contextmanager
def stopped(cluster: Cluster) -> Iterator[None]:
    """All processes of the cluster are stopped within the block (SIGSTOP)."""
    server = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
    processes = [server]
    os.kill(server, signal.SIGSTOP)
    try:
        for status in Path("/proc").glob("[0-9]*/stat"):
            if int(status.read_text().rsplit(")", 1)[1].split()[1]) == server:
                processes.append(int(status.parent.name))
                os.kill(processes[-1], signal.SIGSTOP)
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_pages_are_refused_while_the_server_is_stopped_and_answer_afterwards(
    cluster: Cluster, platform: Platform, people: People, visiting: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T7: 503 with `Retry-After` within the time, for reading and for writing; nothing acknowledged is lost."""
    monkeypatch.setattr(answer_time, "ANSWER_SECONDS", 1.0)
    browser = visiting(people.add("joe@example.com"))
    language = browser.get("/account").forms[0]
    browser.post("/language", {"csrf_token": language["csrf_token"].value, "language": "fr"}, status=303)
    with stopped(cluster):
        for page, data in (("/account", None), ("/sign-in", None), ("/language", {"language": "en"})):
            begun = time.monotonic()
            posted = {"csrf_token": language["csrf_token"].value, **(data or {})}
            answer = browser.post(page, posted, status=503) if data else browser.get(page, status=503)
            assert answer.headers["Retry-After"]
            assert time.monotonic() - begun < 4
        assert browser.get("/readyz", status=503).json["database"] == "failing"
    assert 'lang="fr"' in browser.get("/account", status=200)
    with platform.database.reading() as session:
        assert session.scalar(text("SELECT language FROM fe_people WHERE email = 'joe@example.com'")) == "fr"


def test_only_what_is_limited_gives_up(cluster: Cluster, platform: Platform) -> None:
    """T7: jobs and commands, whose statements may take long, wait until the server goes on."""
    with platform.database.reading() as session:
        assert session.scalar(text("SELECT 1 FROM pg_sleep(1)")) == 1
        with limited_wait(0.3), pytest.raises(OperationalError, match="does not answer"):
            session.scalar(text("SELECT 1 FROM pg_sleep(5)"))
    with limited_wait(0.3), platform.database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
        with pytest.raises(OperationalError):
            session.scalar(text("SELECT 1 FROM pg_sleep(5)"))
        begun = time.monotonic()
        with pytest.raises(OperationalError):
            platform.database.reading().scalar(text("SELECT 1"))
        assert time.monotonic() - begun < 0.2


def test_the_address_of_the_database_has_the_last_word(database_url: str) -> None:
    """T7: `?connect_timeout=` in the address replaces the limit of the product."""
    from formengine.storage import open_database

    database = open_database(f"{database_url}&connect_timeout=7&keepalives_idle=5")
    with database.engine.connect() as connection:
        parameters = connection.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
    database.close()
    assert (parameters["connect_timeout"], parameters["keepalives_idle"]) == ("7", "5")
    assert parameters["tcp_user_timeout"] == "60000"
