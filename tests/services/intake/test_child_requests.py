"""Requests that a step opens: once a step, on what the requester knows, and told when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.jobs import drain
from formengine.services.case.effects import OPEN_CHILD_JOB
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.work import functions_of
from tests.services.conftest import Case, MakeCase

pytestmark = pytest.mark.site("related")


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    return make_case("lease", by="maya", with_paper=False, street="Rue Haute", city="Lyon")


def visits(platform: Platform) -> list[dict[str, Any]]:
    """The answers of the requests that were opened, in order."""
    with platform.database.reading() as session:
        found = session.scalars(select(Dossier).where(Dossier.request_type == "visit").order_by(Dossier.id))
        return [one.submission.answers for one in found]


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
