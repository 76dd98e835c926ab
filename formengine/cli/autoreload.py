"""Autoreload in development: the site's files are published when the server starts and after each change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from formengine.cli.click_groups import explain
from formengine.cli.publish import publish_folder
from formengine.errors import FormengineError, PublishRefused

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform

log = logging.getLogger(__name__)
EVERY = 0.5
"""Seconds between two scans of the files. A change is published when a second scan finds it as it was: editors write a
file in several steps.
"""
WATCHED = ("workflows", "config")
Stamp = frozenset[tuple[str, int, int]]


@contextmanager
def watching(platform: Platform) -> Iterator[None]:
    """Publish now and after every change; findings are logged, and the last publication stays in service."""
    folder = Path(platform.settings.site)
    stamp = stamp_of(folder)
    refusal = publish_quietly(platform)
    stop = threading.Event()
    run = partial(watch_files, platform, folder, stamp, refusal, stop)
    thread = threading.Thread(target=run, name="formengine-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def watch_files(platform: Platform, folder: Path, published: Stamp, refusal: list[str], stop: threading.Event) -> None:
    """Publish after every change until `stop`; `published` and `refusal` are of the files as they were published."""
    last = published
    while not stop.wait(EVERY):
        before, last = last, stamp_of(folder)
        if last == before and last != published:
            published, refusal = last, publish_quietly(platform, refusal)


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


def publish_quietly(platform: Platform, refused: Sequence[str] = ()) -> list[str]:
    """Publish the site's folder; returns why it is not published, each reason logged on a line of its own, because a
    log line has no line breaks.

    `refused` is what this returned before: a site that is in order again is told, though nothing new is published.
    """
    from formengine.services.core.unit_of_work import run_in_transaction
    from formengine.services.publishing.publications import newest

    try:
        with platform.database.reading() as session:
            before = newest(session)
        row = run_in_transaction(platform, lambda work: publish_folder(work, "saved"))
        is_new = before is None or before.id != row.id
    except FormengineError as error:
        findings = error.findings if isinstance(error, PublishRefused) else ()
        reasons = [str(finding) for finding in findings] or [explain(error)]
        for reason in reasons:
            log.error("the site is not published: %s", reason)
        return reasons
    except Exception as error:
        log.exception("the site is not published")
        return [repr(error)]
    if is_new:
        log.info("publication %d is in service", row.id)
    elif refused:
        log.info("the site is in order again, as in publication %d, which stayed in service", row.id)
    return []
