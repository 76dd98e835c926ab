"""Checks between answers and computed answers in the API."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import Opened, dossier_of
from tests.web.portal.test_form_rules import ANSWERS, COMPUTED

pytestmark = pytest.mark.site("purchases")


def test_a_failing_check_is_an_error_with_its_pointer(calling: Calling, people: People) -> None:
    """F16: X5: 422 with pointer, keyword and the author's sentence, one for each place."""
    people("paul")
    lines = [{**ANSWERS["lines"][0], "discount": 120}]
    wrong = {**ANSWERS, "lines": lines, "budget": {"amount": "1000.00", "currency": "EUR"}}
    answer = calling("maya").submit("purchase", wrong, status=422)
    assert answer.json["errors"] == [
        {"pointer": "/lines/0/discount", "keyword": "check", "message": "A discount is at most 100 percent."},
        {"pointer": "/budget", "keyword": "check", "message": "The total is above the budget."},
    ]


def test_amounts_in_several_currencies_are_told(calling: Calling, people: People) -> None:
    """F16: a budget in another currency than the total cannot be kept to."""
    people("paul")
    wrong = {**ANSWERS, "budget": {"amount": "2000.00", "currency": "USD"}}
    errors = calling("maya").submit("purchase", wrong, status=422).json["errors"]
    assert [(error["pointer"], error["keyword"]) for error in errors] == [("/budget", "check")]
    assert "different currencies" in errors[0]["message"]


def test_computed_answers_are_the_forms_own(calling: Calling, people: People) -> None:
    """F17: T4: read-only in the schema, ignored in what is sent, also when it is sent again, and never missing."""
    people("paul")
    maya = calling("maya")
    form: Any = maya.get("/api/v1/request-types/purchase").json["form"]
    assert form["properties"]["total"]["readOnly"] is True
    assert form["required"] == ["starts_on", "lines"]
    assert "readOnly" not in form["properties"]["budget"]
    sent = maya.submit("purchase", ANSWERS)
    assert maya.submit("purchase", {**ANSWERS, "total": 7}, status=200).json == sent.json
    answers = maya.get(f"/api/v1/dossiers/{sent.json['reference']}/answers").json["answers"]
    assert answers == {**ANSWERS, **COMPUTED}


def test_a_correction_lists_no_computed_answer_to_be_changed(
    calling: Calling, people: People, acting: Acting, platform: Platform, opened: Opened
) -> None:
    """F17: F19: it follows the lines that are open, and is not open itself."""
    reference = opened("purchase", ANSWERS)
    with acting(people("paul")) as work:
        transitions.perform(work, reference, "ask_lines", dossier_of(platform, reference).version, {}, None)
    assert "/lines" in (answers := calling("maya").get(f"/api/v1/dossiers/{reference}/answers").json)["editable"]
    assert not {"/total", "/ends_on"} & set(answers["editable"])
