"""Votes by the API: abstaining, and the fields asked with an approval (W22, X5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from formengine.services.dossiers import transitions
from formengine.services.intake.submissions import submit
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.api.conftest import Caller

pytestmark = pytest.mark.site("votes")
BASE = "/api/v1/dossiers"


@pytest.fixture
def voting(acting: Acting, people: People) -> str:
    people.all()
    with acting(people("maya")) as work:
        reference = submit(work, "budget", {"subject": "A new roof"}).dossier.reference
    with acting(people("maya")) as work:
        transitions.perform(work, reference, "call", 1, {})
    return reference


def test_votes_by_the_api(calling: Callable[[str], Caller], voting: str) -> None:
    """W22, X5: rounds say what they ask; unfit, missing and unknown fields are refused, and nothing has changed."""
    address = f"{BASE}/{voting}/approvals"
    bo, di = calling("bo"), calling("di")
    asked: dict[str, Any] = bo.get(address).json["rounds"][0]
    assert (asked["may_abstain"], asked["asks"]) == (True, ["granted"])
    calling("cleo").post_json(address, {"decision": "abstain"})
    assert bo.post_json(address, {"decision": "approve"}, status=422).json["reasons"]
    wrong = bo.post_json(address, {"decision": "approve", "fields": {"granted": 2000}}, status=422).json
    assert [error["pointer"] for error in wrong["errors"]] == ["/granted"]
    bo.post_json(address, {"decision": "approve", "fields": {"granted": 10, "more": 1}}, status=422)
    bo.post_json(address, {"decision": "approve", "fields": {"granted": 10}})
    assert di.post_json(address, {"decision": "approve", "fields": {"granted": 20}}).json["state"] == "advice"
    seats = bo.get(address).json["rounds"][-1]["seats"]
    assert sorted(seat["status"] for seat in seats) == ["abstained", "approved", "approved"]
