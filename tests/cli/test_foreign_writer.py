"""Another process that asks for SQLite's write lock all the time gets it soon, whatever command runs."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Event as EventType

import pytest

from tests.support.server import Commands

COMMANDS = (
    ("demo",),
    ("audit", "verify"),
    ("audit", "checkpoint"),
    ("files", "verify"),
    ("check",),
    ("publish",),
    ("jobs", "status"),
    ("jobs", "list"),
    ("db", "check"),
)
MAX_WAIT = 1.0
"""Seconds; 0.1 on a machine that does nothing else, of which most is the disk's."""


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def ask_for_lock(
    path: str, started: EventType, stop: EventType, waits: multiprocessing.SimpleQueue[list[float]]
) -> None:
    """Take and release the lock every few milliseconds until told to stop; puts the seconds that each wait took."""
    connection, seconds = sqlite3.connect(path, isolation_level=None, timeout=20), []
    started.set()
    while not stop.is_set():
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        seconds.append(time.perf_counter() - start)
        time.sleep(0.003)
    connection.close()
    waits.put(seconds)


def waits_during(path: str, act: Callable[[], object]) -> list[float]:
    """The seconds that another process waited for the lock, each time, while `act` ran; ascending."""
    context = multiprocessing.get_context("spawn")
    started, stop, waits = context.Event(), context.Event(), context.SimpleQueue()
    other = context.Process(target=ask_for_lock, args=(path, started, stop, waits))
    other.start()
    assert started.wait(60)
    try:
        act()
    finally:
        stop.set()
        seconds = waits.get()
        other.join()
    return sorted(seconds)


def test_commands_leave_the_lock_to_others(site_commands: Commands) -> None:
    """The demo fills the site first: dossiers in every state, with files and mails."""
    path = site_commands.environment["FORMENGINE_DATABASE_URL"].removeprefix("sqlite:///")
    for command in COMMANDS:
        waits = waits_during(path, partial(site_commands.run, *command))
        assert waits[-1] < MAX_WAIT, command
        assert waits[len(waits) // 2] < 0.1, command
