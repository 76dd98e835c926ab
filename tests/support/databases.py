"""Databases of both kinds: migrated once for all workers of a run, and copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4
from zlib import crc32

import pytest

from formengine.app import upgrade_database
from formengine.app.lazy_imports import import_lazy_modules
from formengine.storage import Database, open_database
from tests.support.postgresql_cluster import Cluster, locked, running_cluster, shared_cluster
from tests.support.thorough import examples

KINDS = ("sqlite", "postgresql")


class Templates:
    """Databases prepared once, under a kind and a key that names their content, and copies of them.

    They are prepared once for all workers of a run: files of SQLite in the folder `shared` by these, databases of
    PostgreSQL in the cluster, in whose folder is a file with the address of each.
    """

    def __init__(self, shared: Path, cluster: Callable[[], Cluster]) -> None:
        self.shared, self._cluster = shared, cluster
        self._made: dict[tuple[str, str], str] = {}
        import_lazy_modules()  # as a process that serves does: what a worker has imported else depends on its tests

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
        folder = self.shared if kind == "sqlite" else self._cluster().folder
        prepared = folder / f"{sha256(key.encode()).hexdigest()[:16]}.{kind}"
        with locked(prepared.with_suffix(".lock")):
            if not prepared.exists():
                url = new(self.shared)
                fill(url)
                if kind == "sqlite":
                    Path(url.removeprefix("sqlite:///")).rename(prepared)
                else:
                    prepared.write_text(url)
        self._made[kind, key] = f"sqlite:///{prepared}" if kind == "sqlite" else prepared.read_text()

    def discard(self, url: str) -> None:
        """Drop a test's PostgreSQL database, while the next test runs."""
        if url.startswith("postgresql"):
            self._cluster().drop_later(_name(url))

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
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what all workers of a run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def cluster(shared_folder: Path) -> Iterator[Cluster]:
    """The PostgreSQL cluster of the run."""
    with shared_cluster(shared_folder) as running:
        yield running


@pytest.fixture(scope="session")
def templates(shared_folder: Path, request: pytest.FixtureRequest) -> Templates:
    """The session's prepared databases; the cluster starts when a PostgreSQL database is first requested."""
    started: list[Cluster] = []  # requested during set-up: pytest refuses getfixturevalue during teardown

    def running() -> Cluster:
        if not started:
            started.append(request.getfixturevalue("cluster"))
        return started[0]

    return Templates(shared_folder, running)


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`; a module that needs only one overrides this fixture."""
    kind: str = request.param
    return kind


def select_one_database(config: pytest.Config, items: list[pytest.Item], *paths: Path) -> None:
    """Deselect one of each two tests that differ in the kind of database alone, in these folders and modules; none with
    `EVERY_ROUND`.

    Which of them is left depends on the name of the test alone, and is the same in every run.
    """
    pairs: dict[str, dict[str, pytest.Item]] = {}
    for item in items if examples(sample=True, all_of_them=False) else ():
        callspec = getattr(item, "callspec", None)
        chosen = not {item.path, *item.path.parents}.isdisjoint(paths)
        if chosen and callspec is not None and "database_kind" in callspec.params:
            kind = callspec.params["database_kind"]
            pairs.setdefault(item.nodeid.replace(kind, "*"), {})[kind] = item
    twins = [pair[KINDS[crc32(name.encode()) % 2]] for name, pair in pairs.items() if len(pair) == len(KINDS)]
    if twins:
        config.hook.pytest_deselected(items=twins)
        left_out = set(twins)
        items[:] = [item for item in items if item not in left_out]


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


@pytest.fixture(scope="module")
def private_cluster() -> Iterator[Cluster]:
    """A cluster that the tests of a module may stop: nobody else waits for it."""
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def private_templates(private_cluster: Cluster, shared_folder: Path) -> Templates:
    """Databases of the private cluster."""
    return Templates(shared_folder, lambda: private_cluster)
