"""Who draws pages now, and who waits: a reader who scrolls through a long document leaves threads to the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

from formengine.errors import TooBusy

AT_A_TIME: Final = 2
"""What a process draws at a time."""
WAITING: Final = 2
"""How many threads wait for their turn."""
PATIENCE: Final = 0.5
"""Seconds for which they wait."""
TRY_AGAIN: Final = 2
"""Seconds after which whoever had no turn may try again."""


class DrawingQueue:
    """The drawings of a process, each with a key: no two of one key at a time, and AT_A_TIME in all."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._drawn: set[str] = set()
        self._waiting = 0

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """The turn to draw; raises TooBusy where it does not come in time, or enough others wait for theirs."""
        with self._changed:
            if not self._is_free(key) and not self._wait(key):
                raise TooBusy(TRY_AGAIN, f"drawing pages ({key})")
            self._drawn.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._drawn.discard(key)
                self._changed.notify_all()

    def _is_free(self, key: str) -> bool:
        return key not in self._drawn and len(self._drawn) < AT_A_TIME

    def _wait(self, key: str) -> bool:
        if self._waiting >= WAITING:
            return False
        self._waiting += 1
        try:
            return self._changed.wait_for(lambda: self._is_free(key), PATIENCE)
        finally:
            self._waiting -= 1
