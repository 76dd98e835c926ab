"""The author's own error messages wherever the form of a request type is judged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.people import People
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.test_corrections import ANSWERS, correction_form, reference, sent_back
from tests.web.dossiers.visitors import Opened, SignedIn, form_to

__all__ = ["calling", "reference", "sent_back"]

pytestmark = pytest.mark.site("corrections")
ADDRESS = "/requests/new/lease"
STREET = "Write the whole address, with the street."


def at_control(page: Any, pointer: str) -> str:
    """The text that describes the control of a pointer, which has to be marked as wrong."""
    control = page.html.select_one(f'[data-pointer="{pointer}"][aria-invalid=true]')
    return " ".join(page.html.find(id=name).get_text() for name in control["aria-describedby"].split())


def control_of(form: Any, pointer: str) -> str:
    name: str = form.html.select_one(f'[data-pointer="{pointer}"]')["name"]
    return name


@pytest.mark.parametrize(
    ("who", "line"),
    [("maya", f"Address – {STREET}"), ("ines", "Adresse – Écrivez l’adresse entière, avec la rue.")],
)
def test_a_page_of_the_form_says_it(signed_in: SignedIn, who: str, line: str) -> None:
    """F18, P7: at the control and in the summary, in the reader's language."""
    form = form_to(signed_in(who).get(ADDRESS), ADDRESS)
    form[control_of(form, "/address")] = "5"
    page = form.submit("_go", value="1", status=422)
    assert line.partition(" – ")[2] in at_control(page, "/address")
    assert line in page.html.select_one("[data-error-summary]").get_text()


def test_the_form_of_a_step_says_it(signed_in: SignedIn, opened: Opened) -> None:
    """F18, W3: of an answer that the step asks for."""
    address = f"/dossiers/{opened('lease', {**ANSWERS, 'kind': 'office'})}/steps/finish"
    form = form_to(signed_in("paul").get(address), address)
    form[control_of(form, "/rent/amount")] = "much"
    page = form.submit(status=422)
    assert "Write the rent of a year, such as 12000." in at_control(page, "/rent/amount")


def test_a_correction_says_it(signed_in: SignedIn, sent_back: str) -> None:
    """F18, F19: of a field that is missing."""
    form = correction_form(signed_in("maya"), sent_back)
    form[control_of(form, "/address")] = ""
    page = form.submit(status=422)
    assert "Which premises?" in at_control(page, "/address")


def test_the_api_says_it(calling: Calling, people: People) -> None:
    """F18, X5: in the 422, in the language of the caller."""
    people("paul")
    body = {"request_type": "lease", "answers": {"address": "5", "kind": "shop", "rent": ANSWERS["rent"]}}
    headers = {"Idempotency-Key": "a", "Accept-Language": "fr"}
    errors = calling("maya").post_json("/api/v1/submissions", body, headers=headers, status=422).json["errors"]
    assert {error["pointer"]: error["message"] for error in errors} == {
        "/address": "Écrivez l’adresse entière, avec la rue.",
        "/opening_hours": "Une boutique a des horaires.",
    }
