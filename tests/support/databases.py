"""Databases of both kinds: migrated once per session, and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from formengine.app import upgrade_database
from formengine.storage import Database, open_database
from tests.support.postgresql_cluster import Cluster, running_cluster

KINDS = ("sqlite", "postgresql")


class Templates:
    """Databases prepared once under a key (kind, content), and copies of them."""

    def __init__(self, folder: Path, cluster: Callable[[], Cluster]) -> None:
        self._folder, self._cluster = folder, cluster
        self._made: dict[tuple[str, str], str] = {}

    def fresh(self, kind: str, folder: Path, fill: Callable[[str], None], key: str = "empty") -> str:
        """The URL of a new database with the content that `fill(url)` writes; `fill` runs once per `key`."""
        if (kind, key) not in self._made:
            self._made[kind, key] = self._make(kind, fill)
        template = self._made[kind, key]
        if kind == "sqlite":
            path = folder / f"site-{uuid4().hex[:8]}.sqlite"
            shutil.copy(template, path)
            return f"sqlite:///{path}"
        return self._cluster().url(self._cluster().create(template))

    def discard(self, url: str) -> None:
        """Drop a test's database; for SQLite, delete its folder."""
        if url.startswith("postgresql"):
            self._cluster().drop(url.removeprefix("postgresql://maya@/").split("?")[0])

    def _make(self, kind: str, fill: Callable[[str], None]) -> str:
        name = f"t{uuid4().hex[:10]}"
        if kind == "sqlite":
            path = self._folder / f"{name}.sqlite"
            fill(f"sqlite:///{path}")
            return str(path)
        self._cluster().create(name=name)
        fill(self._cluster().url(name))
        return name


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
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Templates:
    """The session's prepared databases; the cluster starts when a PostgreSQL database is first requested."""
    started: list[Cluster] = []  # requested during set-up: pytest refuses getfixturevalue during teardown

    def running() -> Cluster:
        if not started:
            started.append(request.getfixturevalue("cluster"))
        return started[0]

    return Templates(tmp_path_factory.mktemp("templates"), running)


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`; a module that needs only one overrides this fixture."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(database_kind: str, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    url = templates.fresh(database_kind, tmp_path, migrate)
    yield url
    templates.discard(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, open."""
    opened = open_database(database_url)
    yield opened
    opened.close()
