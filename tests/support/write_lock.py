"""Fails a test whose transactions hold SQLite's write lock for long, by the CPU time of the thread that holds it."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from formengine.sqlite_write_lock import GatedConnection

MAX_CPU_SECONDS = 0.1
ALLOWED: tuple[str, ...] = ("formengine/storage/migrations",)
"""Places that may hold it longer: a migration changes the whole schema in one transaction."""


@dataclass
class LockRecorder:
    """Each time that the lock was held in this process: seconds of CPU and of wall time, and where it was released."""

    held: list[tuple[float, float, str]] = field(default_factory=list)

    @property
    def too_long(self) -> list[tuple[float, float, str]]:
        return [entry for entry in self.held if entry[0] > MAX_CPU_SECONDS]


@contextmanager
def recorded_locks() -> Iterator[LockRecorder]:
    """Record every hold of the write lock until the block ends."""
    recorder = LockRecorder()
    begun: dict[int, tuple[int, float, float]] = {}
    enter, leave = GatedConnection.enter_gate, GatedConnection.leave_gate

    def enter_gate(self: GatedConnection) -> None:
        enter(self)
        begun[id(self)] = (threading.get_ident(), time.thread_time(), time.perf_counter())

    def leave_gate(self: GatedConnection) -> None:
        held = self.holds_gate
        leave(self)
        if held and not self.holds_gate:
            thread, cpu, wall = begun.pop(id(self), (0, 0.0, 0.0))
            if thread == threading.get_ident():
                spent = time.thread_time() - cpu
                where = "".join(traceback.format_stack(limit=40)) if spent > MAX_CPU_SECONDS else ""
                recorder.held.append((spent, time.perf_counter() - wall, where))

    GatedConnection.enter_gate, GatedConnection.leave_gate = enter_gate, leave_gate  # type: ignore[method-assign]
    try:
        yield recorder
    finally:
        GatedConnection.enter_gate, GatedConnection.leave_gate = enter, leave  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def lock_is_held_briefly() -> Iterator[None]:
    """Every test: no transaction spends more than 100 ms of CPU under SQLite's write lock."""
    with recorded_locks() as recorder:
        yield
    longest = [entry for entry in recorder.too_long if not any(place in entry[2] for place in ALLOWED)]
    assert not longest, "\n".join(f"{cpu * 1000:.0f} ms of CPU under the lock, until\n{at}" for cpu, _, at in longest)
