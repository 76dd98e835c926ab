"""The worker: runs jobs in threads of this process, a number of slots per lane, until it is stopped.

At most one per process, embedded in `serve` or alone in `worker`. A housekeeping thread keeps the worker's lock, counts
its heartbeats, wakes lanes, enqueues periodic jobs, and recovers the jobs of workers that are dead or hang, and jobs
that are stuck.
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

from formengine.jobs.activity import read_activity
from formengine.jobs.attempts import AttemptRunner, JobFunction
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
from formengine.jobs.heartbeat import BEATS_PER_LEASE, DEFAULT_LEASE, BeatWatch, beat, forget_worker, read_beats
from formengine.jobs.kinds import KINDS, Kind, kind_named
from formengine.jobs.recovery import recover_dead_workers, recover_own_jobs, recover_stuck_jobs, take_over
from formengine.jobs.retention import PRUNE, prune_jobs
from formengine.jobs.schedules import PeriodicJob, Schedules
from formengine.jobs.wakeup import DELAYED, WAKEUP
from formengine.jobs.worker_locks import worker_locks_for

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.5
"""Interval at which the housekeeping thread looks for something to do."""
SIGNAL_SECONDS: Final = 1.0
"""How often the main thread, where handlers of signals run, wakes up by itself: a signal that another thread took, as
happens when a stopped process is continued, does not wake it.
"""
STUCK_CHECK_INTERVAL: Final = 15.0
"""Seconds between two searches for stuck jobs, at most."""
STUCK_AFTER: Final = 60.0
"""Seconds after which a job that is pending in the database and does not run here counts as stuck."""
CLEANUP_SECONDS: Final = 8.0
"""How long a worker that stops, and runs nothing any more, waits for a database that does not answer."""


class Worker:
    """Runs the jobs of `functions` (name -> function of the job's args) from one database.

    `slots` is how many jobs of a lane run at a time; `executor_id` is unique among the living workers (by default
    host, process id and a random part); `schedules` are its periodic jobs, besides the nightly deletion of old jobs.
    `lease` is after how many seconds without a heartbeat the jobs of another worker are taken over.
    """

    def __init__(
        self,
        database_url: str,
        functions: Mapping[str, JobFunction],
        *,
        executor_id: str | None = None,
        slots: Mapping[str, int] | None = None,
        schedules: Sequence[PeriodicJob] = (),
        kinds: Mapping[str, Kind] = KINDS,
        stuck_after: float = STUCK_AFTER,
        lease: float = DEFAULT_LEASE,
    ) -> None:
        for name in functions:
            kind_named(name, kinds)
        self.executor_id = executor_id or f"{socket.gethostname()}-{os.getpid()}-{token_hex(4)}"
        self._url = database_url
        self._functions = functions
        self._kinds = {PRUNE: KINDS[PRUNE], **kinds}
        self._slots = {**LANES, **(slots or {})}
        self._schedules = (*schedules, PeriodicJob(PRUNE, 86400))
        self._stuck_after = stuck_after
        self._lease = lease
        self._stopping = threading.Event()
        self._housekeeper: threading.Thread | None = None

    def start(self) -> None:
        """Start; returns once it takes jobs. ValueError when a living worker has this name."""
        prepare(self._url)
        self._client = connect(self._url)
        self._engine = open_engine(self._url)
        self._has_pending = False
        self._locks = worker_locks_for(self._url)
        try:
            self._locks.hold(self.executor_id)
            recover_own_jobs(self._client, self.executor_id)  # left by a predecessor of the same name
            for lane, slots in self._slots.items():
                set_lane(self._client, lane, slots)
            self._watch = BeatWatch(self._lease)
            self._launch()
            beat(self._engine, self.executor_id)
        except BaseException:
            self._close()
            raise
        self._housekeeper = threading.Thread(target=self._run_housekeeping, name="formengine-housekeeping", daemon=True)
        self._housekeeper.start()

    def stop(self, drain: bool = True, timeout: float = 30.0) -> bool:
        """Take no more jobs; with `drain`, wait up to `timeout` seconds for running ones. Returns whether it has ended.

        It has not when a job still runs, or the database does not answer: then threads of it are left, and the caller
        ends the process. Another worker recovers what it owns.
        """
        self._stopping.set()
        self._running.stopping.set()
        ended: list[bool] = []
        ending = threading.Thread(
            target=lambda: ended.append(self._end(drain, timeout)), name="formengine-worker-end", daemon=True
        )
        ending.start()
        deadline = time.monotonic() + (timeout if drain else 0)
        while ending.is_alive() and self._running.ids and time.monotonic() < deadline:
            ending.join(0.1)
        ending.join(CLEANUP_SECONDS)
        if not ended:
            log.error("the worker's end could not be written: the database does not answer")
        return ended == [True]

    def _end(self, drain: bool, timeout: float) -> bool:
        """Stop the engine and delete the worker's row; whether nothing runs any more."""
        if self._housekeeper is not None:
            self._housekeeper.join()
            self._housekeeper = None
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=max(1, round(timeout)) if drain else 0)
        if self._running.ids:
            log.warning("stopped while %d jobs still run", len(self._running.ids))
            return False
        recover_own_jobs(self._client, self.executor_id)  # taken and not begun
        forget_worker(self._engine, self.executor_id)
        self._close()
        return True

    def run(self, timeout: float = 30.0) -> bool:
        """Run until SIGTERM or SIGINT, then drain; returns whether it has ended, as `stop` does.

        For a process that does nothing else; call it in the main thread. A signal while it starts is a SystemExit.
        """
        stopping = threading.Event()
        started = False

        def on_signal(*_signal: object) -> None:
            if not started:
                raise SystemExit(0)
            stopping.set()

        before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.start()
            started = True
            while not stopping.wait(SIGNAL_SECONDS):
                pass
            return self.stop(timeout=timeout)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _launch(self) -> None:
        from dbos import DBOS, DBOSPortableJSONSerializer

        functions: dict[str, JobFunction] = {**self._functions, PRUNE: lambda _args: prune_jobs(self._client)}
        self._running = AttemptRunner(self._client, self._engine, self._kinds, functions)
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
                "notification_listener_polling_interval_sec": 0.5,  # it only delays the stop
            }
        )
        for name in functions:
            DBOS.workflow(name=name, max_recovery_attempts=None)(self._running.workflow(name))
        WAKEUP.attach(engine._background_jobs_stop_event)
        DBOS.launch()
        for stop in engine.background_thread_stop_events:
            WAKEUP.attach(stop)

    def _run_housekeeping(self) -> None:
        schedules = Schedules(self._client, self._schedules)
        calls = [
            _PeriodicCall(TICK_SECONDS, self._locks.keep),
            _PeriodicCall(self._lease / BEATS_PER_LEASE, self._beat),
            _PeriodicCall(TICK_SECONDS, schedules.tick),
            _PeriodicCall(TICK_SECONDS, self._look_at_queue),
            _PeriodicCall(min(STUCK_CHECK_INTERVAL, self._stuck_after), self._recover_stuck),
        ]
        while True:
            for call in calls:
                call.call_when_due()
            if self._stopping.wait(TICK_SECONDS):
                return

    def _look_at_queue(self) -> None:
        """Wake the lanes that have something to do, and recover what dead workers left."""
        activity = read_activity(self._engine)
        WAKEUP.notify(*activity.lanes, *([DELAYED] if activity.delayed_due else []))
        self._has_pending = self.executor_id in activity.owners
        recover_dead_workers(self._client, self._locks, activity.owners - {self.executor_id})

    def _beat(self) -> None:
        """Count a heartbeat, forget dead workers, and take over from those that have given no sign for the lease."""
        beat(self._engine, self.executor_id)
        silent = self._watch.silent(read_beats(self._engine))
        for worker, seconds in silent.items():
            if worker == self.executor_id or seconds < 2 * self._lease / BEATS_PER_LEASE:
                continue
            with self._locks.claim_dead(worker) as dead:
                if dead:
                    forget_worker(self._engine, worker)
            if not dead and seconds >= self._lease:
                take_over(self._client, self._locks, worker)

    def _recover_stuck(self) -> None:
        if self._has_pending:
            recover_stuck_jobs(self._client, self.executor_id, self._running.ids, self._stuck_after)

    def _close(self) -> None:
        self._engine.dispose()
        self._locks.release()
        self._client.destroy()


class _PeriodicCall:
    """A call of the housekeeping thread every so many seconds; a failure is logged and does not end it."""

    def __init__(self, seconds: float, function: Callable[[], Any]) -> None:
        self._seconds, self._function, self._due, self._failing = seconds, function, 0.0, False

    def call_when_due(self) -> None:
        if time.monotonic() < self._due:
            return
        try:
            self._function()
            self._failing = False
        except Exception:
            if not self._failing:  # logged once while a database is away
                log.exception("the worker's housekeeping failed and goes on")
            self._failing = True
        self._due = time.monotonic() + self._seconds
