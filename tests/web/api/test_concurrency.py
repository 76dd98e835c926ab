"""Programs that act on one dossier at once: told so with 409 or 422, never with a 500 (W11, T5)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from webtest import TestApp

from formengine.services.accounts import api_tokens as tokens
from formengine.services.core.unit_of_work import Platform
from formengine.web import make_app
from tests.services.case.test_concurrency import race
from tests.services.conftest import Case, make_case
from tests.support.databases import KINDS
from tests.support.people import People
from tests.support.platforms import acting_on

__all__ = ["make_case"]
pytestmark = pytest.mark.site("casework")


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def test_eight_programs_on_one_dossier(platform: Platform, people: People, make_case: Any) -> None:
    """W11, T5: one step of those that saw the same version; notes and claims in between; the history is whole."""
    case: Case = make_case()
    app = make_app(platform)
    bearers = []
    for name in ("paul", "ana"):
        with acting_on(platform, people(name)) as work:
            token = tokens.create_token(work, work.person, ["read", "work"])
        bearers.append({"Authorization": f"Bearer {token}"})
    address, version = f"/api/v1/dossiers/{case.reference}", case.version

    def act(number: int) -> list[tuple[str, int]]:
        client, bearer = TestApp(app), bearers[number % 2]
        matching = {**bearer, "If-Match": f'"{version}"'}
        step = {"transition": "count_on", "fields": {"count": number}}
        statuses = [("step", client.post_json(f"{address}/transitions", step, headers=matching, status="*").status_int)]
        for _ in range(2):
            note = client.post_json(f"{address}/notes", {"text": "On it"}, headers=bearer, status="*")
            claim = client.post_json(f"{address}/claim", {}, headers=bearer, status="*")
            statuses += [("note", note.status_int), ("claim", claim.status_int)]
        return statuses

    answers = Counter(one for answered in race(act) for one in answered)
    assert answers["step", 200] == 1
    assert answers["step", 409] == 7
    assert {status for _, status in answers} <= {200, 201, 409, 422}, answers
    assert sum(n for (what, status), n in answers.items() if what == "note" and status < 300) == 16
    assert case.kinds().count("note") == 16
    assert case.whole()
