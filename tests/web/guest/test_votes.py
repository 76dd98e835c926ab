"""Votes by link: abstaining, and the fields asked with an approval (U9, W22)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.storage.models.dossiers import Fact
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import Opened, form_to
from tests.web.guest.test_decisions import Landlord, state_of

pytestmark = pytest.mark.site("votes")
ANSWERS = {"subject": "A new roof", "adviser": {"name": "Lou Berger", "email": "lou@landlord.test"}}


@pytest.fixture
def adviser(opened: Opened, acting: Acting, people: People, platform: Platform, app: Any) -> Landlord:
    reference = opened("budget", ANSWERS)
    with acting(people("maya")) as work:
        transitions.perform(work, reference, "ask", 1, {})
    return Landlord(platform, app)


def amount_of(form: Any) -> str:
    return str(form.html.find(attrs={"data-pointer": "/granted"})["name"])


def test_the_amount_is_asked_with_the_approval(adviser: Landlord, platform: Platform) -> None:
    """U9, W22: what was typed is shown again with its error, and the code stays good."""
    form = adviser.form()
    form["code"], form[amount_of(form)] = adviser.code(), "2000"
    page = form.submit("decision", value="approve", status=422)
    form = form_to(page, f"{adviser.address}/decision")
    assert (form[amount_of(form)].value, form["code"].value) == ("2000", adviser.code())
    form[amount_of(form)] = "700"
    assert "your approval is recorded" in form.submit("decision", value="approve").text
    assert state_of(platform)[2] == "done"
    with platform.database.reading() as session:
        assert [fact.value for fact in session.scalars(select(Fact))] == [700]


def test_an_adviser_abstains_without_an_amount(adviser: Landlord, platform: Platform) -> None:
    """U9, W22: and the round, in which nobody said yes, is rejected."""
    form = adviser.form()
    form["code"] = adviser.code()
    assert "your abstention is recorded" in form.submit("decision", value="abstain").text
    assert state_of(platform)[::2] == ("abstained", "refused")
