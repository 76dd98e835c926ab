"""`formengine worker`: a process that runs background jobs and nothing else."""

from __future__ import annotations

import logging

import click

from formengine.cli.context import open_platform
from formengine.log_context import configure_logging

log = logging.getLogger(__name__)
GRACE = 30.0
"""Seconds for running jobs after SIGTERM; another worker takes over those that do not end in time."""


@click.command()
@click.argument("ini", required=False, type=click.Path(exists=True, dir_okay=False))
def worker(ini: str | None) -> None:
    """Run background jobs until SIGTERM.

    Running jobs are finished first. Any number of workers can share one database.
    """
    with open_platform(ini) as platform:
        configure_logging(platform.settings)
        from formengine import work

        log.info("working")
        work.worker_of(platform).run(timeout=GRACE)
