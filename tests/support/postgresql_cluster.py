"""A PostgreSQL cluster of the tests: on a Unix socket, run by an unprivileged user, without fsync and autovacuum."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from uuid import uuid4

import psycopg

from tests.support.memory_folder import memory_folder
from tests.support.requirements import postgresql


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `folder` holds its socket.

    Databases are created and dropped on two connections that stay open, one for each, so that none waits for the other:
    to make a connection takes half as long as to copy a database.
    """

    folder: Path
    _open: dict[str, psycopg.Connection] = field(default_factory=dict, compare=False, repr=False)
    _dropping: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "dropping"), compare=False, repr=False
    )

    def create(self, template: str | None = None, name: str | None = None) -> str:
        """Create a database, as a copy of `template` if given; returns its name."""
        name = name or f"d{uuid4().hex[:12]}"
        copied = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""  # a third cheaper than by the log
        self._execute("create", f"CREATE DATABASE {name}{copied}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, even with open connections."""
        self._execute("drop", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def drop_later(self, name: str) -> None:
        """Drop a database while the next test runs: most of it is waiting for a checkpoint."""
        self._dropping.submit(self.drop, name)

    def _execute(self, use: str, statement: str) -> None:
        """Run a statement on the connection for this use; on a new one if a test has stopped the server meanwhile."""
        if use in self._open:
            try:
                self._open[use].execute(statement.encode())
                return
            except psycopg.OperationalError:
                if not self._open[use].closed:
                    raise
        self._open[use] = psycopg.connect(self._address("postgres"), autocommit=True)
        self._open[use].execute(statement.encode())

    def close(self) -> None:
        """Wait for the databases that are being dropped, and close the connections."""
        self._dropping.shutdown()
        while self._open:
            self._open.popitem()[1].close()

    def url(self, name: str) -> str:
        """The address of a database, as `formengine.database_url` takes it."""
        return f"postgresql://maya@/{name}?host={self.folder}"

    def _address(self, name: str) -> str:
        return f"host={self.folder} user=maya dbname={name}"

    def answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def shared_cluster(folder: Path) -> Iterator[Cluster]:
    """The cluster of all workers of a run, who meet in `folder`: the first one starts it, the last one deletes it."""
    cluster = Cluster(memory_folder() / f"fe-{sha256(str(folder).encode()).hexdigest()[:10]}")
    with (folder / "cluster.users").open("w") as users:
        with locked(folder / "cluster.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            if not cluster.folder.exists():
                _start(cluster)
        try:
            yield cluster
        finally:
            cluster.close()
            with locked(folder / "cluster.lock"), suppress(BlockingIOError):  # raised where another worker uses it
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop(cluster)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Create and run a cluster, which its user may stop; delete it at the end."""
    cluster = Cluster(memory_folder() / f"fe-{uuid4().hex[:10]}")
    try:
        _start(cluster)
        yield cluster
    finally:
        cluster.close()
        _stop(cluster)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is within such a block of the same path."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(cluster: Cluster) -> None:
    """Create the cluster and run it: not as a child, for it may outlive the process that has started it."""
    cluster.folder.mkdir()  # the path of a Unix socket is limited to about 100 bytes
    cluster.folder.chmod(0o777)
    init = ["initdb", "-U", "maya", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8"]
    initdb = _run(cluster, *init)
    assert initdb.returncode == 0, initdb.stderr
    start_server(cluster)


def start_server(cluster: Cluster) -> None:
    """Run the server of a cluster, until it answers."""
    _run(cluster, "pg_ctl", "start", "--no-wait", "--silent", "-o", " ".join(_options(cluster.folder)))
    until(cluster.answers, 20)


def _stop(cluster: Cluster) -> None:
    """End the server, if it runs, and delete the cluster."""
    _run(cluster, "pg_ctl", "stop", "--silent", "--mode=fast", "--timeout=20")
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _run(cluster: Cluster, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL on the cluster, not as root, which it refuses; what it says."""
    prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
    line = [*prefix, str(postgresql() / program), "-D", str(cluster.folder / "data"), *arguments]
    with TemporaryFile("w+") as said:  # not a pipe: the server inherits it
        ended = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", check=False)
        said.seek(0)
        return subprocess.CompletedProcess(line, ended.returncode, "", said.read())


def _options(folder: Path) -> list[str]:
    options = {
        "fsync": "off",
        "full_page_writes": "off",
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "max_connections": "600",  # of all workers of a run
        "autovacuum": "off",  # no database lives long enough
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "bgwriter_lru_maxpages": "0",
    }
    return [part for key, value in options.items() for part in ("-c", f"{key}={value}")]


def until(condition: object, seconds: float, every: float = 0.02) -> None:
    """Wait until the callable returns true; AssertionError after the time limit."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(every)
