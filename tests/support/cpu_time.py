"""Limits on CPU time that hold on slow and busy machines: they are compared with a fixed piece of work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

REFERENCE_SECONDS: Final = 0.01
"""CPU seconds that `_fixed_work` takes on the machine for which limits are written, doing nothing else."""

SLACK: Final = 3
"""What is guarded against (quadratic work, catastrophic backtracking) exceeds its limit by a factor of ten or more."""


def _fixed_work() -> None:
    counts: dict[str, int] = {}
    for number in range(60_000):
        key = str(number % 997)
        counts[key] = counts.get(key, 0) + len(key)


def _slowness() -> float:
    """How many times slower than the reference this machine is now; at least 1."""
    began = time.thread_time()
    _fixed_work()
    return max(1.0, (time.thread_time() - began) / REFERENCE_SECONDS)


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Fails when the block takes this thread more than about `seconds` of CPU on the reference machine.

    Raises AssertionError with both numbers; `SLACK` and the present slowness of the machine are allowed for.
    """
    began = time.thread_time()
    yield
    spent = time.thread_time() - began
    if spent > seconds:
        allowed = seconds * SLACK * _slowness()
        assert spent <= allowed, f"took {spent:.2f} s of CPU, {allowed:.2f} s are allowed"
