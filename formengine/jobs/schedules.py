"""Periodic jobs: each is enqueued once per tick, however many workers there are.

The job of a tick has the same key in every process. A tick is skipped while the job of an earlier one waits or runs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

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


class Schedules:
    """Enqueues the periodic jobs of one worker."""

    def __init__(
        self, client: DBOSClient, schedules: Sequence[PeriodicJob], clock: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._schedules = schedules
        self._clock = clock
        self._done: dict[str, int] = {}

    def tick(self) -> None:
        """Enqueue the job of each schedule whose tick has begun, unless a worker has done so."""
        for schedule in self._schedules:
            tick = int(self._clock() // schedule.seconds)
            if self._done.get(schedule.name) != tick:
                if schedule.due is None or schedule.due():
                    self._enqueue(schedule, tick)
                    self._forget(schedule)
                self._done[schedule.name] = tick

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
