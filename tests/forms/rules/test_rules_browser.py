"""Checks and computed answers in Chromium, as one types."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from formengine.conditions.condition_words import ConditionWord
from tests.forms.served_form import Forms
from tests.forms.test_live_browser import focused, quiet, sent

__all__ = ["quiet"]
pytestmark = pytest.mark.browser
DATE = {"type": "string", "format": "date"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "start": {"title": "Start", **DATE},
        "months": {"title": "Months", "type": "integer"},
        "end": {"title": "End", **DATE},
        "hours": {
            "title": "Hours",
            "type": "array",
            "items": {"title": "Day", "type": "number"},
        },
        "total": {"title": "Total", "type": "number"},
        "most": {"title": "Most", "type": "number"},
    },
}
RULES: dict[str, Any] = {
    "computed": {"end": "start + months months", "total": "sum of hours"},
    "checks": [{"when": "total at most most", "at": ["most"], "says": "These are too many hours."}],
}


def test_values_and_errors_follow_what_is_typed(served_forms: Forms, quiet: Page) -> None:
    """F16: F17: nothing is pressed: the value is there when typing pauses, focus stays, a check comes and goes."""
    quiet.goto(served_forms.add("rules", SCHEMA, rules=RULES))
    outputs = quiet.locator("output")
    expect(outputs).to_have_text(["Not known yet", "0"])
    quiet.get_by_label("Start").fill("2026-01-31")
    months = quiet.get_by_label("Months")
    months.press_sequentially("13")
    expect(outputs.first).to_have_text("28 February 2027")
    assert focused(quiet) == "/months"
    for number, hours in enumerate(("0.1", "0.2")):
        quiet.get_by_role("button", name="Add: Day (Hours)").click()
        quiet.locator(f"[data-pointer='/hours/{number}']:not(button)").fill(hours)  # waits until this row is there
    expect(outputs.last).to_have_text("0.3")
    most = quiet.get_by_label("Most")
    most.press_sequentially("0.2")
    error = quiet.locator(".ff-error", has_text="These are too many hours.")
    error.wait_for()
    assert focused(quiet) == "/most"
    expect(most).to_have_attribute("aria-invalid", "true")
    most.fill("0.3")
    expect(error).to_have_count(0)
    assert sent(quiet) == {
        "start": "2026-01-31", "months": 13, "end": "2027-02-28", "hours": [0.1, 0.2], "total": 0.3, "most": 0.3,
    }  # fmt: skip


@pytest.mark.parametrize(("locale", "says"), [("en", "A number begins with L-."), ("fr", "Un numéro commence par L-.")])
def test_the_word_of_a_plugin_is_asked_as_one_types(served_forms: Forms, quiet: Page, locale: str, says: str) -> None:
    """F16: the server asks it, and the author's sentence comes and goes in the reader's language."""
    words = {"begins with": ConditionWord("begins with", lambda fact, value: str(fact).startswith(value), ["string"])}
    check = {
        "when": "number begins with L-",
        "says": {"en": "A number begins with L-.", "fr": "Un numéro commence par L-."},
    }
    schema = {"type": "object", "properties": {"number": {"title": "Number", "type": "string"}}}
    form = served_forms.add(f"words-{locale}", schema, rules={"checks": [check]}, words=words, locale=locale)
    quiet.goto(form)
    number = quiet.get_by_label("Number")
    number.press_sequentially("M-7")
    error = quiet.locator(".ff-error", has_text=says)
    error.wait_for()
    expect(number).to_have_attribute("aria-invalid", "true")
    number.fill("L-7")
    expect(error).to_have_count(0)
    assert sent(quiet) == {"number": "L-7"}
