"""Drafts of request forms in the browser: saved, listed, resumed elsewhere, in two tabs, discarded, sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.drafts import Draft
from tests.support.people import People
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to
from tests.web.portal.test_request_form import ADDRESS, ANSWERS, checked, count, filled, press

CANARY = "Canary-7391 Ltd"
AUTOSAVE = {"X-Form-Draft": "1"}


def rows(platform: Platform) -> list[Draft]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Draft).order_by(Draft.created_at)))


def begun(visitor: Visitor, **values: str) -> Any:
    """The form of a draft that was just saved by its button."""
    form = filled(visitor.form(ADDRESS, ADDRESS), **values)
    page = form.submit("_go", value="save", status=303).follow()
    return form_to(page, ADDRESS)


def value_at(page: Any, pointer: str) -> str:
    control = page.html.find(attrs={"data-pointer": pointer})
    return str(control.get("value") or control.get_text())


def test_a_draft_is_resumed_on_another_device(signed_in: SignedIn, platform: Platform) -> None:
    """F8: saved by a button without JavaScript, with answers that are not valid yet; listed with type, end, and a title
    in the reader's language; resumed in another browser where it was left, without errors; gone once it is sent.
    """
    page = begun(signed_in("maya"), subject="Ending the Lyon lease", area="Real estate")
    form = filled(page, **ANSWERS)
    form = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    form = filled(form, decision_date="soon")
    form.submit("_go", value="save", status=303)
    other = signed_in("maya")
    home = other.get("/")
    assert "Advice: Ending the Lyon lease" in home.html.find(id="drafts-title").find_next("ul").get_text()
    listed = other.get("/drafts")
    assert "Legal advice or question" in listed.text
    for address in ("/?lang=fr", "/drafts?lang=fr"):
        assert "Avis\N{NO-BREAK SPACE}: Ending the Lyon lease" in other.get(address), address
    assert re.search(r"Saved on .* · kept until", listed.html.find(class_="fe-drafts").get_text())
    resumed = listed.click("Resume")
    assert "Step 2 of" in resumed.text
    assert resumed.html.find(attrs={"data-error-summary": True}) is None
    assert value_at(resumed, "/decision_date") == "soon", "what is no date yet is kept as it was typed"
    form = filled(form_to(resumed, ADDRESS), **ANSWERS, decision_date="2026-12-01")
    form = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    page = form_to(form.submit("_go", value="next", status=200), ADDRESS)
    page.submit("_go", value="send", status=303)
    assert count(platform) == 1
    assert rows(platform) == []
    assert "You have no drafts" in other.get("/drafts").text


def test_each_step_saves(signed_in: SignedIn, platform: Platform) -> None:
    """F8: going to another page of the form saves; sending deletes the draft, also when it is sent twice."""
    form = checked(signed_in("maya"))
    (draft,) = rows(platform)
    assert (draft.title, draft.data["subject"]) == ("Advice: Ending the Lyon lease", "Ending the Lyon lease")
    for _ in range(2):
        form.submit("_go", value="send", status=303)
    assert (count(platform), rows(platform)) == (1, [])


def test_scripts_save_in_few_statements(signed_in: SignedIn, platform: Platform) -> None:
    """F8: a script posts the form after a pause and gets the part of the page that says how the draft stands."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), subject="Ending the Lyon lease")
    first = form.submit("_go", value="save", headers=AUTOSAVE, status=200)
    assert first.html.find("main") is None
    assert "Draft saved on" in first.text
    (draft,) = rows(platform)
    values = {"_draft": first.html.find(attrs={"name": "_draft"})["value"], "_draft_version": "1"}
    assert values["_draft"] == draft.id
    form = filled(form, subject="Ending the lease")
    fields = [*form.submit_fields("_go", submit_value="save"), *values.items()]
    with recorded_statements(platform.database) as recorder:
        maya.post(ADDRESS, fields, headers=AUTOSAVE, status=200)
    assert recorder.repeats_in_a_transaction == [], recorder.report()
    assert len(recorder.writes) == 1, recorder.report()
    assert len(recorder.statements) <= 12, recorder.report()
    (draft,) = rows(platform)
    assert (draft.version, draft.data["subject"]) == (2, "Ending the lease")


def test_a_page_has_one_draft(signed_in: SignedIn, platform: Platform) -> None:
    """F8: a button that is pressed before the page has heard of its first save saves the same draft; a save that comes
    after the request was sent leaves none behind."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), **ANSWERS)
    form.submit("_go", value="save", headers=AUTOSAVE, status=200)
    form.submit("_go", value="next", status=200)
    (draft,) = rows(platform)
    assert (draft.version, draft.page) == (2, 1)
    form = checked(maya)
    without = [field for field in form.submit_fields("_go", submit_value="send") if not field[0].startswith("_draft")]
    assert len(rows(platform)) == 2
    maya.post(ADDRESS, without, status=303)
    assert [row.id for row in rows(platform)] == [draft.id]
    maya.post(ADDRESS, without, headers=AUTOSAVE, status=200)
    assert [row.id for row in rows(platform)] == [draft.id]


def test_the_later_of_two_tabs_is_told(signed_in: SignedIn, platform: Platform) -> None:
    """F8: nothing is overwritten: the page shows what was typed, the other version, and saves as another draft."""
    maya = signed_in("maya")
    tab = begun(maya, subject="Ending the Lyon lease")
    address = f"{ADDRESS}?draft={rows(platform)[0].id}"
    other = maya.form(address, ADDRESS)
    filled(other, subject="Ending the Paris lease").submit("_go", value="save", status=303)
    quiet = filled(tab, subject="Ending the Nice lease").submit("_go", value="save", headers=AUTOSAVE, status=200)
    assert "Nothing was overwritten" in quiet.text
    page = filled(tab, subject="Ending the Nice lease").submit("_go", value="save", status=409)
    assert "Nothing was overwritten" in page.text
    assert value_at(page, "/subject") == "Ending the Nice lease"
    assert page.html.find("a", attrs={"href": address}) is not None
    form_to(page, ADDRESS).submit("_go", value="save-apart", status=303)
    assert [row.data["subject"] for row in rows(platform)] == ["Ending the Paris lease", "Ending the Nice lease"]


def test_a_draft_that_another_tab_changed_outlives_the_sent_form(signed_in: SignedIn, platform: Platform) -> None:
    """F8: what the other tab saved is not deleted with the form that was sent, and that is said."""
    maya = signed_in("maya")
    form = checked(maya)
    other = maya.form(f"{ADDRESS}?draft={rows(platform)[0].id}", ADDRESS)
    other.submit("_go", value="to-0-subject", status=200)
    page = form.submit("_go", value="send", status=303).follow()
    assert "is still there" in page.text
    assert (count(platform), len(rows(platform))) == (1, 1)


def test_a_draft_is_discarded(signed_in: SignedIn, platform: Platform) -> None:
    """F8: by a button on the list; a page that still shows it saves what is typed there as a new draft, and says so."""
    maya = signed_in("maya")
    tab = begun(maya, subject="Ending the Lyon lease")
    page = maya.get("/drafts")
    form_to(page, f"/drafts/{rows(platform)[0].id}/removal").submit(status=303)
    assert rows(platform) == []
    page = filled(tab, subject="Ending the Lyon lease").submit("_go", value="save", status=303).follow()
    assert "sent or discarded elsewhere" in page.text
    assert len(rows(platform)) == 1


def test_files_of_a_draft_come_back(signed_in: SignedIn, platform: Platform) -> None:
    """F8, F9: an uploaded file is in the draft, and need not be chosen again."""
    maya = signed_in("maya")
    form = maya.form(ADDRESS, ADDRESS)
    control = form.html.find("input", attrs={"type": "file"})
    form[control["name"]] = [Upload("bail é.txt", b"Words of a lease.", "text/plain")]
    page = form.submit("_go", value="save", status=303).follow()
    assert "bail é.txt" in page.text
    assert rows(platform)[0].data["papers"][0]["name"] == "bail é.txt"


def test_a_new_form_says_that_there_is_a_draft(signed_in: SignedIn) -> None:
    """F8: whoever opens the form again is offered what they began; another person's page says nothing of it."""
    maya = signed_in("maya")
    begun(maya, subject=CANARY)
    page = maya.get(ADDRESS)
    assert "a draft of this request" in page.text
    assert value_at(page.click("Resume"), "/subject") == CANARY
    assert "draft of this request" not in signed_in("paul").get(ADDRESS).text


def test_nobody_else_sees_a_draft(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """F8, U7: not counsel, not the legal admin, not another client: no page holds a word of it, no address opens it,
    no post touches it."""
    begun(signed_in("maya"), subject=CANARY)
    (draft,) = rows(platform)
    for name in ("paul", "ines", "lena", "theo", "bo"):
        visitor = signed_in(name)
        for address in ("/", "/drafts", ADDRESS, "/desk", "/matters", "/matters?q=Canary-7391", "/?q=Canary-7391"):
            assert "Canary-7391 Ltd" not in visitor.get(address, status="*").text, (name, address)
        for address in (f"/drafts/{draft.id}", f"{ADDRESS}?draft={draft.id}"):
            assert visitor.get(address, status="*").status_int in (403, 404), (name, address)
    paul = signed_in("paul")
    token = paul.get("/account").html.find(attrs={"name": "csrf_token"})["value"]
    paul.post(f"/drafts/{draft.id}/removal", {"csrf_token": token}, status=404)
    form = paul.form(ADDRESS, ADDRESS)
    fields = [*form.submit_fields("_go", submit_value="save"), ("_draft", draft.id), ("_draft_version", "1")]
    paul.post(ADDRESS, fields, headers=AUTOSAVE, status=200)
    (first, own) = rows(platform)
    assert (first.id, first.version, first.owner) == (draft.id, 1, people("maya").id)
    assert own.owner == people("paul").id


def test_a_row_is_saved_as_typed(signed_in: SignedIn, platform: Platform) -> None:
    """F8: rows come back under their own keys."""
    form = filled(signed_in("maya").form(ADDRESS, ADDRESS), **ANSWERS)
    form = form_to(form.submit("_go", value="next"), ADDRESS)
    form = filled(press(form, "add", "/countries"), **{"countries.0": "France", "countries.1": "Spain"})
    page = form.submit("_go", value="save", status=303).follow()
    assert rows(platform)[0].data["countries"] == ["FR", "ES"]
    options = page.html.find(attrs={"data-pointer": "/countries/1"}).find_all("option", selected=True)
    assert [option.get_text() for option in options] == ["Spain"]


def test_a_draft_of_a_form_that_is_no_longer_offered(signed_in: SignedIn, platform: Platform) -> None:
    """F8: it can still be read, for its words to be used elsewhere."""
    maya = signed_in("maya")
    begun(maya, subject=CANARY)
    (draft,) = rows(platform)
    with platform.database.transaction() as session:
        session.get_one(Draft, draft.id).about = "request:gone"
    page = maya.get("/drafts").click("Read")
    assert "no longer offered" in page.text
    assert CANARY in page.html.find(class_="fe-sheet").get_text()


def test_a_malformed_post_about_drafts(signed_in: SignedIn, platform: Platform) -> None:
    """T24: made-up ids, versions, forms and notes are as if they were not there."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), subject="Ending the Lyon lease")
    fields = [field for field in form.submit_fields("_go", submit_value="save") if field[0] != "_form"]
    junk = [("_draft", "x" * 5000), ("_draft_version", "9" * 40), ("_form", "0" * 64 + " en"), ("_changes", '[{"a')]
    maya.post(ADDRESS, [*fields, *junk], status=303)
    (draft,) = rows(platform)
    assert draft.data["subject"] == "Ending the Lyon lease"
    assert draft.expires_at > datetime.now(UTC)


def test_a_draft_from_before_an_upgrade(signed_in: SignedIn, platform: Platform) -> None:
    """F8: an answer whose control has another name since is shown by its value; one that nothing asks is told."""
    maya = signed_in("maya")
    begun(maya, subject=CANARY)
    with platform.database.transaction() as session:
        draft = session.scalars(select(Draft)).one()
        name = next(name for name, texts in draft.controls.items() if texts == [CANARY])
        kept = {key: texts for key, texts in draft.controls.items() if key != name}
        draft.controls = {**kept, f"{name}-vaaaaaaaa": [CANARY]}
        draft.data = {**draft.data, "former_lessor": "Ada Ltd"}
    resumed = maya.get("/drafts").click("Resume")
    assert value_at(resumed, "/subject") == CANARY
    assert "No longer asked" in resumed.text
    assert "Former lessor" in resumed.text
    assert "Ada Ltd" in resumed.text
