"""A step that writes over an answer: what the form no longer asks for beside it is no fact (F19)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.storage.models.history import HistoryEntry
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import Opened, SignedIn, Visitor, dossier_of, form_to

pytestmark = pytest.mark.site("obsolete")
ANSWERS: dict[str, Any] = {"kind": "b", "purpose": "A study", "ethics": "EC-1"}


@pytest.fixture
def returned(opened: Opened, acting: Acting, people: People, platform: Platform) -> str:
    """The reference of a request that was returned."""
    reference = opened("access", ANSWERS)
    take(acting, people, platform, reference, "paul", "give_back")
    return reference


def take(
    acting: Acting, people: People, platform: Platform, reference: str, by: str, step: str, **fields: object
) -> None:
    with acting(people(by)) as work:
        transitions.perform(work, reference, step, dossier_of(platform, reference).version, fields)


def test_the_step_asks_only_for_what_the_form_shows(
    signed_in: SignedIn, calling: Calling, returned: str, platform: Platform
) -> None:
    """F19: live on the page, and afterwards neither a fact nor asked by another step; the answers sent are kept."""
    maya: Visitor = signed_in("maya")
    address = f"/dossiers/{returned}/steps/resubmit"
    page = maya.get(address)
    assert "Ethics approval" in page.html.find(id="fields").get_text()
    form = form_to(page, address)
    first = page.html.find("input", type="radio")
    form[first["name"]] = first["value"]
    form.submit(status=303)
    paul = calling("paul")
    read = paul.get(f"/api/v1/dossiers/{returned}").json
    assert read["facts"] == {"kind": "a", "purpose": "A study"}
    assert paul.get(f"/api/v1/dossiers/{returned}/answers").json["answers"] == ANSWERS
    steps = {step["id"]: step for step in paul.get(f"/api/v1/dossiers/{returned}/transitions").json}
    assert list(steps["approval"]["fields"]["properties"]) == []
    assert not steps["ethical"]["allowed"]


def test_the_api_refuses_what_the_form_does_not_ask_for(calling: Calling, returned: str) -> None:
    """F19, X5: at its field; without it the step is taken."""
    maya, address = calling("maya"), f"/api/v1/dossiers/{returned}"
    tag = {"If-Match": maya.get(address).headers["ETag"]}
    body = {"transition": "resubmit", "fields": {"kind": "a", "purpose": "A study", "ethics": "EC-2"}}
    wrong = maya.post_json(f"{address}/transitions", body, headers=tag, status=422).json
    assert [error["pointer"] for error in wrong["errors"]] == ["/ethics"]
    maya.post_json(
        f"{address}/transitions", {"transition": "resubmit", "fields": {"kind": "a"}}, headers=tag, status=200
    )
    assert maya.get(address).json["facts"] == {"kind": "a", "purpose": "A study"}


def test_what_is_asked_for_again_is_a_fact_again(
    acting: Acting, people: People, platform: Platform, calling: Calling, returned: str
) -> None:
    """F19: the history records what went, and it counts with what is written then; it is required while it is shown."""
    take(acting, people, platform, returned, "maya", "resubmit", kind="a")
    with acting(people("paul")) as work:
        newest = work.session.scalars(select(HistoryEntry).order_by(HistoryEntry.number.desc())).first()
        assert newest is not None
        assert newest.payload["data"]["fields"] == {"kind": "a", "ethics": None}
    take(acting, people, platform, returned, "paul", "give_back")
    take(acting, people, platform, returned, "maya", "resubmit", kind="b", ethics="EC-9")
    assert calling("paul").get(f"/api/v1/dossiers/{returned}").json["facts"] == {**ANSWERS, "ethics": "EC-9"}
