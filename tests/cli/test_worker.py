"""`formengine worker` and `formengine serve` told to stop while the database is gone, in processes of their own."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Templates
from tests.support.postgresql_cluster import Cluster, start_server, until
from tests.support.server import Commands, Process, commands_on
from tests.support.warm_process import WarmProcess

LONGEST_END = 45
"""Seconds: a job that waits for the database has 30 to end, the worker 8 more, and the machine is busy."""


@pytest.fixture
def private_commands(
    private_templates: Templates, site_folder: Path, tmp_path: Path, warm_process: WarmProcess
) -> Iterator[Commands]:
    """Commands on a migrated database of the private cluster."""
    url = private_templates.migrated("postgresql", tmp_path)
    commands = commands_on(url, site_folder, tmp_path, warm_process)
    yield commands
    commands.end()


def jobs_status(commands: Commands, code: int = 0) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(commands.run("jobs", "status", "--json", code=code))
    return answer


def ready(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/readyz") as answer:
        body: dict[str, Any] = json.load(answer)
    return body


def processes_of(cluster: Cluster) -> list[int]:
    """The server of a cluster, and its children."""
    server = int((cluster.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [server, *map(int, children)]


@contextmanager
def shut_down(cluster: Cluster) -> Iterator[None]:
    server, *_children = processes_of(cluster)
    os.kill(server, signal.SIGINT)
    until(lambda: not (cluster.folder / "data" / "postmaster.pid").exists(), 20)
    try:
        yield
    finally:
        start_server(cluster)


@contextmanager
def frozen(cluster: Cluster) -> Iterator[None]:
    """Connections stay open, and nothing answers."""
    stopped = processes_of(cluster)
    try:
        for process in stopped:
            _signal(process, signal.SIGSTOP)
        yield
    finally:
        for process in stopped:
            _signal(process, signal.SIGCONT)


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # a child may end meanwhile
        os.kill(process, number)


@pytest.mark.parametrize("lost", [shut_down, frozen])
def test_a_worker_ends_when_postgresql_is_gone(
    private_cluster: Cluster, private_commands: Commands, lost: Callable[[Cluster], Any]
) -> None:
    """T7: it waited for its database for ever."""
    worker = private_commands.start("worker")
    until(lambda: len(jobs_status(private_commands)["workers"]) == 1, 30, 0.3)
    with lost(private_cluster):
        time.sleep(2)
        ends_within(worker, LONGEST_END)


def test_a_server_ends_when_postgresql_is_gone(private_cluster: Cluster, private_commands: Commands) -> None:
    """T7: with the worker in it."""
    server, _url = private_commands.serve()
    until(lambda: len(jobs_status(private_commands)["workers"]) == 1, 30, 0.3)
    with shut_down(private_cluster):
        time.sleep(2)
        ends_within(server, LONGEST_END)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_ends_when_sqlite_is_locked(commands: Commands, database_url: str) -> None:
    """T7: by another process that does not let go."""
    worker = commands.start("worker")
    until(lambda: len(jobs_status(commands)["workers"]) == 1, 30, 0.3)
    connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        time.sleep(2)
        assert len(jobs_status(commands)["workers"]) == 1
        ends_within(worker, LONGEST_END)
    finally:
        connection.close()


def ends_within(process: Process, seconds: float) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(seconds) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_ends_whichever_thread_takes_the_signal(commands: Commands) -> None:
    """T7, T50: of a process that was stopped and is told to end and to continue, as by systemd, any thread may."""
    worker = commands.start("worker")
    until(lambda: len(jobs_status(commands)["workers"]) == 1, 30, 0.3)
    thread = next(int(task.name) for task in Path(f"/proc/{worker.pid}/task").iterdir() if int(task.name) != worker.pid)
    assert ctypes.CDLL(None).tgkill(worker.pid, thread, signal.SIGTERM) == 0
    assert worker.wait(LONGEST_END) == 0


def test_a_stopped_worker_is_late(site_commands: Commands) -> None:
    """T50: beside a server that is ready all the same; `jobs status` says so too, and ends with 1."""
    site_commands.environment["FORMENGINE_JOB_LEASE"] = "2"
    _server, url = site_commands.serve("--no-worker")
    assert (ready(url)["jobs"], ready(url)["workers"]) == ("ok", [])
    worker = site_commands.start("worker")
    until(lambda: len(ready(url)["workers"]) == 1, 30, 0.3)
    worker.send_signal(signal.SIGSTOP)
    until(lambda: ready(url)["workers"][0]["seen"] > 2, 20, 0.3)
    body = ready(url)
    assert (body["ready"], body["jobs"]) == (True, "late")
    assert body["oldest_running"] >= 0
    status = jobs_status(site_commands, code=1)
    assert (status["late"], status["workers"][0]["id"]) == (True, body["workers"][0]["id"])
    assert {"lag", "oldest_running"} <= set(status)
    text = site_commands.run("jobs", "status", code=1)
    assert f"worker {body['workers'][0]['id']}" in text
    worker.send_signal(signal.SIGCONT)
    until(lambda: ready(url)["jobs"] == "ok", 20, 0.3)
    site_commands.run("jobs", "status")


def test_the_worker_in_a_server_beats(site_commands: Commands) -> None:
    """T50: `serve` runs one, which is seen too, and is forgotten when it ends."""
    site_commands.environment["FORMENGINE_JOB_LEASE"] = "3"
    server, url = site_commands.serve()
    until(lambda: len(ready(url)["workers"]) == 1, 30, 0.3)
    time.sleep(4)
    assert (ready(url)["jobs"], ready(url)["workers"][0]["seen"] < 3) == ("ok", True)
    ends_within(server, 30)
    assert jobs_status(site_commands)["workers"] == []
