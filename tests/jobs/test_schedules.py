"""Periodic jobs."""

import time

from formengine.jobs import PeriodicJob, list_jobs
from formengine.jobs.schedules import Schedules
from tests.jobs.job_site import until


def test_several_workers_enqueue_a_periodic_job_once(queue):
    for _worker in range(2):
        Schedules(queue.client, [PeriodicJob("tell", 60, {"who": "all"})], clock=lambda: 120.0).tick()
    assert [job.id for job in list_jobs(queue)] == ["every-tell-2"]


def test_periodic_job_is_skipped_while_the_last_one_waits(queue):
    now = [120.0]
    schedules = Schedules(queue.client, [PeriodicJob("tell", 60, {"who": "all"})], clock=lambda: now[0])
    schedules.tick()
    now[0] = 180.0
    schedules.tick()
    assert [job.id for job in list_jobs(queue)] == ["every-tell-2"]


def test_old_periodic_jobs_are_deleted(queue, worker):
    now = [time.time()]
    schedules = Schedules(queue.client, [PeriodicJob("tell", 60, {"who": "all"})], clock=lambda: now[0])
    schedules.tick()
    until(lambda: [job.state for job in list_jobs(queue) if job.kind == "tell"] == ["done"], 10)
    first = next(job.id for job in list_jobs(queue) if job.kind == "tell")
    now[0] += 1000
    schedules.tick()
    ids = [job.id for job in list_jobs(queue) if job.kind == "tell"]
    assert (first in ids, len(ids)) == (False, 1)
