"""Long forms on several pages: next, back, summary, change, submit (F7)."""

from __future__ import annotations

from tests.support.people import People
from tests.web.dossiers.visitors import SignedIn, form_to
from tests.web.portal.test_request_form import ADDRESS, checked, filled

FIRST = {"subject": "Ending the Lyon lease", "area": "Real estate", "question": "May we end it before June?"}


def test_first_page_shows_only_its_fields(signed_in: SignedIn) -> None:
    """F7: with the progress."""
    page = signed_in("maya").get(ADDRESS)
    assert page.html.find("input", attrs={"data-pointer": "/subject"})["type"] != "hidden"
    assert page.html.find("input", attrs={"data-pointer": "/decision_date"}) is None
    assert page.html.find("li", attrs={"aria-current": "step"}).get_text(strip=True) == "Your question"
    assert page.html.find("button", string="Next") is not None


def test_next_validates_the_current_page(signed_in: SignedIn) -> None:
    """F7, F6: errors of this page, not of later pages."""
    page = signed_in("maya").form(ADDRESS, ADDRESS).submit("_go", value="next", status=422)
    assert page.html.find(attrs={"data-pointer": "/question"})["aria-invalid"] == "true"
    summary = page.html.find(attrs={"data-error-summary": True}).get_text()
    assert "law firm" not in summary


def test_back_keeps_typed_values(signed_in: SignedIn) -> None:
    """F7: going back does not validate and loses nothing."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **FIRST)
    second = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    second = filled(second, decision_date="2026-12-01")
    first = form_to(second.submit("_go", value="back", status=200), ADDRESS)
    assert first.html.find(attrs={"data-pointer": "/subject"})["value"] == FIRST["subject"]
    again = form_to(first.submit("_go", value="next", status=200), ADDRESS)
    assert again.html.find(attrs={"data-pointer": "/decision_date"})["value"] == "2026-12-01"


def test_summary_page_lists_answers_with_change_buttons(signed_in: SignedIn, people: People) -> None:
    """F7: the last page shows every answer, and each section has a *Change* button."""
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


def test_early_submit_shows_the_first_page_with_an_error(signed_in: SignedIn) -> None:
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **FIRST)
    page = form.submit("_go", value="send", status=422)
    assert page.html.find("li", attrs={"aria-current": "step"}).get_text(strip=True) == "Context"


def test_invalid_hidden_controls_show_an_existing_page(signed_in: SignedIn) -> None:
    """T14: numbers of pages that do not exist."""
    maya = signed_in("maya")
    for step, go in (("99", "next"), ("-1", "back"), ("x", "to-77"), ("²", "to-x"), ("0", "sideways")):
        form = maya.form(ADDRESS, ADDRESS)
        form["_step"].force_value(step)
        form.submit("_go", value=go, status=(200, 422))
