"""Workers killed repeatedly under load: no job is lost, and none runs that was not enqueued."""

import random
import time

import pytest

from formengine.jobs import LANES, list_jobs, status_of
from tests.jobs.job_site import until

KILLS = 5
JOBS = 120


@pytest.mark.slow
def test_repeated_kills_lose_no_job(database, queue, diary, worker_process):
    """N3, T2, T3: each kill repeats at most as many jobs as there are slots."""
    chance = random.Random(7)
    enqueued = set()
    processes = [worker_process(f"worker-{number}") for number in range(KILLS + 2)]
    until(lambda: len(status_of(queue).workers) == len(processes), 40)
    for number in range(JOBS):
        with database.sessions() as session:
            queue.enqueue(session, "ponder", {"who": number, "seconds": 0.3}, lane="mail", key=f"mail-{number}")
            if chance.random() < 0.1:
                session.rollback()
            else:
                session.commit()
                enqueued.add(f"end {number}")
        if number % (JOBS // KILLS) == JOBS // KILLS - 1:
            processes.pop().kill()
        time.sleep(0.02)
    until(lambda: {job.state for job in list_jobs(queue) if job.kind == "ponder"} == {"done"}, 60)
    ended = [line for line in diary.lines() if line.startswith("end")]
    assert set(ended) == enqueued
    assert len(ended) - len(enqueued) <= KILLS * LANES["mail"]
