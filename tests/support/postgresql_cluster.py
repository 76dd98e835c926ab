"""A private PostgreSQL cluster: on a Unix socket, run by an unprivileged user, without fsync and autovacuum."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.support.memory_folder import memory_folder
from tests.support.requirements import postgresql


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `folder` holds its socket."""

    folder: Path

    def create(self, template: str | None = None, name: str | None = None) -> str:
        """Create a database, as a copy of `template` if given; returns its name."""
        name = name or f"d{uuid4().hex[:12]}"
        copied = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""  # a third cheaper than by the log
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{copied}".encode())
        return name

    def drop(self, name: str) -> None:
        """Drop a database, even with open connections."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

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
def running_cluster() -> Iterator[Cluster]:
    """Create and run a cluster; delete it at the end."""
    binaries = postgresql()
    folder = memory_folder() / f"fe-{uuid4().hex[:10]}"  # the path of a Unix socket is limited to about 100 bytes
    folder.mkdir()
    folder.chmod(0o777)
    prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
    data = folder / "data"
    init = [*prefix, str(binaries / "initdb"), "-D", str(data), "-U", "maya", "-A", "trust", "-N", "-E", "UTF8"]
    server = None
    try:
        initdb = subprocess.run([*init, "--locale=C.UTF-8"], capture_output=True, text=True, cwd="/")
        assert initdb.returncode == 0, initdb.stderr
        server = subprocess.Popen(
            [*prefix, str(binaries / "postgres"), "-D", str(data), *_options(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        cluster = Cluster(folder)
        until(cluster.answers, 20)
        yield cluster
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)
            server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _options(folder: Path) -> list[str]:
    options = {
        "fsync": "off",
        "full_page_writes": "off",
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "max_connections": "200",
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
