"""The worker: runs jobs in threads of this process, one set of slots per lane, until it is told to stop.

One per process, embedded in `serve` or alone in `worker`. Beside the jobs a keeper thread holds the worker's lock,
enqueues what comes round, takes over the jobs of dead workers, and puts back what is stuck.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from typing import Any, Final

from dbos import DBOS, DBOSPortableJSONSerializer

from formengine.jobs.activity import read_activity
from formengine.jobs.attempts import JobFunction, Running
from formengine.jobs.dbos_engine import (
    APPLICATION,
    LANES,
    VERSION,
    connect,
    engine_options,
    open_engine,
    prepare,
    set_lane,
)
from formengine.jobs.kinds import KINDS, Kind, kind_named
from formengine.jobs.recovery import rescue_dead, rescue_own, rescue_stuck
from formengine.jobs.retention import PRUNE, prune
from formengine.jobs.schedules import Every, Schedules
from formengine.jobs.wakeup import DELAYED, WAKEUP
from formengine.jobs.worker_locks import lives_of

log = logging.getLogger(__name__)

BEAT: Final = 0.5
STUCK_EVERY: Final = 15.0
STUCK_AFTER: Final = 60.0


class Worker:
    """Runs the jobs of `functions` (name -> function of the job's args) from one database.

    `slots` sets how many jobs of a lane run at a time; `executor_id` is a name of its own for each living worker (by
    default host, process and a random part); `schedules` come round while it lives, pruning every night beside them.
    """

    def __init__(
        self,
        database_url: str,
        functions: Mapping[str, JobFunction],
        *,
        executor_id: str | None = None,
        slots: Mapping[str, int] | None = None,
        schedules: Sequence[Every] = (),
        kinds: Mapping[str, Kind] = KINDS,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        for name in functions:
            kind_named(name, kinds)
        self.executor_id = executor_id or f"{socket.gethostname()}-{os.getpid()}-{token_hex(4)}"
        self._url = database_url
        self._functions = functions
        self._kinds = {PRUNE: KINDS[PRUNE], **kinds}
        self._slots = {**LANES, **(slots or {})}
        self._schedules = (*schedules, Every(PRUNE, 86400))
        self._stuck_after = stuck_after
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work; returns once jobs are taken. ValueError when a living worker has this name."""
        prepare(self._url)
        self._client = connect(self._url)
        self._engine = open_engine(self._url)
        self._has_pending = False
        self._lives = lives_of(self._url)
        try:
            self._lives.hold(self.executor_id)
            rescue_own(self._client, self.executor_id)  # of a predecessor under the same name
            for lane, slots in self._slots.items():
                set_lane(self._client, lane, slots)
            self._launch()
        except BaseException:
            self._close()
            raise
        self._keeper = threading.Thread(target=self._keep, name="formengine-keeper", daemon=True)
        self._keeper.start()

    def stop(self, drain: bool = True, timeout: float = 30.0) -> bool:
        """Take no more jobs; wait up to `timeout` seconds for those that run (`drain`); True when none was left.

        What still runs then stays this worker's until the process ends, and is taken over by another after that.
        """
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        self._running.stopping.set()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=max(1, round(timeout)) if drain else 0)
        if self._running.ids:
            log.warning("stopped while %d jobs still run", len(self._running.ids))
            return False
        rescue_own(self._client, self.executor_id)  # taken and not begun
        self._close()
        return True

    def run(self, timeout: float = 30.0) -> bool:
        """Work until SIGTERM or SIGINT, then drain; for a process that does nothing else (call in the main thread)."""
        told = threading.Event()
        before = {number: signal.signal(number, lambda *_: told.set()) for number in (signal.SIGTERM, signal.SIGINT)}
        self.start()
        try:
            while not told.wait(3600):
                pass
            return self.stop(timeout=timeout)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _launch(self) -> None:
        functions: dict[str, JobFunction] = {**self._functions, PRUNE: lambda _args: self._prune()}
        self._running = Running(self._client, self._kinds, functions)
        engine = DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": self._url,
                "db_engine_kwargs": engine_options(self._url),
                "application_version": VERSION,
                "executor_id": self.executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "WARNING",
                "run_migrations": False,
                "notification_listener_polling_interval_sec": 0.5,  # nobody is notified; it only delays the end
            }
        )
        for name in functions:
            DBOS.workflow(name=name, max_recovery_attempts=None)(self._running.workflow(name))
        WAKEUP.attach(engine._background_jobs_stop_event)
        DBOS.launch()
        for stop in engine.background_thread_stop_events:
            WAKEUP.attach(stop)

    def _prune(self) -> None:
        prune(self._client)

    def _keep(self) -> None:
        schedules = Schedules(self._client, self._schedules)
        duties = [
            _Duty(BEAT, self._lives.keep),
            _Duty(BEAT, schedules.tick),
            _Duty(BEAT, self._look_at_queue),
            _Duty(min(STUCK_EVERY, self._stuck_after), self._rescue_stuck),
        ]
        while True:
            for duty in duties:
                duty.do_when_due()
            if self._stopping.wait(BEAT):
                return

    def _look_at_queue(self) -> None:
        """Wake the lanes that have something to do, and recover what dead workers left."""
        activity = read_activity(self._engine)
        WAKEUP.notify(*activity.lanes, *([DELAYED] if activity.delayed_due else []))
        self._has_pending = self.executor_id in activity.owners
        rescue_dead(self._client, self._lives, activity.owners - {self.executor_id})

    def _rescue_stuck(self) -> None:
        if self._has_pending:
            rescue_stuck(self._client, self.executor_id, self._running.ids, self._stuck_after)

    def _close(self) -> None:
        self._engine.dispose()
        self._lives.release()
        self._client.destroy()


class _Duty:
    """Something the keeper does every so often; a failure is logged, and the next time comes all the same."""

    def __init__(self, seconds: float, do: Callable[[], Any]) -> None:
        self._seconds, self._do, self._due, self._failing = seconds, do, 0.0, False

    def do_when_due(self) -> None:
        if time.monotonic() < self._due:
            return
        try:
            self._do()
            self._failing = False
        except Exception:
            if not self._failing:  # once is enough while a database is away
                log.exception("the worker's keeper met an error and goes on")
            self._failing = True
        self._due = time.monotonic() + self._seconds
