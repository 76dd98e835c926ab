"""Checks between answers and computed answers on the page of a request, in its dossier and in a correction of it."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.services.intake.corrections import correct_answers
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import Opened, SignedIn, dossier_of, form_to
from tests.web.portal.test_request_form import filled, press

pytestmark = pytest.mark.site("purchases")
ADDRESS = "/requests/new/purchase"
TYPED = {
    "starts_on": "2026-01-31",
    "term_months": "13",
    "lines.0.what": "Licences",
    "lines.0.amount.amount": "1,250.00",
    "budget.amount": "2,000.00",
}
ANSWERS: dict[str, Any] = {
    "starts_on": "2026-01-31",
    "term_months": 13,
    "lines": [{"what": "Licences", "amount": {"amount": "1250.00", "currency": "EUR"}}],
    "budget": {"amount": "2000.00", "currency": "EUR"},
}
COMPUTED = {"ends_on": "2027-02-28", "total": {"amount": "1250.00", "currency": "EUR"}}


def stored(platform: Platform, reference: str) -> dict[str, Any]:
    """The newest answers of a dossier."""
    with platform.database.reading() as session:
        return dict(session.query(Dossier).filter_by(reference=reference).one().submission.answers)


def outputs(page: Any) -> list[str]:
    """The computed answers that a page shows."""
    return [output.get_text().replace("\xa0", " ") for output in page.html.find_all("output")]


def errors(page: Any) -> list[str]:
    """The lines of the error summary."""
    summary = page.html.find(attrs={"data-error-summary": True})
    return [link.get_text(strip=True) for link in summary.find_all("a")] if summary else []


def test_a_page_calculates_by_its_button(signed_in: SignedIn) -> None:
    """F17: without scripts *Update the form* shows the values, and a row that is added counts."""
    form = signed_in("maya").form(ADDRESS, ADDRESS)
    assert outputs(form) == ["Not known yet", "Not known yet"]
    again = press(filled(form, **TYPED), "choose", "")
    assert outputs(again) == ["28 February 2027", "€1,250.00"]
    more = filled(press(again, "add", "/lines"), **{"lines.1.what": "Training", "lines.1.amount.amount": "0.50"})
    assert outputs(press(more, "choose", "")) == ["28 February 2027", "€1,250.50"]


def test_what_is_stored_is_the_forms_own(signed_in: SignedIn, platform: Platform, people: People) -> None:
    """F17: T9: the dossier has the computed answers, also in its title; what is posted for them is not read."""
    people("paul")
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), **TYPED)
    ids = [div["id"] for div in form.html.find_all("div", class_="ff-computed")]
    controls = [*form.submit_fields("_go", submit_value="send"), *((name, "9") for name in ids)]
    sent = maya.post(ADDRESS, controls, status=303).follow()
    reference = sent.request.path.rpartition("/")[2]
    dossier = dossier_of(platform, reference)
    assert stored(platform, reference) == {**ANSWERS, **COMPUTED}
    assert dossier.title == "Purchase for €1,250.00"
    assert "28 February 2027" in maya.get(f"/dossiers/{reference}/answers").html.get_text()


def test_a_check_stands_at_its_fields_and_in_the_summary(signed_in: SignedIn) -> None:
    """F16: F6: every failing check has its sentence in both places, in the reader's language; nothing typed is lost."""
    wrong = {**TYPED, "renewed_on": "2026-05-01", "budget.amount": "1,000.00", "lines.0.discount": "120"}
    maya = signed_in("maya")
    page = filled(maya.form(ADDRESS, ADDRESS), **wrong).submit("_go", value="send", status=422)
    assert errors(page) == [
        "Renewed on – It is renewed before its end.",
        "Line 1: Discount – A discount is at most 100 percent.",
        "Budget – The total is above the budget.",
    ]
    control = page.html.find(attrs={"data-pointer": "/renewed_on"})
    assert control["aria-invalid"] == "true"
    assert control["value"] == "2026-05-01"
    mended = filled(form_to(page, ADDRESS), **{**wrong, "renewed_on": "2027-03-01", "lines.0.discount": "10"})
    page = mended.submit("_go", value="send", status=422)
    assert errors(page) == ["Budget – The total is above the budget."]


def test_a_check_is_told_while_one_types(signed_in: SignedIn) -> None:
    """F16: a live update shows a check that fails, none for what is not answered yet, and takes it away again."""
    maya = signed_in("maya")

    def live(**typed: str) -> list[str]:
        form = filled(maya.form(ADDRESS, ADDRESS), **typed)
        return errors(maya.post(ADDRESS, form.submit_fields(), headers={"X-Form-Live": "1"}))

    assert live(**{"budget.amount": "1,000.00"}) == []
    assert live(**{**TYPED, "budget.amount": "1,000.00"}) == ["Budget – The total is above the budget."]
    assert live(**TYPED) == []


def test_a_correction_checks_and_computes_anew(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People, platform: Platform
) -> None:
    """F16: F17: F19: where only the lines are open, the total follows them; a check whose field was closed opens it."""
    reference = opened("purchase", ANSWERS)
    with acting(people("paul")) as work:
        transitions.perform(work, reference, "ask_lines", dossier_of(platform, reference).version, {}, None)
    maya, address = signed_in("maya"), f"/dossiers/{reference}/answers/correction"
    form = form_to(maya.get(address), address)
    assert outputs(form) == ["28 February 2027", "€1,250.00"]
    dear = filled(form, **{"lines.0.amount.amount": "2,500.00"}).submit(status=422)
    assert errors(dear) == ["Budget – The total is above the budget."]
    form = filled(form_to(dear, address), **{"lines.0.amount.amount": "1,500.00"})
    form.submit(status=303)
    answers = stored(platform, reference)
    assert answers["total"] == {"amount": "1500.00", "currency": "EUR"}
    assert answers["ends_on"] == "2027-02-28"


def test_answers_sent_again_as_data(opened: Opened, acting: Acting, people: People, platform: Platform) -> None:
    """F17: F19: answers that are sent again as data are completed by the form."""
    reference = opened("purchase", {**ANSWERS, "total": {"amount": "1.00", "currency": "EUR"}})
    assert stored(platform, reference) == {**ANSWERS, **COMPUTED}
    with acting(people("paul")) as work:
        transitions.perform(work, reference, "ask_lines", dossier_of(platform, reference).version, {}, None)
    lines = [{"what": "Licences", "amount": {"amount": "3.00", "currency": "EUR"}}]
    with acting(people("maya")) as work:
        correct_answers(work, reference, dossier_of(platform, reference).version, {**ANSWERS, "lines": lines})
    assert stored(platform, reference)["total"] == {"amount": "3.00", "currency": "EUR"}


def test_the_workflow_decides_by_computed_answers(
    opened: Opened, acting: Acting, people: People, platform: Platform
) -> None:
    """F17: W4: they are facts like any other."""
    cheap = [{"what": "Licences", "amount": {"amount": "3.00", "currency": "EUR"}}]
    for lines, offered in ((ANSWERS["lines"], False), (cheap, True)):
        reference = opened("purchase", {**ANSWERS, "lines": lines})
        with acting(people("paul")) as work:
            steps = transitions.available_transitions(work, get_dossier(work, reference))
            assert ("finish" in steps and steps["finish"] == []) is offered
