"""Long forms, page by page: next, back, check, change, send (F7)."""

from __future__ import annotations

from tests.support.people import People
from tests.web.dossiers.visitors import SignedIn, form_to
from tests.web.portal.test_request_form import ADDRESS, checked, filled

FIRST = {"subject": "Ending the Lyon lease", "area": "Real estate", "question": "May we end it before June?"}


def test_the_first_page_shows_its_own_fields_alone(signed_in: SignedIn) -> None:
    """F7: one page of the form at a time, and where one is."""
    page = signed_in("maya").get(ADDRESS)
    assert page.html.find("input", attrs={"data-pointer": "/subject"})["type"] != "hidden"
    assert page.html.find("input", attrs={"data-pointer": "/decision_date"}) is None
    assert page.html.find("li", attrs={"aria-current": "step"}).get_text(strip=True) == "Your question"
    assert page.html.find("button", string="Next") is not None


def test_next_asks_for_what_the_page_lacks(signed_in: SignedIn) -> None:
    """F7, F6: errors of this page, not of the pages to come."""
    page = signed_in("maya").form(ADDRESS, ADDRESS).submit("_go", value="next", status=422)
    assert page.html.find(attrs={"data-pointer": "/question"})["aria-invalid"] == "true"
    summary = page.html.find(attrs={"data-error-summary": True}).get_text()
    assert "law firm" not in summary


def test_back_keeps_what_was_typed(signed_in: SignedIn) -> None:
    """F7: going back asks nothing and loses nothing."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **FIRST)
    second = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    second = filled(second, decision_date="2026-12-01")
    first = form_to(second.submit("_go", value="back", status=200), ADDRESS)
    assert first.html.find(attrs={"data-pointer": "/subject"})["value"] == FIRST["subject"]
    again = form_to(first.submit("_go", value="next", status=200), ADDRESS)
    assert again.html.find(attrs={"data-pointer": "/decision_date"})["value"] == "2026-12-01"


def test_answers_are_checked_and_changed_before_they_are_sent(signed_in: SignedIn, people: People) -> None:
    """F7: the last page shows every answer, each part with a button to change it."""
    people("lena")
    checking = checked(signed_in("maya"))
    assert "May we end it before June?" in checking.html.get_text()
    assert "France" in checking.html.get_text()
    changing = checking.submit("_go", value="to-0", status=200)
    changed = filled(form_to(changing, ADDRESS), subject="Ending the Paris lease")
    for _ in range(3):
        changed = form_to(changed.submit("_go", value="next", status=200), ADDRESS)
    sent = changed.submit("_go", value="send", status=303).follow()
    assert "Ending the Paris lease" in sent.text


def test_sending_early_leads_to_the_first_page_with_an_error(signed_in: SignedIn) -> None:
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **FIRST)
    page = form.submit("_go", value="send", status=422)
    assert page.html.find("li", attrs={"aria-current": "step"}).get_text(strip=True) == "Context"


def test_nonsense_in_the_hidden_controls_does_no_harm(signed_in: SignedIn) -> None:
    """T14: pages that do not exist lead to one that does."""
    maya = signed_in("maya")
    for step, go in (("99", "next"), ("-1", "back"), ("x", "to-77"), ("²", "to-x"), ("0", "sideways")):
        form = maya.form(ADDRESS, ADDRESS)
        form["_step"].force_value(step)
        form.submit("_go", value=go, status=(200, 422))
