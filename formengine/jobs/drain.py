"""Draining: waiting until nothing is due, working it off here where no worker lives."""

from __future__ import annotations

import time
from collections.abc import Mapping

from formengine.jobs.attempts import JobFunction
from formengine.jobs.job_list import due_jobs
from formengine.jobs.queue import Queue
from formengine.jobs.worker import Worker
from formengine.jobs.worker_locks import lives_of


def drain(queue: Queue, functions: Mapping[str, JobFunction], timeout: float = 60.0) -> bool:
    """Wait until nothing is due, at most `timeout` seconds; True when that came about.

    Jobs that wait for a later moment, a later try among them, are not due. Where no worker lives, one is started here
    for as long as it takes; call it then in a process that runs no worker.
    """
    deadline = time.monotonic() + timeout
    lives = lives_of(queue.database_url)
    try:
        alone = lives.count() == 0
    finally:
        lives.release()
    if not alone or not due_jobs(queue):
        return _wait(queue, deadline)
    worker = Worker(queue.database_url, functions, kinds=queue.kinds)
    worker.start()
    drained = False
    try:
        drained = _wait(queue, deadline)
    finally:
        worker.stop(drain=not drained)  # what is drained runs nothing that could be waited for
    return drained


def _wait(queue: Queue, deadline: float) -> bool:
    while due_jobs(queue):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)
    return True
