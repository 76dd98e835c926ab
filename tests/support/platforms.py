"""A platform: the assembled product without pages, on a new database with a published site."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from formengine.settings import Settings, read_settings
from tests.support.databases import Templates

if TYPE_CHECKING:
    from formengine.authoring import Bundle, Site
    from formengine.registry import Registry
    from formengine.services.core.published_definitions import Definitions
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.source import Finding
    from formengine.storage.models.people import Person
    from formengine.workflow.definition.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
SITES = Path(__file__).parents[1] / "sites"
MakePlatform = Callable[..., "Platform"]


def settings_of(**values: object) -> Settings:
    """Settings for tests: cheap password hashes, no rate limits, mail in memory; `values` override them."""
    defaults: dict[str, object] = {
        "environment": "development",
        "secret": "a-secret-for-the-tests-alone,-long-enough",
        "mail_url": "memory:",
        "rate_limits": "off",
        "password_cost": "cheap",
        "threads": "4",
        "site": ROOT,
    }
    return read_settings({f"formengine.{k}": str(v) for k, v in {**defaults, **values}.items()}, environ={})


@cache
def _without_plugins() -> tuple[Registry, Definitions]:
    """What platforms without plugins register, and what one has read for all others: each is named by its content."""
    from formengine.app import build_registry
    from formengine.services.core.published_definitions import Definitions

    registry = build_registry(settings_of())
    _check_bundles_once(registry.vocabulary)
    return registry, Definitions(registry)


def _check_bundles_once(shared: Vocabulary) -> None:
    """Have each bundle that is published with this vocabulary checked once in this process, from now on: many tests
    publish the same one, on each kind of database.
    """
    from formengine.services.publishing import publications

    check_anew: Any = vars(publications)["checked_site"]
    known: dict[str, tuple[Site | None, list[Finding]]] = {}

    def checked(bundle: Bundle, vocabulary: Vocabulary, *more: Any) -> Any:
        if vocabulary is not shared:
            return check_anew(bundle, vocabulary, *more)
        if bundle.hash not in known:
            known[bundle.hash] = check_anew(bundle, vocabulary, *more)
        site, findings = known[bundle.hash]
        return site, [*findings]

    vars(publications)["checked_site"] = checked


def open_platform(settings: Settings) -> Platform:
    """The product assembled over a migrated database."""
    from formengine.app import build_platform, platform_with

    if settings.plugins or settings.of_plugins.ini:
        return build_platform(settings)
    registry, definitions = _without_plugins()
    return replace(platform_with(settings, registry), definitions=definitions)


def close_platform(platform: Platform) -> None:
    """Close the connections."""
    platform.database.close()
    close: Any = getattr(platform.queue, "close", None)
    if close is not None:
        close()


def publish_site(platform: Platform) -> None:
    """Publish the folder that the settings name."""
    from formengine.authoring import Bundle
    from formengine.services.publishing.publications import publish

    with acting_on(platform, None) as work:
        publish(work, Bundle.from_folder(Path(platform.settings.site)), "for the tests")


@contextmanager
def acting_on(platform: Platform, actor: Person | None, **values: Any) -> Iterator[UnitOfWork]:
    """A unit of work in a transaction of its own: committed at the end, rolled back on an exception."""
    from formengine.services.core.unit_of_work import open_work

    with open_work(platform, actor.id if actor is not None else None, **values) as work:
        yield work


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A listening socket on a free loopback port: the platform's address, whether or not it is served."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def site_folder(request: pytest.FixtureRequest) -> Path:
    """The site to publish: the repository's own, or `@pytest.mark.site("name")` of tests/sites."""
    marker = request.node.get_closest_marker("site")
    return ROOT if marker is None else SITES / marker.args[0]


def published(templates: Templates, kind: str, site: Path, folder: Path) -> str:
    """The URL of a new database with a published site and nothing else; a file in `folder` where it is SQLite's."""

    def fill(url: str) -> None:
        with TemporaryDirectory() as files:
            platform = open_platform(settings_of(database_url=url, storage_url=f"file:{files}", site=site))
            publish_site(platform)
            close_platform(platform)

    return templates.filled(kind, folder, f"published {site}", fill)


@pytest.fixture
def published_url(database_kind: str, templates: Templates, site_folder: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the published site and nothing else."""
    url = published(templates, database_kind, site_folder, tmp_path)
    yield url
    templates.discard(url)


@pytest.fixture
def make_platform(
    published_url: str, site_folder: Path, listening: socket.socket, tmp_path: Path
) -> Iterator[MakePlatform]:
    """Builds platforms with other settings on one database: `make_platform(mail_url=...)`."""
    platforms: list[Platform] = []

    def make(**values: object) -> Platform:
        defaults = {
            "database_url": published_url,
            "storage_url": f"file:{tmp_path}/files",
            "base_url": f"http://127.0.0.1:{listening.getsockname()[1]}",
            "site": site_folder,
        }
        platform = open_platform(settings_of(**{**defaults, **values}))
        platforms.append(platform)
        return platform

    yield make
    for platform in platforms:
        close_platform(platform)


@pytest.fixture
def platform(make_platform: MakePlatform) -> Platform:
    """A platform on a database of each kind in turn, with the site published."""
    return make_platform()


Acting = Callable[..., AbstractContextManager["UnitOfWork"]]


@pytest.fixture
def acting(platform: Platform) -> Acting:
    """`with acting(person) as work:` is a unit of work of that person (None: the engine), committed at the end."""

    def act(actor: Person | None = None, **values: Any) -> AbstractContextManager[UnitOfWork]:
        return acting_on(platform, actor, **values)

    return act
