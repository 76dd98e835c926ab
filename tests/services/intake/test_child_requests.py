"""Requests that a step opens: once a step, on what the requester knows, and told when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.errors import NotFound
from formengine.jobs import drain
from formengine.services.case.effects import OPEN_CHILD_JOB
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.assignment import restrict
from formengine.services.dossiers.overview import overview
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.work import functions_of
from tests.services.conftest import Case, MakeCase
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("related")


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    return make_case("lease", by="maya", with_paper=False, street="Rue Haute", city="Lyon")


def opened(platform: Platform, request_type: str) -> list[dict[str, Any]]:
    """The answers of the requests of a type that were opened, in order."""
    with platform.database.reading() as session:
        rows = session.scalars(select(Dossier).where(Dossier.request_type == request_type).order_by(Dossier.id))
        return [row.submission.answers for row in rows]


def visits(platform: Platform) -> list[dict[str, Any]]:
    return opened(platform, "visit")


def told(case: Case) -> list[str]:
    with case.platform.database.reading() as session:
        kinds = session.scalars(select(HistoryEntry.kind).order_by(HistoryEntry.id))
        return [kind for kind in kinds if kind.startswith("child_")]


def drained(platform: Platform) -> None:
    assert drain(platform.queue, functions_of(platform))


def test_each_step_opens_one(case: Case, platform: Platform) -> None:
    """D11: two steps open two requests, each on the facts as they are then; what the client may not see stays here."""
    case.step("paul", "count", rooms=3)
    case.step("paul", "name", city="the client's hideout")
    case.step("paul", "look")
    case.step("paul", "count", rooms=4)
    case.step("paul", "look")
    drained(platform)
    assert [one["rooms"] for one in visits(platform)] == [4, 4]
    assert all("hideout" not in str(one) for one in visits(platform))
    assert told(case) == ["child_dossier_opened"] * 2


def test_a_job_that_runs_twice_opens_one(case: Case, platform: Platform) -> None:
    """T11: the cause tells a repeat from another step."""
    case.step("paul", "count", rooms=3)
    run = functions_of(platform)[OPEN_CHILD_JOB]
    for cause in ("2", "2", "7"):
        run({"dossier": case.dossier.id, "request_type": "visit", "cause": cause})
    assert len(visits(platform)) == 2


def test_a_child_that_cannot_be_opened_is_recorded_once(case: Case, platform: Platform) -> None:
    """D11: facts that do not fill the form, and a type that is gone, leave a word in the history."""
    run = functions_of(platform)[OPEN_CHILD_JOB]
    for kind in ("visit", "visit", "gone"):
        run({"dossier": case.dossier.id, "request_type": kind, "cause": "2"})
    assert told(case) == ["child_not_opened"] * 2
    assert visits(platform) == []


def test_what_a_restricted_dossier_opens_is_restricted(case: Case, platform: Platform) -> None:
    """D2, T43: its facts are shown and mailed to nobody who may not read the dossier that they come from."""
    case("paul", restrict, True)
    case.step("paul", "count", rooms=3)
    case.step("paul", "look")
    drained(platform)
    with platform.database.reading() as session:
        visit = session.scalars(select(Dossier).where(Dossier.request_type == "visit")).one()
        mails = session.scalars(select(Mail.to).where(Mail.dossier_id == visit.id, Mail.kind == "new_dossier"))
        assert (visit.restricted, set(mails)) == (True, {"sam@example.com"})
    with acting_on(platform, case.people("ana")) as work, pytest.raises(NotFound):
        get_dossier(work, visit.reference)


def test_a_step_gives_answers_to_what_it_opens(case: Case, platform: Platform) -> None:
    """D11: `with` copies facts, calculates dates and numbers, and takes words literally where the field is a text; two
    entries of one step open two requests.
    """
    case.step("paul", "count", rooms=3)
    case.step("paul", "survey")
    drained(platform)
    assert sorted(opened(platform, "survey"), key=lambda answers: answers["place"]) == [
        {"place": "Lyon", "rooms": 3},
        {"place": "Rue Haute", "reply_by": "2026-03-09", "note": "today", "rooms": 7},
    ]
    assert told(case) == ["child_dossier_opened"] * 2


def test_what_a_step_gives_to_a_request_stays_restricted(case: Case, platform: Platform) -> None:
    """D2, D11, T43: answers given by `with` are read by nobody who may not read the dossier that they come from."""
    case("paul", restrict, True)
    case.step("paul", "survey")
    drained(platform)
    with platform.database.reading() as session:
        rows = session.scalars(select(Dossier).where(Dossier.request_type == "survey")).all()
        assert [row.restricted for row in rows] == [True, True]
        references = [row.reference for row in rows]
    with acting_on(platform, case.people("ana")) as work:
        for reference in references:
            with pytest.raises(NotFound):
                get_dossier(work, reference)


def test_the_overview_says_which_request_opened_it(case: Case, platform: Platform) -> None:
    """D11: with its reference for those who may read that one."""
    case.step("paul", "count", rooms=3)
    case.step("paul", "survey")
    drained(platform)

    def opened_by(name: str) -> object:
        with acting_on(platform, case.people(name)) as work:
            row = work.session.scalars(select(Dossier).where(Dossier.request_type == "survey").limit(1)).one()
            return overview(work, row).opened_by

    assert opened_by("paul") == (case.reference, case.dossier.title)
    assert case.reads(lambda work, dossier: overview(work, dossier).opened_by, "paul") is None
    with acting_on(platform, case.people("sam")) as work:
        case.row(work).restricted = True
        work.session.scalars(select(Dossier).where(Dossier.request_type == "survey").limit(1)).one().restricted = False
    assert opened_by("lena") == ("", "")
