"""Draining the queue: wait until no job is due, running the jobs here when no worker is alive."""

from __future__ import annotations

import time
from collections.abc import Mapping

from formengine.jobs.attempts import JobFunction
from formengine.jobs.job_list import due_jobs
from formengine.jobs.queue import Queue
from formengine.jobs.worker import Worker
from formengine.jobs.worker_locks import worker_locks_for


def drain(queue: Queue, functions: Mapping[str, JobFunction], timeout: float = 60.0) -> bool:
    """Wait at most `timeout` seconds until no job is due; returns whether that was reached.

    Delayed jobs and retries are not due before their time. When no worker is alive, one runs here meanwhile; call it
    in a process that runs no worker of its own.
    """
    deadline = time.monotonic() + timeout
    locks = worker_locks_for(queue.database_url)
    try:
        alone = locks.count() == 0
    finally:
        locks.release()
    if not alone or not due_jobs(queue):
        return _wait(queue, deadline)
    worker = Worker(queue.database_url, functions, kinds=queue.kinds)
    worker.start()
    drained = False
    try:
        drained = _wait(queue, deadline)
    finally:
        worker.stop(drain=not drained)  # nothing runs any more when it is drained
    return drained


def _wait(queue: Queue, deadline: float) -> bool:
    while due_jobs(queue):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)
    return True
