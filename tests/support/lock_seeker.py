"""Another process that asks for SQLite's write lock all the time, as an application beside ours may.

This module imports nothing of ours: the process would do so as well when it starts.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any


class LockSeeker:
    """The running process; `waits_during` an act are the seconds of each of its waits, ascending."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def waits_during(self, act: Any) -> list[float]:
        """What it waited, in seconds, each time that it took the lock while `act` ran; ascending."""
        self._connection.send("begin")
        assert self._connection.recv() == "begun"
        try:
            act()
        finally:
            self._connection.send("end")
            seconds: list[float] = self._connection.recv()
        return sorted(seconds)


@contextmanager
def lock_seeker(path: str, pause: float = 0.003) -> Iterator[LockSeeker]:
    """A process that takes and releases the lock of a database every `pause` seconds, while it is asked to."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_seek, args=(path, pause, theirs))
    process.start()
    try:
        yield LockSeeker(ours)
    finally:
        ours.send("stop")
        process.join()


def _seek(path: str, pause: float, connection: Connection) -> None:
    database = sqlite3.connect(path, isolation_level=None, timeout=20)
    while connection.recv() == "begin":
        connection.send("begun")
        seconds = []
        while not connection.poll():
            start = time.perf_counter()
            database.execute("BEGIN IMMEDIATE")
            database.execute("COMMIT")
            seconds.append(time.perf_counter() - start)
            time.sleep(pause)
        connection.recv()
        connection.send(seconds)
    database.close()
