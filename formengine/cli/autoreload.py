"""Autoreload in development: the site's files are published when the server starts and after each change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from formengine.cli.click_groups import explain
from formengine.cli.publish import publish_folder
from formengine.errors import FormengineError, PublishRefused

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two scans of the files."""
WATCHED = ("workflows", "config")
Stamp = frozenset[tuple[str, int, int]]


@contextmanager
def watching(platform: Platform) -> Iterator[None]:
    """Publish now and after every change; findings are logged, and the last publication stays in service."""
    folder = Path(platform.settings.site)
    stamp = stamp_of(folder)
    publish_quietly(platform)
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(platform, folder, stamp, stop), name="formengine-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _watch(platform: Platform, folder: Path, stamp: Stamp, stop: threading.Event) -> None:
    while not stop.wait(EVERY):
        now = stamp_of(folder)
        if now != stamp:
            stamp = now
            publish_quietly(platform)


def stamp_of(folder: Path) -> Stamp:
    """Path, modification time and size of each file: equal for a site that did not change."""
    stamps = set()
    for name in WATCHED:
        for path in (folder / name).rglob("*"):
            try:
                stat = path.stat()
            except OSError:
                continue  # gone since: an editor saves by renaming
            stamps.add((str(path), stat.st_mtime_ns, stat.st_size))
    return frozenset(stamps)


def publish_quietly(platform: Platform) -> None:
    """Publish the site's folder; errors are logged."""
    from formengine.services.core.unit_of_work import run_in_transaction
    from formengine.services.publishing.publications import newest

    try:
        with platform.database.reading() as session:
            before = newest(session)
        row = run_in_transaction(platform, lambda work: publish_folder(work, "saved"))
        fresh = before is None or before.id != row.id
    except FormengineError as error:
        log_refusal(error)
    except Exception:
        log.exception("the site is not published")
    else:
        if fresh:
            log.info("publication %d is in service", row.id)


def log_refusal(error: FormengineError) -> None:
    """Log why the site is not published: each finding on a line of its own, because a log line has no line breaks."""
    reasons = error.findings if isinstance(error, PublishRefused) else ()
    for reason in reasons or (explain(error),):
        log.error("the site is not published: %s", reason)
