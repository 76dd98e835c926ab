"""Wake-up of the job engine's threads: they sleep until a job may be due, instead of polling the database.

dbos polls every queue, and moves delayed jobs to their queues, at a fixed interval. Its threads wait on `Event.wait` of
their stop events; `Wakeup` replaces that method. A lane is woken by `notify` (a job was enqueued in this process, or
the keeper of the worker saw one from another process), and anyway after IDLE_SECONDS.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

IDLE_SECONDS: Final = 60.0
"""A lane that nobody notified is polled this often all the same."""
MIN_INTERVAL: Final = 0.1
"""Seconds between two polls of a busy lane; its throughput is at most its slots divided by this."""
DELAYED: Final = "dbos-background-jobs"
"""Name of the engine's thread that moves delayed jobs whose time has come to their lanes."""
_LANE_THREAD: Final = "queue-worker-"


class Wakeup:
    """What the engine's threads of this process wait for; shared by all workers and queues of the process."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._notified: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    def notify(self, *names: str) -> None:
        """Wake the threads of these lanes (or DELAYED)."""
        with self._condition:
            self._notified.update(names)
            self._condition.notify_all()

    def attach(self, stop: threading.Event) -> None:
        """Let the threads that wait for this stop event wait for a notification as well."""
        set_event = stop.set

        def set_and_wake() -> None:
            set_event()
            self.notify()

        stop.wait = lambda timeout=None: self._wait(stop, timeout)  # type: ignore[method-assign]
        stop.set = set_and_wake  # type: ignore[method-assign]

    def _wait(self, stop: threading.Event, timeout: float | None) -> bool:
        """As `Event.wait`: whether the thread has to stop."""
        name = threading.current_thread().name.removeprefix(_LANE_THREAD)
        with self._condition:
            if timeout != 0:
                self._condition.wait_for(stop.is_set, MIN_INTERVAL)
                self._condition.wait_for(
                    lambda: stop.is_set() or self._notified[name] != self._seen[name], IDLE_SECONDS
                )
            self._seen[name] = self._notified[name]
        return stop.is_set()


WAKEUP: Final = Wakeup()
