"""Another process that asks for SQLite's write lock all the time gets it soon, whatever a site is doing."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from multiprocessing.synchronize import Event

import pytest

from formengine.services.core.unit_of_work import Platform, run_in_transaction
from formengine.services.dossiers.notes import add_note
from formengine.services.intake.submissions import submit
from tests.support.people import People
from tests.support.write_lock import recorded_locks

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def ask_for_lock(path: str, started: Event, stop: Event, counted: multiprocessing.SimpleQueue[int]) -> None:
    """Take and release the lock until told to stop; puts how often that worked."""
    connection, count = sqlite3.connect(path, isolation_level=None, timeout=10), 0
    started.set()
    while not stop.is_set():
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        count += 1
        time.sleep(0.001)
    counted.put(count)
    connection.close()


def test_another_process_writes_between_the_writes_of_a_site(platform: Platform, people: People) -> None:
    people.all()
    path = platform.settings.database_url.removeprefix("sqlite:///")
    context = multiprocessing.get_context("spawn")
    started, stop, counted = context.Event(), context.Event(), context.SimpleQueue()
    other = context.Process(target=ask_for_lock, args=(path, started, stop, counted))
    other.start()
    assert started.wait(60)
    try:
        maya = people("maya").id
        with recorded_locks() as recorder:
            for number in range(10):
                reference = run_in_transaction(
                    platform, lambda work: submit(work, "deal", {"subject": "Chairs"}).dossier.reference, maya
                )
                run_in_transaction(platform, lambda work, r=reference, n=number: add_note(work, r, f"Note {n}"), maya)
    finally:
        stop.set()
        count = counted.get()
        other.join()
    assert count > 0
    spent = sorted(cpu for cpu, _wall, _at in recorder.held)
    assert len(spent) >= 20
    assert spent[-1] < 0.1
    assert spent[len(spent) // 2] < 0.02
