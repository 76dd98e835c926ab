"""waitress's thread pool, with threads kept for `/healthz`, which answers while all others are busy or waiting, and for
sign-ins, which wait for one another at the hashing of passwords, and would otherwise make every page wait (T24).
"""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

from formengine.services.accounts.passwords import HASHING_THREADS

HEALTH_PATH = "/healthz"
SIGN_IN = ("POST", "/sign-in")


class TaskDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Hands requests for HEALTH_PATH, and those that are SIGN_IN, to threads that do nothing else."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._health = ThreadedTaskDispatcher()
        self._health.set_thread_count(1)
        self._sign_ins = ThreadedTaskDispatcher()
        self._sign_ins.set_thread_count(HASHING_THREADS)
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        """Queue a connection whose next request was read completely, or could not be read (it has no path then)."""
        request = task.requests[0] if task.requests else None
        path = getattr(request, "path", None)
        if path == HEALTH_PATH:
            self._health.add_task(task)
        elif (getattr(request, "command", None), path) == SIGN_IN:
            self._sign_ins.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop all threads; whether pending requests were cancelled."""
        for kept in (self._health, self._sign_ins):
            kept.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))
