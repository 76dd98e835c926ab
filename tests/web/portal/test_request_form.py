"""A request form in the browser: filled, shown again with typed values, submitted once."""

from __future__ import annotations

from typing import Any

from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to

ADDRESS = "/requests/new/legal_advice"


def filled(form: Any, **values: str) -> Any:
    """Fill a form's controls, named by the JSON Pointer of their value."""
    for control in form.html.find_all(attrs={"data-pointer": True}):
        name, pointer = control.get("name"), control["data-pointer"].lstrip("/").replace("/", ".")
        if pointer not in values or control.name == "button":
            continue
        if control.get("type") in ("radio", "checkbox"):
            label = form.html.find("label", attrs={"for": control["id"]})
            if label is not None and label.get_text(strip=True) == values[pointer]:
                form.set(name, control["value"])
        elif control.name == "select":
            form[name].select(text=values[pointer])
        else:
            form[name] = values[pointer]
    return form


ANSWERS = {
    "subject": "Ending the Lyon lease",
    "area": "Real estate",
    "question": "May we end it before June?",
    "countries.0": "France",
    "external_counsel": "No",
    "answer_form": "Short answer",
}


def count(platform: Platform) -> int:
    with platform.database.reading() as session:
        return session.query(Dossier).count()


def press(form: Any, op: str, pointer: str) -> Any:
    """Press a button that changes the form, without JavaScript; returns the new form."""
    button = form.html.find("button", attrs={"data-op": op, "data-pointer": pointer})
    return form_to(form.submit(button["name"], value=button["value"], status=200), form.action)


def checked(visitor: Visitor) -> Any:
    """Fill the form page by page; returns the summary page."""
    form = filled(visitor.form(ADDRESS, ADDRESS), **ANSWERS)
    form = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    form = filled(form, **ANSWERS)
    form = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    return form_to(form.submit("_go", value="next", status=200), ADDRESS)


def test_submission_shows_its_reference(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """P8: fill in, submit, read the reference number."""
    people("lena")
    page = checked(signed_in("maya")).submit("_go", value="send", status=303).follow()
    assert "MAT-" in page.text
    assert count(platform) == 1


def test_errors_are_shown_with_typed_values(signed_in: SignedIn, platform: Platform) -> None:
    """F6: each error at its control and in the summary."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), subject="Ending the Lyon lease")
    page = form.submit(status=422)
    assert page.html.find(attrs={"data-error-summary": True}) is not None
    assert page.html.find(attrs={"data-pointer": "/subject"})["value"] == "Ending the Lyon lease"
    broken = page.html.find(attrs={"data-pointer": "/question"})
    assert broken["aria-invalid"] == "true"
    assert count(platform) == 0


def test_rows_are_added_without_javascript(signed_in: SignedIn) -> None:
    """F5: by a button, which shows no errors."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **ANSWERS)
    form = form_to(form.submit("_go", value="next"), ADDRESS)
    form = filled(form, decision_date="2026-12-01")
    form = press(form, "add", "/countries")
    assert form.html.find("select", attrs={"data-pointer": "/countries/1"}) is not None
    assert form.html.find(attrs={"data-pointer": "/decision_date"})["value"] == "2026-12-01"
    assert form.html.find(attrs={"data-error-summary": True}) is None


def test_live_update_shows_conditional_fields(signed_in: SignedIn) -> None:
    """F4, F5: the script posts the form and receives the fields that now apply."""
    visitor = signed_in("maya")
    form = visitor.form("/requests/new/nda", "/requests/new/nda")
    assert form.html.find(attrs={"data-pointer": "/their_document"}) is None
    form = filled(form, paper="Their document")
    page = form.submit(headers={"X-Form-Live": "1"}, status=200)
    assert page.html.find(attrs={"data-pointer": "/their_document"}) is not None


def test_uploaded_file_is_kept_over_a_failed_post(signed_in: SignedIn) -> None:
    """F9: it need not be chosen again."""
    form = signed_in("maya").form(ADDRESS, ADDRESS)
    control = form.html.find("input", attrs={"type": "file"})
    form[control["name"]] = [Upload("bail é.txt", b"Words of a lease.", "text/plain")]
    page = form.submit(status=422)
    assert "bail é.txt" in page.text
    again = form_to(page, ADDRESS).submit(status=422)
    assert "bail é.txt" in again.text


def test_repeated_submit_creates_one_dossier(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """T4: the same page posted twice."""
    people("lena")
    form = checked(signed_in("maya"))
    first, second = (form.submit("_go", value="send", status=303) for _ in range(2))
    assert first.location == second.location
    assert count(platform) == 1


def test_legal_notice_must_be_accepted(signed_in: SignedIn, platform: Platform) -> None:
    """F12: until then the form is shown again, with typed values kept."""
    address = "/requests/new/nda"
    form = filled(signed_in("maya").form(address, address), nda_type="Both companies", paper="Our template")
    for values in (PARTIES, TERMS, {}):
        form = filled(form_to(form.submit("_go", value="next", status=200), address), **values)
    form = form_to(form.submit("_go", value="next", status=200), address)
    page = form.submit("_go", value="send", status=422)
    assert "Tick the box" in page.html.select_one('[data-error-summary] [href="#accept_notice"]').get_text()
    notice = page.html.find(id="accept_notice")
    assert notice["aria-invalid"] == "true"
    assert "Tick the box" in page.html.find(id=notice["aria-describedby"]).get_text()
    assert "Globex SA" in page.text
    assert count(platform) == 0
    form = form_to(page, address)
    form["accept_notice"] = True
    form.submit("_go", value="send", status=303)
    assert count(platform) == 1


PARTIES = {
    "our_entity": "Acme SAS (France)",
    "counterparty.name": "Globex SA",
    "counterparty_contact.name": "Joe Martin",
    "counterparty_contact.email": "joe@globex.test",
}
TERMS = {
    "purpose": "Assessing a supply agreement",
    "effective_date": "2026-03-09",
    "term_years": "2",
    "confidentiality_years": "5",
    "governing_law": "France",
    "personal_data": "No",
}


def test_unavailable_request_type_answers_404(signed_in: SignedIn) -> None:
    signed_in("maya").get("/requests/new/nothing", status=404)


def test_auditors_cannot_submit(signed_in: SignedIn) -> None:
    """U7: auditors read everything and change nothing."""
    signed_in("theo").get(ADDRESS, status=403)


def test_post_without_csrf_token_is_refused(signed_in: SignedIn, platform: Platform) -> None:
    """T10: status 400."""
    signed_in("maya").post(ADDRESS, {"subject": "x"}, status=400)
    assert count(platform) == 0
