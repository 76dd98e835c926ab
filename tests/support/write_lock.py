"""Fails a test whose transactions hold SQLite's write lock for long, by the CPU time of the thread that holds it, or
import a module meanwhile: the first request of a process would pay for it under the lock.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from typing import Any

import pytest

from formengine.sqlite_write_lock import GatedConnection

MAX_CPU_SECONDS = 0.1
ALLOWED: tuple[str, ...] = (
    *("formengine/storage/migrations", "tests/storage/test_revisions"),
    "formengine/cli/demo/bulk_load",
)
"""Modules that may hold it longer: a migration changes the whole schema in one transaction, and the demo, which is for
development alone, writes 100,000 dossiers in one.
"""


@dataclass(eq=False)
class LockRecorder:
    """Each time that the lock was held in this process: seconds of CPU and of wall time, and where it was released.

    `imports` has the modules that were searched for meanwhile, each with the stack that asked for it; `processes` the
    stacks from which processes, such as sandboxes, were started.
    """

    held: list[tuple[float, float, str]] = field(default_factory=list)
    imports: list[tuple[str, str]] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)

    @property
    def too_long(self) -> list[tuple[float, float, str]]:
        return [entry for entry in self.held if entry[0] > MAX_CPU_SECONDS]


class _Collections:
    """CPU time that each thread spent in garbage collection: that of a process with thousands of tests in memory."""

    def __init__(self) -> None:
        self._spent: dict[int, float] = {}
        self._start = 0.0

    def __call__(self, phase: str, _info: dict[str, int]) -> None:
        """Called by the collector at its start and stop, in the thread that it interrupts."""
        if phase == "start":
            self._start = time.thread_time()
        else:
            thread = threading.get_ident()
            self._spent[thread] = self._spent.get(thread, 0.0) + time.thread_time() - self._start

    def cpu_without(self) -> float:
        """This thread's CPU time so far, in seconds, without garbage collection."""
        return time.thread_time() - self._spent.get(threading.get_ident(), 0.0)


class _Imports(MetaPathFinder):
    """Finds no module, but records those that a thread which holds the lock asks for."""

    def __init__(self, recorder: LockRecorder) -> None:
        self._recorder = recorder

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Called for each module that is not loaded yet; the next finder loads it."""
        if (threading.get_ident(), self._recorder) in _recording:
            self._recorder.imports.append((fullname, "".join(traceback.format_stack(limit=40))))


@contextmanager
def recorded_locks() -> Iterator[LockRecorder]:
    """Record every hold of the write lock until the block ends."""
    recorder = LockRecorder()
    begun: dict[int, tuple[int, float, float]] = {}
    collecting = _Collections()
    importing = _Imports(recorder)
    enter, leave = GatedConnection.enter_gate, GatedConnection.leave_gate

    def enter_gate(self: GatedConnection) -> None:
        enter(self)
        _recording.add((threading.get_ident(), recorder))
        begun[id(self)] = (threading.get_ident(), collecting.cpu_without(), time.perf_counter())

    def leave_gate(self: GatedConnection) -> None:
        held = self.holds_gate
        leave(self)
        if held and not self.holds_gate:
            thread, cpu, wall = begun.pop(id(self), (0, 0.0, 0.0))
            _recording.discard((thread, recorder))
            if thread == threading.get_ident():
                spent = collecting.cpu_without() - cpu
                where = "".join(traceback.format_stack(limit=40)) if spent > MAX_CPU_SECONDS else ""
                recorder.held.append((spent, time.perf_counter() - wall, where))

    GatedConnection.enter_gate, GatedConnection.leave_gate = enter_gate, leave_gate  # type: ignore[method-assign]
    gc.callbacks.append(collecting)
    sys.meta_path.insert(0, importing)
    try:
        with _recorded_starts(recorder):
            yield recorder
    finally:
        _recording.difference_update([entry for entry in list(_recording) if entry[1] is recorder])
        gc.callbacks.remove(collecting)
        sys.meta_path.remove(importing)
        GatedConnection.enter_gate, GatedConnection.leave_gate = enter, leave  # type: ignore[method-assign]


@contextmanager
def _recorded_starts(recorder: LockRecorder) -> Iterator[None]:
    """Record the processes that a thread which holds the lock starts.

    Not by an audit hook: Python would call it for each `id()` as well, a thirtieth of the time of the tests.
    """
    start = subprocess.Popen.__init__

    def recorded_start(self: subprocess.Popen[Any], *arguments: Any, **options: Any) -> None:
        if (threading.get_ident(), recorder) in _recording:
            recorder.processes.append("".join(traceback.format_stack(limit=40)))
        start(self, *arguments, **options)

    subprocess.Popen.__init__ = recorded_start  # type: ignore[method-assign]
    try:
        yield
    finally:
        subprocess.Popen.__init__ = start  # type: ignore[method-assign]


_recording: set[tuple[int, LockRecorder]] = set()
"""Each thread that holds the lock, by its id, with those who record it."""


@pytest.fixture(autouse=True)
def lock_is_held_briefly() -> Iterator[LockRecorder]:
    """Every test: no transaction spends more than 100 ms of CPU under SQLite's write lock, or imports a module."""
    with recorded_locks() as recorder:
        yield recorder
    longest = [entry for entry in recorder.too_long if not _is_allowed(entry[2])]
    assert not longest, "\n".join(f"{cpu * 1000:.0f} ms of CPU under the lock, until\n{at}" for cpu, _, at in longest)
    imported = [entry for entry in recorder.imports if not _is_allowed(entry[1])]
    assert not imported, "\n".join(f"{name} is imported under the lock, by\n{stack}" for name, stack in imported)


def _is_allowed(stack: str) -> bool:
    return any(module in stack for module in ALLOWED)
