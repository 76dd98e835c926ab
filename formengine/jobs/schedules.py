"""Schedules: jobs that come round, enqueued once a tick however many workers there are.

Each tick has its own key, the same in every process; a tick whose predecessor still waits or runs is left out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from dbos import DBOSClient, error

from formengine.jobs.queue import options_of
from formengine.jobs.wakeup import WAKEUP

log = logging.getLogger(__name__)

KEEP_SECONDS: Final = 600
"""How long a tick that is done is kept at least; it is what keeps another worker from doing it again."""


@dataclass(frozen=True)
class Every:
    """A job of this name every so many seconds, counted from the epoch: 86400 is midnight in UTC.

    `due` is asked at each tick, and has to be cheap: when it answers False, that tick enqueues nothing.
    """

    name: str
    seconds: int
    args: Mapping[str, object] = field(default_factory=dict)
    lane: str = "short"
    due: Callable[[], bool] | None = None


class Schedules:
    """What one worker enqueues as time goes by."""

    def __init__(self, client: DBOSClient, schedules: Sequence[Every], clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._schedules = schedules
        self._clock = clock
        self._done: dict[str, int] = {}

    def tick(self) -> None:
        """Enqueue what the present tick of each schedule asks for, unless some worker has."""
        for schedule in self._schedules:
            tick = int(self._clock() // schedule.seconds)
            if self._done.get(schedule.name) != tick:
                if schedule.due is None or schedule.due():
                    self._enqueue(schedule, tick)
                    self._forget(schedule)
                self._done[schedule.name] = tick

    def _enqueue(self, schedule: Every, tick: int) -> None:
        options = options_of(schedule.name, schedule.lane, f"{_prefix(schedule)}{tick}", None)
        options["deduplication_id"] = schedule.name
        try:
            self._client.enqueue(options, dict(schedule.args), 1)
            WAKEUP.notify(schedule.lane)
        except error.DBOSQueueDeduplicatedError:
            log.info("the last %s has not ended; this one is left out", schedule.name)

    def _forget(self, schedule: Every) -> None:
        """Delete ticks that are long done: nobody asks for them, and a list of jobs should show what people caused."""
        before = datetime.fromtimestamp(self._clock() - max(2 * schedule.seconds, KEEP_SECONDS), UTC)
        done = self._client.list_workflows(
            name=schedule.name,
            workflow_id_prefix=_prefix(schedule),
            status="SUCCESS",
            completed_before=before.isoformat(),
            load_input=False,
            load_output=False,
        )
        if done:
            self._client.delete_workflows([job.workflow_id for job in done])


def _prefix(schedule: Every) -> str:
    return f"every-{schedule.name}-"
