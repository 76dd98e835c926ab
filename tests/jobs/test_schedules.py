"""Periodic jobs."""

import time

from formengine.jobs import PeriodicJob, list_jobs
from formengine.jobs.schedules import ForwardClock, Schedules
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


class Clocks:
    """A system clock that can be set, beside one that only counts."""

    def __init__(self) -> None:
        self.wall, self.elapsed = 1_000_000.0, 5.0
        self.forward = ForwardClock(lambda: self.wall, lambda: self.elapsed)

    def wait(self, seconds):
        self.wall += seconds
        self.elapsed += seconds


def run_round(queue, schedules):
    """Tick, and wait until what that enqueued is done; how many jobs have run in all."""
    schedules.tick()
    until(lambda: {job.state for job in list_jobs(queue)} <= {"done"}, 10)
    return len([job for job in list_jobs(queue) if job.kind == "tell"])


def test_a_clock_set_back_skips_no_sweep(queue, worker):
    """T8: the keys of the last thirty seconds are used already."""
    clocks = Clocks()
    schedules = Schedules(queue.client, [PeriodicJob("tell", 5, {"who": "all"})], clock=clocks.forward)
    for number in range(3):
        assert run_round(queue, schedules) == number + 1
        clocks.wait(5)
    clocks.wall -= 30
    for number in range(7):
        assert run_round(queue, schedules) == number + 4
        clocks.wait(5)


def test_a_worker_that_starts_after_the_clock_was_set_back_skips_no_sweep(queue, worker):
    """T8: it goes on from the last tick of the worker before."""
    clocks = Clocks()
    sweep = PeriodicJob("tell", 5, {"who": "all"})
    run_round(queue, Schedules(queue.client, [sweep], clock=clocks.forward))
    clocks.wall -= 30
    clocks.wait(5)
    schedules = Schedules(queue.client, [sweep], clock=ForwardClock(lambda: clocks.wall, lambda: clocks.elapsed))
    run_round(queue, schedules)
    for number in range(7):
        clocks.wait(5)
        assert run_round(queue, schedules) == number + 2


def test_the_clock_follows_the_systems_forward():
    clocks = Clocks()
    before = clocks.forward()
    clocks.wall += 3600
    clocks.elapsed += 1
    assert clocks.forward() == before + 3600
