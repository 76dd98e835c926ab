"""Databases of both kinds: migrated once, those of SQLite for all workers of a run, and copied for each test."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from formengine.app import upgrade_database
from formengine.storage import Database, open_database
from tests.support.postgresql_cluster import Cluster, running_cluster

KINDS = ("sqlite", "postgresql")


class Templates:
    """Databases prepared once, under a kind and a key that names their content, and copies of them.

    Files of SQLite are prepared once for all workers of a run, in the folder that these share.
    """

    def __init__(self, shared: Path, cluster: Callable[[], Cluster]) -> None:
        self.shared, self._cluster = shared, cluster
        self._made: dict[tuple[str, str], str] = {}
        self._dropping = ThreadPoolExecutor(1, "dropping")

    def migrated(self, kind: str, folder: Path) -> str:
        """The URL of a new database with all tables and no rows; a file in `folder` where it is SQLite's."""
        if (kind, "") not in self._made:
            self._prepare(kind, "", migrate, lambda folder: self._new(kind, folder))
        return self._copy(self._made[kind, ""], folder)

    def filled(self, kind: str, folder: Path, key: str, fill: Callable[[str], None]) -> str:
        """The URL of a new database with what `fill(url)` has written to a migrated one; it runs once per `key`."""
        if (kind, key) not in self._made:
            self._prepare(kind, key, fill, lambda folder: self.migrated(kind, folder))
        return self._copy(self._made[kind, key], folder)

    def _prepare(self, kind: str, key: str, fill: Callable[[str], None], new: Callable[[Path], str]) -> None:
        """Have `fill` write to a `new` database, or take what another worker has prepared."""
        if kind == "postgresql":  # a cluster belongs to one worker
            url = new(self.shared)
            fill(url)
            self._made[kind, key] = url
            return
        prepared = self.shared / f"{sha256(key.encode()).hexdigest()[:16]}.sqlite"
        with prepared.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not prepared.exists():
                url = new(self.shared)
                fill(url)
                Path(url.removeprefix("sqlite:///")).rename(prepared)
        self._made[kind, key] = f"sqlite:///{prepared}"

    def discard(self, url: str) -> None:
        """Drop a test's PostgreSQL database while the next test runs: most of it is waiting for a checkpoint."""
        if url.startswith("postgresql"):
            self._dropping.submit(self._cluster().drop, _name(url))

    def close(self) -> None:
        """Wait for the databases that are being dropped."""
        self._dropping.shutdown()

    def _copy(self, template: str, folder: Path) -> str:
        if template.startswith("postgresql"):
            return self._cluster().url(self._cluster().create(_name(template)))
        url = self._file(folder)
        shutil.copy(template.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url

    def _new(self, kind: str, folder: Path) -> str:
        """The URL of a database without tables."""
        return self._file(folder) if kind == "sqlite" else self._cluster().url(self._cluster().create())

    @staticmethod
    def _file(folder: Path) -> str:
        return f"sqlite:///{folder}/site-{uuid4().hex[:8]}.sqlite"


def _name(url: str) -> str:
    """The name of a database of the cluster."""
    return url.removeprefix("postgresql://maya@/").split("?")[0]


def migrate(url: str) -> None:
    """Bring an empty database to the newest revision, including the job engine's tables."""
    database = open_database(url)
    upgrade_database(database)
    database.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A private PostgreSQL cluster for the session of one process."""
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Templates]:
    """The session's prepared databases; the cluster starts when a PostgreSQL database is first requested."""
    started: list[Cluster] = []  # requested during set-up: pytest refuses getfixturevalue during teardown

    def running() -> Cluster:
        if not started:
            started.append(request.getfixturevalue("cluster"))
        return started[0]

    shared = tmp_path_factory.getbasetemp()
    shared = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "templates"
    shared.mkdir(exist_ok=True)
    prepared = Templates(shared, running)
    yield prepared
    prepared.close()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`; a module that needs only one overrides this fixture."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(database_kind: str, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    url = templates.migrated(database_kind, tmp_path)
    yield url
    templates.discard(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, open."""
    opened = open_database(database_url)
    yield opened
    opened.close()
