"""A request's form in the browser: filled, shown again with what was typed, sent once."""

from __future__ import annotations

from typing import Any

from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to

ADDRESS = "/requests/new/legal_advice"


def filled(form: Any, **values: str) -> Any:
    """Fill a form's controls by the JSON Pointer of what they hold."""
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
    """Press a button that changes the form, without any script; the form as it is then."""
    button = form.html.find("button", attrs={"data-op": op, "data-pointer": pointer})
    return form_to(form.submit(button["name"], value=button["value"], status=200), form.action)


def checked(visitor: Visitor) -> Any:
    """The form filled page by page, on the page where its answers are checked."""
    form = filled(visitor.form(ADDRESS, ADDRESS), **ANSWERS)
    form = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    form = filled(form, **ANSWERS)
    form = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    return form_to(form.submit("_go", value="next", status=200), ADDRESS)


def test_sends_a_request_and_says_its_reference(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """P8: fill the form in, submit it, and read its reference."""
    people("lena")
    page = checked(signed_in("maya")).submit("_go", value="send", status=303).follow()
    assert "MAT-" in page.text
    assert count(platform) == 1


def test_shows_errors_with_what_was_typed(signed_in: SignedIn, platform: Platform) -> None:
    """F6: every error at its control and in a summary, and nothing typed is lost."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), subject="Ending the Lyon lease")
    page = form.submit(status=422)
    assert page.html.find(attrs={"data-error-summary": True}) is not None
    assert page.html.find(attrs={"data-pointer": "/subject"})["value"] == "Ending the Lyon lease"
    broken = page.html.find(attrs={"data-pointer": "/question"})
    assert broken["aria-invalid"] == "true"
    assert count(platform) == 0


def test_works_on_buttons_alone(signed_in: SignedIn) -> None:
    """F5: rows are added by a button, no script needed, and no errors are shown for pressing it."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **ANSWERS)
    form = form_to(form.submit("_go", value="next"), ADDRESS)
    form = filled(form, decision_date="2026-12-01")
    form = press(form, "add", "/countries")
    assert form.html.find("select", attrs={"data-pointer": "/countries/1"}) is not None
    assert form.html.find(attrs={"data-pointer": "/decision_date"})["value"] == "2026-12-01"
    assert form.html.find(attrs={"data-error-summary": True}) is None


def test_shows_fields_that_depend_on_others_while_it_is_filled(signed_in: SignedIn) -> None:
    """F4, F5: the script posts the form as it stands and gets the fields that now belong to it."""
    visitor = signed_in("maya")
    form = visitor.form("/requests/new/nda", "/requests/new/nda")
    assert form.html.find(attrs={"data-pointer": "/their_document"}) is None
    form = filled(form, paper="Their document")
    page = form.submit(headers={"X-Form-Live": "1"}, status=200)
    assert page.html.find(attrs={"data-pointer": "/their_document"}) is not None


def test_keeps_a_file_over_a_failed_post(signed_in: SignedIn) -> None:
    """F9: a file chosen once is not asked for again."""
    form = signed_in("maya").form(ADDRESS, ADDRESS)
    control = form.html.find("input", attrs={"type": "file"})
    form[control["name"]] = [Upload("bail é.txt", b"Words of a lease.", "text/plain")]
    page = form.submit(status=422)
    assert "bail é.txt" in page.text
    again = form_to(page, ADDRESS).submit(status=422)
    assert "bail é.txt" in again.text


def test_sends_once_however_often_it_is_pressed(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """T4: the same page sent twice makes one dossier."""
    people("lena")
    form = checked(signed_in("maya"))
    first, second = (form.submit("_go", value="send", status=303) for _ in range(2))
    assert first.location == second.location
    assert count(platform) == 1


def test_asks_to_accept_the_notice(signed_in: SignedIn, platform: Platform) -> None:
    """F12: what has a legal notice is not sent before it is accepted, and nothing is lost."""
    address = "/requests/new/nda"
    form = filled(signed_in("maya").form(address, address), nda_type="Both companies", paper="Our template")
    for values in (PARTIES, TERMS, {}):
        form = filled(form_to(form.submit("_go", value="next", status=200), address), **values)
    form = form_to(form.submit("_go", value="next", status=200), address)
    page = form.submit("_go", value="send", status=422)
    assert "Tick the box" in page.text
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


def test_a_type_that_is_not_offered_is_not_there(signed_in: SignedIn) -> None:
    signed_in("maya").get("/requests/new/nothing", status=404)


def test_an_auditor_asks_for_nothing(signed_in: SignedIn) -> None:
    """U7: the auditor reads all and changes nothing."""
    signed_in("theo").get(ADDRESS, status=403)


def test_a_forged_post_is_refused(signed_in: SignedIn, platform: Platform) -> None:
    """T10: a post without the page's token is no post of ours."""
    signed_in("maya").post(ADDRESS, {"subject": "x"}, status=400)
    assert count(platform) == 0
