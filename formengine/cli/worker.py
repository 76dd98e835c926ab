"""`formengine worker`: a process that runs background jobs and nothing else."""

from __future__ import annotations

import logging

import click

from formengine.cli.context import ini_argument, open_platform
from formengine.cli.process_end import end_process, has_other_threads
from formengine.log_context import configure_logging

log = logging.getLogger(__name__)
GRACE = 30.0
"""Seconds for running jobs after SIGTERM; another worker takes over those that do not end in time."""


@click.command()
@ini_argument
def worker(ini: str | None) -> None:
    """Run background jobs until SIGTERM.

    Running jobs are finished first. Any number of workers can share one database.
    """
    with open_platform(ini) as platform:
        configure_logging(platform.settings)
        from formengine import work
        from formengine.app.lazy_imports import import_lazy_modules

        import_lazy_modules()
        log.info("working")
        if not work.worker_of(platform).run(timeout=GRACE):
            end_process()
    if has_other_threads():  # of a job that was taken over, which waits for what became of it
        end_process()
