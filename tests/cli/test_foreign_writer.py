"""Another process that asks for SQLite's write lock all the time gets it soon, whatever command runs."""

from __future__ import annotations

from functools import partial

import pytest

from tests.support.lock_seeker import lock_seeker
from tests.support.server import Commands
from tests.support.write_lock import recorded_locks

COMMANDS = (
    ("jobs", "status"),  # after the demo, whose jobs nobody runs, it may end with 1
    ("demo",),
    ("audit", "verify"),
    ("audit", "checkpoint"),
    ("files", "verify"),
    ("check",),
    ("publish",),
    ("jobs", "list"),
    ("db", "check"),
)
MAX_WAIT = 1.0
"""Seconds; 0.1 on a machine that does nothing else, of which most is the disk's."""


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_commands_leave_the_lock_to_others(site_commands: Commands) -> None:
    """The demo fills the site first: dossiers in every state, with files and mails.

    How much CPU a transaction spends under the lock is limited in every test; here, none waits for a process of its own
    meanwhile either.
    """
    path = site_commands.environment["FORMENGINE_DATABASE_URL"].removeprefix("sqlite:///")
    with lock_seeker(path) as seeker:
        for command in COMMANDS:
            with recorded_locks() as recorder:
                waits = seeker.waits_during(partial(site_commands.run, *command))
            assert recorder.processes == [], command
            assert waits[-1] < MAX_WAIT, command
            assert waits[len(waits) // 2] < 0.1, command
