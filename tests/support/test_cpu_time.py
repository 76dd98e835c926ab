"""The limit on CPU time."""

from __future__ import annotations

import time

import pytest

from tests.support.cpu_time import SLACK, cpu_limit


def test_work_far_over_the_limit_fails() -> None:
    """The limit is compared with this thread's CPU time; waiting is free."""
    with cpu_limit(1):
        time.sleep(0.01)
    with pytest.raises(AssertionError, match="are allowed"), cpu_limit(0.001):
        spend_cpu(0.001 * SLACK * 100)


def spend_cpu(seconds: float) -> None:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass
