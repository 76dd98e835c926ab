"""States that are left by themselves, in the portal: after a file, and at midnight."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from formengine.authoring import Pack
from formengine.services.case.developments import developments
from formengine.services.case.timeline import visible_history
from formengine.services.core.unit_of_work import run_in_transaction
from formengine.services.dossiers import documents, timers
from formengine.workflow import Simulation
from tests.services.conftest import Case, MakeCase, paper

pytestmark = pytest.mark.site("moving")
PEOPLE = {"requester": ["maya"], "team:contracts": ["paul", "ana"], "team:finance": ["bo", "di"]}


def swept(case: Case) -> int:
    """How many dossiers the periodic job would wake now."""
    return run_in_transaction(case.platform, timers.enqueue_due_dossiers, None, now=case.now)


def steps(case: Case) -> list[tuple[str | None, str | None, str | None]]:
    return [
        (entry.payload.get("transition"), entry.payload.get("before"), entry.payload.get("after"))
        for entry in case.history()
        if entry.kind == "step"
    ]


def simulated(case: Case) -> Simulation:
    def pack(work: object, dossier: object) -> Pack:
        return case.platform.definitions.pack(work.session, dossier.pack_hash)  # type: ignore[attr-defined]

    workflow = case.reads(pack).workflow
    calendars = {"": {"country": "FR", "zone": "Europe/Paris", "hours": "09:00-18:00"}}
    return Simulation(workflow, "deal", {"subject": "Chairs"}, PEOPLE, case.now, calendars, ["contract"])


def test_a_file_moves_it(make_case: MakeCase) -> None:
    """W21: in the transaction of the upload; the client reads it as a development."""
    case = make_case()
    case.step("paul", "wait", end_date="2026-09-30")
    case("paul", documents.new_document_version, "annex", paper())
    assert case.state == "done"
    assert steps(case)[-1] == ("automatic", "waiting", "done")
    assert case.history()[-1].by is None
    texts = {who: [entry.text for entry in case.reads(visible_history, who)][-1] for who in ("paul", "maya")}
    assert texts == {"paul": "Moved by itself: “Annex” is there", "maya": "The request moved to “Done”"}
    told = {who: case.reads(developments, who)[0] for who in ("paul", "maya")}
    assert {who: line.state for who, line in told.items()} == {"paul": "Done", "maya": ""}, "once, in the sentence"
    assert case.whole()


def test_midnight_moves_it_once_and_as_the_simulation_does(make_case: MakeCase) -> None:
    """W21: a job at each midnight of the calendar for dossiers that time can move, and for no other."""
    case, resting = make_case(), make_case(by="cleo")
    simulation = simulated(case)
    case.step("paul", "wait", end_date="2026-04-05")
    simulation.do("wait", by="paul", fields={"end_date": "2026-04-05"})
    assert resting.dossier.wake_at != case.dossier.wake_at == datetime(2026, 3, 2, 23, tzinfo=UTC)
    version = case.version
    for night in (2, 3):
        case.now = datetime(2026, 3, night, 23, tzinfo=UTC)
        assert swept(case) == 1
        case(None, timers.fire_timers)
        assert (case.state, case.version) == ("waiting", version)
        assert case.dossier.wake_at == datetime(2026, 3, night + 1, 23, tzinfo=UTC)
    case.now = datetime(2026, 3, 4, 23, tzinfo=UTC)
    case(None, timers.fire_timers)
    simulation.advance(case.now)
    assert (case.state, simulation.state) == ("ending", "ending")
    assert (case.dossier.wake_at, case.version) == (None, version + 1)
    assert steps(case) == [(step.transition, step.before, step.after) for step in simulation.history]
    case(None, timers.fire_timers)
    assert case.version == version + 1
    assert case.whole()
