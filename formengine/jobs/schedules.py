"""Periodic jobs: each is enqueued once per tick, however many workers there are.

The job of a tick has the same key in every process. A tick is skipped while the job of an earlier one waits or runs.
Ticks never go back: where the clock was set back, or an earlier worker was ahead, they go on from the last one, since a
key that was used enqueues nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from formengine.jobs.attempts import job_of
from formengine.jobs.queue import options_of
from formengine.jobs.wakeup import WAKEUP

if TYPE_CHECKING:
    from dbos import DBOSClient

log = logging.getLogger(__name__)

KEEP_SECONDS: Final = 600
"""A finished tick is kept at least this long: its key keeps other workers from running it again."""


@dataclass(frozen=True)
class PeriodicJob:
    """A job that is enqueued every `seconds`, counted from the epoch (86400: at midnight UTC).

    `due` is called at each tick and has to be cheap; when it returns False, the tick enqueues nothing.
    """

    name: str
    seconds: int
    args: Mapping[str, object] = field(default_factory=dict)
    lane: str = "short"
    due: Callable[[], bool] | None = None


class ForwardClock:
    """Seconds since the epoch that follow the system's clock forward, and never go back with it."""

    def __init__(self, clock: Callable[[], float] = time.time, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._elapsed = clock, elapsed
        self._read, self._read_at = clock(), elapsed()

    def __call__(self) -> float:
        elapsed = self._elapsed()
        self._read = max(self._clock(), self._read + elapsed - self._read_at)
        self._read_at = elapsed
        return self._read


class Schedules:
    """Enqueues the periodic jobs of one worker. `clock` never goes back."""

    def __init__(
        self, client: DBOSClient, schedules: Sequence[PeriodicJob], clock: Callable[[], float] | None = None
    ) -> None:
        self._client = client
        self._schedules = schedules
        self._clock = clock or ForwardClock()
        self._done: dict[str, int] = {}
        self._ahead: dict[str, int] = {}

    def tick(self) -> None:
        """Enqueue the job of each schedule whose tick has begun, unless a worker has done so."""
        for schedule in self._schedules:
            now = int(self._clock() // schedule.seconds)
            if schedule.name not in self._ahead:
                self._ahead[schedule.name] = max(0, self._last_tick(schedule) - now)
            tick = now + self._ahead[schedule.name]
            if self._done.get(schedule.name) != tick:
                if schedule.due is None or schedule.due():
                    self._enqueue(schedule, tick)
                    self._forget(schedule)
                self._done[schedule.name] = tick

    def _last_tick(self, schedule: PeriodicJob) -> int:
        """The greatest tick that any worker has enqueued and that is still kept; 0 when there is none."""
        rows = self._client.list_workflows(workflow_id_prefix=_prefix(schedule), load_input=False, load_output=False)
        ticks = [job_of(row.workflow_id).removeprefix(_prefix(schedule)) for row in rows]
        return max((int(tick) for tick in ticks if tick.isdecimal()), default=0)

    def _enqueue(self, schedule: PeriodicJob, tick: int) -> None:
        options = options_of(schedule.name, schedule.lane, f"{_prefix(schedule)}{tick}", None)
        options["deduplication_id"] = schedule.name
        from dbos import error

        try:
            self._client.enqueue(options, dict(schedule.args), 1)
            WAKEUP.notify(schedule.lane)
        except error.DBOSQueueDeduplicatedError:
            log.info("the last %s has not ended; this one is skipped", schedule.name)

    def _forget(self, schedule: PeriodicJob) -> None:
        """Delete finished ticks of long ago, so that the list of jobs shows what people caused."""
        before = datetime.fromtimestamp(self._clock() - max(2 * schedule.seconds, KEEP_SECONDS), UTC)
        finished = self._client.list_workflows(
            name=schedule.name,
            workflow_id_prefix=_prefix(schedule),
            status="SUCCESS",
            completed_before=before.isoformat(),
            load_input=False,
            load_output=False,
        )
        if finished:
            self._client.delete_workflows([job.workflow_id for job in finished])


def _prefix(schedule: PeriodicJob) -> str:
    return f"every-{schedule.name}-"
