"""waitress's thread pool with one thread kept for `/healthz`, which answers while all others are busy or waiting."""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

HEALTH_PATH = "/healthz"


class TaskDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Hands requests for HEALTH_PATH to a thread that does nothing else."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._health = ThreadedTaskDispatcher()
        self._health.set_thread_count(1)
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        """Queue a connection whose next request was read completely, or could not be read (it has no path then)."""
        if task.requests and getattr(task.requests[0], "path", None) == HEALTH_PATH:
            self._health.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop all threads; whether pending requests were cancelled."""
        self._health.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))
