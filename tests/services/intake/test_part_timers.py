"""Time on requests that several people fill in, and clocks that are set back (F20, T8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from formengine.jobs import list_jobs
from formengine.services.core.unit_of_work import Platform
from formengine.services.intake.part_timers import WAKE_FILLING_JOB, wake_filling
from formengine.storage.models.fillings import Filling
from tests.services.intake.test_fillings import Request, purchase

__all__ = ["purchase"]
pytestmark = pytest.mark.site("parts")


def test_a_reminder_that_comes_too_early_comes_again(purchase: Request, platform: Platform) -> None:
    """F20, T8: a clock that is ahead does not use up the reminder; the job waits for its time."""
    enqueued = lambda: len([job for job in list_jobs(platform.queue) if job.kind == WAKE_FILLING_JOB])  # noqa: E731
    before = enqueued()
    moment = purchase(None, lambda work: work.session.get_one(Filling, purchase.id).wake_at)
    assert moment is not None
    purchase(None, wake_filling, purchase.id, (moment - timedelta(hours=1)).isoformat())  # of an earlier time
    assert enqueued() == before
    purchase(None, wake_filling, purchase.id, moment.isoformat())
    assert enqueued() == before + 1
    assert purchase.told("part_reminder") == set()
