"""Answers by the API: as sent, sent earlier, and sent again after a correction (F14, F19, X5)."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.api.conftest import Caller, Calling
from tests.web.dossiers.test_corrections import ANSWERS
from tests.web.dossiers.visitors import Opened, dossier_of

pytestmark = pytest.mark.site("corrections")
CORRECTED = {**ANSWERS, "address": "7 rue du Port"}


@pytest.fixture
def address(opened: Opened, acting: Acting, people: People, platform: Platform) -> str:
    """The answers of a lease that was sent back."""
    reference = opened("lease", ANSWERS)
    with acting(people("paul")) as work:
        transitions.perform(work, reference, "send_back", dossier_of(platform, reference).version, {}, "Which street?")
    return f"/api/v1/dossiers/{reference}/answers"


def put(
    caller: Caller, address: str, status: int = 200, version: str | None = None, **body: object
) -> dict[str, object]:
    """The answer to a correction of the version that was read."""
    headers = {"If-Match": version or caller.get(address).headers["ETag"]}
    answer: dict[str, object] = caller.put_json(address, body, headers=headers, status=status).json
    return answer


def test_answers_are_sent_again(calling: Calling, address: str) -> None:
    """F19, X5: `editable` says which, PUT sends all; earlier ones stay readable by their number."""
    maya = calling("maya")
    read = maya.get(address).json
    assert read["editable"] == ["/address", "/kind", "/rent", "/draft", "/starts_on"]
    moved = put(maya, address, answers=CORRECTED, comment="The new one")
    assert moved["state"] == "review"
    now = maya.get(address).json
    assert (now["answers"], now["editable"]) == (CORRECTED, [])
    assert [row["submission"] for row in now["submissions"]] == [now["submission"], read["submission"]]
    assert maya.get(f"{address}?submission={read['submission']}").json["answers"] == ANSWERS


@pytest.mark.parametrize("submission", ["0", "999999", "x", "-1", "9" * 30, "²"])
def test_an_unknown_submission_is_not_found(calling: Calling, address: str, submission: str) -> None:
    """X5: and none of another dossier."""
    calling("maya").get(address, {"submission": submission}, status=404)


def test_wrong_corrections_are_refused(calling: Calling, address: str) -> None:
    """F19, X5: with pointers; nothing is changed."""
    maya = calling("maya")
    wrong = put(maya, address, 422, answers={**CORRECTED, "kind": "shop"})
    assert [error["pointer"] for error in wrong["errors"]] == ["/opening_hours"]  # type: ignore[attr-defined]
    put(maya, address, 409, version='"1"', answers=CORRECTED)
    maya.put_json(address, {"answers": CORRECTED}, status=428)
    put(maya, address, 422, answers=CORRECTED, bogus=1)
    assert maya.get(address).json["answers"] == ANSWERS


def test_others_may_not_correct(calling: Calling, address: str) -> None:
    """F19: counsel reads that nothing is editable; a token without the scope to submit is refused."""
    paul = calling("paul")
    assert paul.get(address).json["editable"] == []
    assert "not open for correction" in str(put(paul, address, 422, answers=CORRECTED))
    put(calling("maya", "read"), address, 403, answers=CORRECTED)


def test_the_step_needs_the_answers(calling: Calling, address: str) -> None:
    """F19: POST of the transition alone says what to do."""
    maya, dossier = calling("maya"), address.removesuffix("/answers")
    [step] = [row for row in maya.get(f"{dossier}/transitions").json if row["id"] == "answer"]
    assert step["allowed"]
    version = maya.get(dossier).headers["ETag"]
    refused = maya.post_json(
        f"{dossier}/transitions", {"transition": "answer"}, headers={"If-Match": version}, status=422
    )
    assert "send it" in refused.text


def test_too_many_answers_are_refused(calling: Calling, address: str) -> None:
    """F19, T24: as of a form, before the form judges them; nothing is changed."""
    maya = calling("maya")
    many = put(maya, address, 400, answers={**CORRECTED, "rows": [{"x": 1}] * 21_001})
    assert "21000" in str(many["detail"]) or "21,000" in str(many["detail"])
    assert maya.get(address).json["answers"] == ANSWERS
