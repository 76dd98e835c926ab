"""Another process that asks for SQLite's write lock all the time gets it soon, whatever a site is doing."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform, run_in_transaction
from formengine.services.dossiers.notes import add_note
from formengine.services.intake.submissions import submit
from tests.support.lock_seeker import lock_seeker
from tests.support.people import People
from tests.support.write_lock import recorded_locks

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_another_process_writes_between_the_writes_of_a_site(platform: Platform, people: People) -> None:
    people.all()
    path = platform.settings.database_url.removeprefix("sqlite:///")
    maya = people("maya").id

    def act() -> None:
        for number in range(10):
            reference = run_in_transaction(
                platform, lambda work: submit(work, "deal", {"subject": "Chairs"}).dossier.reference, maya
            )
            run_in_transaction(platform, lambda work, r=reference, n=number: add_note(work, r, f"Note {n}"), maya)

    with lock_seeker(path, 0.001) as seeker, recorded_locks() as recorder:
        assert seeker.waits_during(act)
    spent = sorted(cpu for cpu, _wall, _at in recorder.held)
    assert len(spent) >= 20
    assert spent[-1] < 0.1
    assert spent[len(spent) // 2] < 0.02
