"""Assembles a platform from settings: all that a process opens once and closes at its end."""

from __future__ import annotations

from formengine.app.plugins import build_registry
from formengine.jobs import Queue, prepare
from formengine.registry import Registry
from formengine.services.core.published_definitions import Definitions
from formengine.services.core.unit_of_work import Platform
from formengine.services.job_kinds import kinds_with_jobs_of, register_jobs
from formengine.settings import Settings
from formengine.storage import Database, open_database
from formengine.storage.blobs.store import open_blobs
from formengine.storage.migrations import upgrade


def build_platform(settings: Settings) -> Platform:
    """The platform of these settings; SettingError for a store that cannot be opened and for plugins that clash."""
    return platform_with(settings, build_registry(settings))


def platform_with(settings: Settings, registry: Registry) -> Platform:
    """The platform of these settings with what plugins have registered; SettingError for a store that does not open."""
    register_jobs()
    database = open_database(settings.database_url)
    blobs = open_blobs(settings.storage_url)
    queue = Queue(settings.database_url, kinds_with_jobs_of(registry), ready=True)  # `upgrade` made its tables
    return Platform(
        settings=settings,
        database=database,
        registry=registry,
        blobs=blobs,
        queue=queue,
        definitions=Definitions(registry),
    )


def close_platform(platform: Platform) -> None:
    """Close the database and the queue of a platform."""
    platform.database.close()
    platform.queue.close()


def upgrade_database(database: Database) -> None:
    """Upgrade the tables, those of the job engine included; safe to repeat and on a running site (O3)."""
    upgrade(database)
    prepare(database.url)
