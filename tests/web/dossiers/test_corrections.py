"""The page on which a requester corrects what was sent back, and what counsel reads of it (F19)."""

from __future__ import annotations

from typing import Any

import pytest
from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import Opened, SignedIn, Visitor, dossier_of, form_to

pytestmark = pytest.mark.site("corrections")
ANSWERS: dict[str, Any] = {
    "address": "5 rue du Port",
    "kind": "office",
    "rent": {"amount": "12000.00", "currency": "EUR"},
}


@pytest.fixture
def reference(opened: Opened) -> str:
    return opened("lease", ANSWERS)


def send_back(acting: Acting, people: People, platform: Platform, reference: str, step: str = "send_back") -> None:
    with acting(people("paul")) as work:
        version = dossier_of(platform, reference).version
        transitions.perform(work, reference, step, version, {}, "Which street?")


@pytest.fixture
def sent_back(acting: Acting, people: People, platform: Platform, reference: str) -> str:
    send_back(acting, people, platform, reference)
    return f"/dossiers/{reference}"


def correction_form(visitor: Visitor, address: str) -> Any:
    """The form of the correction, reached by the button on the dossier's page."""
    page = visitor.get(address)
    link = page.html.find("a", href=f"{address}/steps/answer")
    assert link.get_text(strip=True) == "Send the answers again"
    return form_to(visitor.get(link["href"]).follow(), f"{address}/answers/correction")


def test_the_requester_gets_the_form_as_it_was_sent(signed_in: SignedIn, sent_back: str) -> None:
    """F19: prefilled, with the comment of whoever sent it back."""
    maya = signed_in("maya")
    form = correction_form(maya, sent_back)
    page = maya.get(f"{sent_back}/answers/correction")
    assert "5 rue du Port" in [field.value for fields in form.fields.values() for field in fields]
    assert page.html.find("blockquote").get_text() == "Which street?"
    assert "Paul" in page.html.find("h1").find_next("p").get_text()


def test_a_correction_is_sent_and_counsel_reads_what_changed(signed_in: SignedIn, sent_back: str) -> None:
    """F19: before and after, beside the newest answers."""
    form = correction_form(signed_in("maya"), sent_back)
    control = next(name for name, fields in form.fields.items() if fields[0].value == "5 rue du Port")
    form[control], form["comment"] = "7 rue du Port", "The new one"
    assert form.submit(status=303).location.endswith(sent_back)
    page = signed_in("paul").get(f"{sent_back}?tab=answers")
    before, after = page.html.select(".fe-change > div")
    assert page.html.select_one(".fe-correction h4").get_text() == "Address"
    assert "Address" not in before.get_text() + after.get_text()
    assert "5 rue du Port" in before.get_text()
    assert "7 rue du Port" in after.get_text()
    history = signed_in("paul").get(f"{sent_back}?tab=history").text
    assert "Answers corrected and sent again" in history
    assert "The new one" in history


def test_a_wrong_correction_comes_back_as_typed(signed_in: SignedIn, sent_back: str) -> None:
    """F19, F6: with its errors at their controls, and nothing changed."""
    form = correction_form(signed_in("maya"), sent_back)
    control = next(name for name, fields in form.fields.items() if fields[0].value == "5 rue du Port")
    form[control], form["comment"] = "7", "My comment"
    page = form.submit(status=422)
    again = form_to(page, f"{sent_back}/answers/correction")
    assert (again[control].value, again["comment"].value) == ("7", "My comment")
    assert page.html.select("[aria-invalid=true]")
    assert "5 rue du Port" in signed_in("paul").get(f"{sent_back}?tab=answers").text


def test_a_condition_of_the_form_is_live(signed_in: SignedIn, sent_back: str) -> None:
    """F19, F4: without JavaScript the missing question comes with the answer to the post."""
    maya = signed_in("maya")
    form = correction_form(maya, sent_back)
    control = maya.get(f"{sent_back}/answers/correction").html.find(attrs={"data-pointer": "/kind"})["name"]
    form[control] = form[control].options[-1][0]
    page = form.submit(status=422)
    assert "Opening hours" in page.html.find(id="fields").get_text()


def test_of_named_parts_only_these_can_be_typed(
    signed_in: SignedIn, acting: Acting, people: People, platform: Platform, reference: str
) -> None:
    """F19: the others are shown as they stand; a post that changes one is without effect."""
    send_back(acting, people, platform, reference, "ask_rent")
    address = f"/dossiers/{reference}"
    maya = signed_in("maya")
    form = correction_form(maya, address)
    page = maya.get(f"{address}/answers/correction")
    assert "5 rue du Port" in page.html.find("details").get_text()
    hidden = next(name for name, fields in form.fields.items() if fields[0].value == "5 rue du Port")
    assert form[hidden].attrs["type"] == "hidden"
    form[hidden].force_value("Another street")
    form.submit(status=303)
    assert dossier_of(platform, reference).title == "Lease of 5 rue du Port"


def test_a_file_is_corrected(signed_in: SignedIn, sent_back: str, platform: Platform) -> None:
    """F19, F12: a file that was not there before is attached, and becomes the document."""
    maya = signed_in("maya")
    form = correction_form(maya, sent_back)
    upload = next(name for name, fields in form.fields.items() if fields[0].attrs.get("type") == "file")
    form[upload] = Upload("lease.pdf", PDF, "application/pdf")
    form.submit(status=303)
    assert "lease.pdf" in maya.get(f"{sent_back}?tab=attachments").text


@pytest.mark.parametrize("name", ["paul", "ana", "cleo"])
def test_the_page_is_for_the_requester_alone(signed_in: SignedIn, sent_back: str, name: str) -> None:
    """F19: others are led back to the dossier, which has no button for them."""
    visitor = signed_in(name)
    if name != "cleo":  # who may not even read it
        page = visitor.get(f"{sent_back}/answers/correction", status=303).follow()
        assert "The answers are not open for correction." in page.text
        assert page.html.find("a", href=f"{sent_back}/steps/answer") is None
    else:
        visitor.get(f"{sent_back}/answers/correction", status=404)


def test_the_link_of_the_mail_leads_back_once_it_was_used(signed_in: SignedIn, sent_back: str) -> None:
    """F19: a second visit is no error page."""
    maya = signed_in("maya")
    correction_form(maya, sent_back).submit(status=303)
    assert maya.get(f"{sent_back}/answers/correction", status=303).location.endswith(sent_back)


def test_a_correction_of_an_older_page_is_stale(
    signed_in: SignedIn, sent_back: str, acting: Acting, people: People, platform: Platform
) -> None:
    """W11, F8: counsel went on meanwhile; the page says what happened, and shows what was typed."""
    form = correction_form(signed_in("maya"), sent_back)
    form[next(name for name, fields in form.fields.items() if fields[0].value == ANSWERS["address"])] = "6 rue du Port"
    reference = sent_back.rsplit("/", 1)[1]
    with acting(people("paul")) as work:
        version = dossier_of(platform, reference).version
        transitions.perform(work, reference, "finish", version, {"rent": ANSWERS["rent"]})
    assert "6 rue du Port" in form.submit(status=409).html.find("textarea", id="written").text


def test_an_answer_that_no_longer_fits_is_shown_to_be_changed(
    signed_in: SignedIn, acting: Acting, people: People, platform: Platform, opened: Opened
) -> None:
    """F19: though it was not among those sent back."""
    reference = opened("lease", {**ANSWERS, "starts_on": "2026-12-01"})
    send_back(acting, people, platform, reference, "ask_rent")
    address = f"/dossiers/{reference}"
    maya = signed_in("maya")
    form = correction_form(maya, address)
    control = maya.get(f"{address}/answers/correction").html.find(attrs={"data-pointer": "/kind"})["name"]
    form[control] = form[control].options[-1][0]
    page = form.submit(status=422)
    day = page.html.find(attrs={"data-pointer": "/starts_on"})
    assert day.name == "select", "it was hidden before, and is to be chosen now"
    again = form_to(page, f"{address}/answers/correction")
    again[day["name"]] = again[day["name"]].options[-1][0]
    again[page.html.find(attrs={"data-pointer": "/opening_hours"})["name"]] = "9 to 7"
    again.submit(status=303)
    assert "2027-01-01" in maya.get(f"{address}?tab=answers").text


def test_no_statement_runs_twice_on_a_corrected_dossier(
    signed_in: SignedIn, sent_back: str, acting: Acting, people: People, platform: Platform
) -> None:
    """D3, F19: on the answers with what was corrected, on the form, and when it is sent."""
    maya, reference = signed_in("maya"), sent_back.rsplit("/", 1)[1]
    correction_form(maya, sent_back).submit(status=303)
    maya.get(f"{sent_back}?tab=answers")
    with recorded_statements(platform.database) as recorder:
        maya.get(f"{sent_back}?tab=answers")
    assert recorder.repeats == [], recorder.report()
    assert len(recorder.statements) <= 20, recorder.report()
    send_back(acting, people, platform, reference)
    form = correction_form(maya, sent_back)
    with recorded_statements(platform.database) as recorder:
        maya.get(f"{sent_back}/answers/correction")
    assert recorder.repeats == [], recorder.report()
    with recorded_statements(platform.database) as recorder:
        form.submit(status=303)
    assert recorder.repeats_in_a_transaction == [], recorder.report()
    assert len(recorder.statements) <= 36, recorder.report()


def test_a_page_of_the_form_is_sent_back(
    signed_in: SignedIn, acting: Acting, people: People, platform: Platform, reference: str
) -> None:
    """F19: all of its fields are open, no other."""
    send_back(acting, people, platform, reference, "ask_terms")
    page = signed_in("maya").get(f"/dossiers/{reference}/answers/correction")
    labels = {label.get_text().strip() for label in page.html.select("#fields label, #fields legend")}
    assert {"Yearly rent", "Draft", "Starts on"} <= labels | {label.partition("(")[0].strip() for label in labels}
    assert not {"Address", "Kind of premises"} & labels


def test_what_was_sent_back_waits_for_the_requester(signed_in: SignedIn, sent_back: str) -> None:
    """F19, P7: the home page of the requester lists it, and leads to it."""
    section = signed_in("maya").get("/").html.find("h2", id="waiting-title").find_parent("section")
    assert [link["href"] for link in section.find_all("a")] == [sent_back]
