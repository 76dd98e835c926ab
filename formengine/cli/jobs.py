"""`formengine jobs`: background jobs counted, listed, retried and drained (T50)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, get_args

import click

from formengine.cli.click_groups import MOST, Failure
from formengine.cli.context import ini_option, log_warnings_only, open_platform, require_newest, settings_from
from formengine.cli.output import json_option, print_json, print_table
from formengine.jobs.job_list import State

if TYPE_CHECKING:
    from formengine.jobs import Queue, Status

SHOWN = ("id", "kind", "state", "attempts", "error", "dossier")


@click.group()
def jobs() -> None:
    """Inspect and retry background jobs."""


@jobs.command()
@ini_option
@json_option
def status(ini: str | None, as_json: bool) -> None:
    """Count jobs by state and show the workers; exit code 1 when jobs are late.

    Late: a worker has given no sign for `job_lease` seconds, or a job has been due for so long.
    """
    from formengine.jobs import status_of

    with _opened_queue(ini) as queue:
        present = status_of(queue, settings_from(ini).job_lease)
    if as_json:
        print_json(asdict(present))
    else:
        _print_status(present)
    if present.late:
        raise SystemExit(1)


def _print_status(present: Status) -> None:
    rows = [[name, str(value)] for name, value in asdict(present).items() if isinstance(value, int)]
    late = rows.pop()
    rows += [["workers", str(len(present.workers))]]
    rows += [["lag", f"{present.lag:.1f} s"], ["oldest_running", f"{present.oldest_running:.1f} s"]]
    rows += [[late[0], "yes" if present.late else "no"]]
    rows += [[f"worker {worker.id}", f"seen {worker.seen:.1f} s ago"] for worker in present.workers]
    print_table(rows, ["", "now"])


@jobs.command("list")
@click.option("--state", type=click.Choice(get_args(State)), help="Only jobs in this state.")
@click.option(
    "--limit",
    type=click.IntRange(1, MOST),
    default=100,
    show_default=True,
    help="Maximum number of jobs, newest first.",
)
@ini_option
@json_option
def list_(state: State | None, limit: int, ini: str | None, as_json: bool) -> None:
    """List the newest jobs."""
    from formengine.jobs import list_jobs

    with _opened_queue(ini) as queue:
        items = [{key: getattr(job, key) for key in SHOWN} for job in list_jobs(queue, state, limit)]
    if as_json:
        print_json({"items": items})
    else:
        print_table([["" if item[key] is None else str(item[key]) for key in SHOWN] for item in items], SHOWN)


@jobs.command()
@click.argument("id", required=False)
@click.option("--dead", is_flag=True, help="Retry every dead job.")
@ini_option
def retry(id: str | None, dead: bool, ini: str | None) -> None:
    """Retry a dead job (one that failed for good), with all its attempts."""
    from formengine.jobs import retry_dead, retry_job

    if bool(id) == dead:
        raise click.UsageError("name one job, or say --dead for all of them")
    with _opened_queue(ini) as queue:
        if id:
            retry_job(queue, id)
        count = retry_dead(queue) if dead else 1
    click.echo(f"{count} {'job is' if count == 1 else 'jobs are'} tried again")


@jobs.command()
@click.option(
    "--timeout", type=click.FloatRange(0), default=60.0, show_default=True, help="Maximum time to wait, in seconds."
)
@ini_option
def drain(timeout: float, ini: str | None) -> None:
    """Wait until no job is due; if no worker is running, run the jobs in this process."""
    from formengine.jobs import Queue
    from formengine.jobs import drain as drain_queue

    with open_platform(ini) as platform:
        from formengine.work import functions_of

        queue = platform.queue
        assert isinstance(queue, Queue)
        drained = drain_queue(queue, functions_of(platform), timeout)
    if not drained:
        raise Failure(f"jobs are still due after {timeout:g} seconds; see `formengine jobs list`")
    click.echo("nothing is due")


@contextmanager
def _opened_queue(ini: str | None) -> Iterator[Queue]:
    """The queue without the site: errors in its files or plugins do not matter."""
    from formengine.jobs import Queue
    from formengine.services.job_kinds import register_jobs

    settings = settings_from(ini)
    log_warnings_only()
    require_newest(settings)
    register_jobs()
    queue = Queue(settings.database_url, ready=True)  # writes nothing: it works while the database is locked
    try:
        yield queue
    finally:
        queue.close()
