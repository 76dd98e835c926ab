"""Forms that are live, in Chromium: what appears, what stays, and that no word typed is ever lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from formengine.forms import Form
from tests.forms.served_form import Forms
from tests.forms.test_form import PAPER
from tests.support.browser import NewPage

pytestmark = pytest.mark.browser
TEXT = {"type": "string"}
TYPED = {
    "type": "object",
    "properties": {"word": {"title": "Word", **TEXT}, "other": {"title": "Other", **TEXT}},
    "if": {"properties": {"word": {"minLength": 3}}, "required": ["word"]},
    "then": {"properties": {"more": {"title": "More", **TEXT}}},
}
ROWS = {
    "type": "object",
    "properties": {
        "papers": {"title": "Papers", "type": "array", "items": {**PAPER, "title": "Paper"}},
        "note": {"title": "Note", "type": "string", "minLength": 2},
    },
}


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page on which the browser had nothing to say, and no script failed."""
    status: list[str] = []
    page.on("console", lambda message: status.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: status.append(str(error)))
    yield page
    assert [
        item
        for item in status
        if not any(code in item for code in ("status of 422", "status of 500", "Error Code 500"))
    ] == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.pointer || document.activeElement.id"))


def sent(page: Page) -> Any:
    page.locator("#send").click()
    return json.loads(page.locator("#data").inner_text())


def test_what_was_typed_is_back_when_its_field_is_no_longer_read_only(served_forms: Forms, quiet: Page) -> None:
    """F3, F4: with the script: an answer that makes another read-only, and is taken back."""
    fixed = {"if": {"properties": {"on": {"const": True}}, "required": ["on"]},
             "then": {"properties": {"word": {"readOnly": True}}}}  # fmt: skip
    asked = {"on": {"title": "Settled", "type": "boolean"}, "word": {"title": "Word", **TEXT}}
    quiet.goto(served_forms.add("settled", {"type": "object", "properties": asked, **fixed}, {"word": "stored"}))
    quiet.get_by_label("Word").fill("mine")
    quiet.get_by_label("Yes").check()
    expect(quiet.get_by_label("Word")).to_have_value("stored")
    expect(quiet.get_by_label("Word")).to_have_attribute("readonly", "readonly")
    quiet.get_by_label("No", exact=True).check()
    expect(quiet.get_by_label("Word")).to_have_value("mine")
    assert sent(quiet) == {"on": False, "word": "mine"}


def test_what_is_write_only_stays_in_its_control_while_the_form_changes(served_forms: Forms, quiet: Page) -> None:
    """F2, F4: the page that a change brings does not hold it, and the control keeps it; nobody types it again."""
    secret = {"pin": {"title": "Code", "type": "string", "writeOnly": True}}
    quiet.goto(served_forms.add("secret", {**TYPED, "properties": {**TYPED["properties"], **secret}}))
    quiet.get_by_label("Code").fill("s3cret")
    quiet.get_by_label("Word").press_sequentially("abcd")
    expect(quiet.get_by_label("More")).to_be_visible()
    expect(quiet.get_by_label("Code")).to_have_value("s3cret")
    expect(quiet.get_by_text("Type this again")).to_have_count(0)
    assert sent(quiet) == {"word": "abcd", "pin": "s3cret"}


STORED: list[tuple[dict[str, Any], Any]] = [
    *(({"type": "string", "format": "time"}, value) for value in ("23:59:60Z", "10:00:30Z", "10:00:00.5+02:00")),
    *(({"type": "string", "format": "date"}, value) for value in ("0999-01-01", "2024-02-29")),
    *(({"type": "string", "format": "date-time"}, f"{day}Z") for day in ("0999-01-01T10:00:00", "2016-12-31T23:59:60")),
    *((TEXT, value) for value in ("a\rb", "\r", "a\r\nb", "\n", "a\nb")),
    ({"type": "object", "additionalProperties": TEXT}, {"a\nb": "x", "c": "y"}),
    ({"type": "number"}, 99999999999999.98), ({"type": "integer"}, 2**53 + 1),
]  # fmt: skip


def test_what_browsers_would_change_comes_back_as_it_was_stored(served_forms: Forms, quiet: Page) -> None:
    """F2, F5: a leap second, years before 1000, line ends, numbers of many digits; by the clock of any zone."""
    schema = {"type": "object", "properties": {f"v{number}": kind for number, (kind, _) in enumerate(STORED)}}
    data = {f"v{number}": value for number, (_, value) in enumerate(STORED)}
    for zone in ("UTC", "Europe/Paris"):
        address = served_forms.add(f"stored-{zone[:3]}", schema, data)
        served_forms.forms[f"stored-{zone[:3]}"] = (Form(schema).in_zone(zone), data)
        quiet.goto(address)
        assert sent(quiet) == data


def test_a_field_appears_as_one_types(served_forms: Forms, quiet: Page) -> None:
    """F4: the field appears when typing pauses; focus, caret and typed text stay, and a screen reader is told."""
    quiet.goto(served_forms.add("typed", TYPED))
    word = quiet.get_by_label("Word")
    word.press_sequentially("abcd")
    word.press("ArrowLeft")
    quiet.get_by_label("More").wait_for()
    assert focused(quiet) == "/word"
    assert word.evaluate("one => one.selectionStart") == 3
    expect(quiet.locator(".ff-live")).to_have_text("Now asked: More.")
    word.press_sequentially("X")
    quiet.get_by_label("More").fill("kept")
    word.fill("a")
    expect(quiet.get_by_label("More")).to_have_count(0)
    expect(quiet.locator(".ff-live")).to_have_text("No longer asked: More.")
    word.fill("abcX")
    expect(quiet.get_by_label("More")).to_have_value("kept")
    assert sent(quiet) == {"word": "abcX", "more": "kept"}


def test_what_is_typed_while_an_answer_is_under_way_stays(served_forms: Forms, quiet: Page) -> None:
    """F4, F5: the response to an older post neither overwrites nor hides newer typing; a slow response shows a
    message.
    """
    quiet.goto(served_forms.add("race", TYPED, {"word": "abc", "more": "first"}))
    served_forms.hold()
    quiet.get_by_label("Word").fill("a")  # the answer will hide More ...
    served_forms.arrived.acquire(timeout=10)
    quiet.get_by_label("Other").fill("typed meanwhile")
    quiet.get_by_label("More").fill("newer")  # ... in which something is typed meanwhile
    quiet.get_by_label("Word").fill("abcdef")
    expect(quiet.locator(".ff-progress")).to_have_text("Updating the form…")
    served_forms.release()
    expect(quiet.locator(".ff-progress")).to_be_hidden()
    expect(quiet.locator("form")).not_to_have_attribute("aria-busy", "true")
    assert sent(quiet) == {"word": "abcdef", "other": "typed meanwhile", "more": "newer"}


def test_two_buttons_pressed_quickly_do_two_things(served_forms: Forms, quiet: Page) -> None:
    """F5: no click is lost, and what was typed before it is kept."""
    quiet.goto(served_forms.add("quick", ROWS))
    quiet.get_by_label("Note").fill("typed before")
    served_forms.hold()
    add = quiet.get_by_role("button", name="Add: Paper (Papers)")
    add.click()
    add.click()
    quiet.get_by_label("Note").fill("typed after")
    served_forms.release()
    quiet.get_by_role("group", name="Paper 2").wait_for()
    expect(quiet.get_by_label("Note")).to_have_value("typed after")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_rows_are_told_and_lead_the_focus(served_forms: Forms, new_page: NewPage, script: bool) -> None:
    """F5: adding, moving and removing a row is announced, and the focus moves to where editing continues, with and
    without JavaScript.
    """
    page = new_page(java_script_enabled=script)
    page.goto(served_forms.add("rows", ROWS, {"papers": [{"paper": "theirs", "why": "x"}, {"paper": "ours"}]}))
    announced = page.locator(".ff-live" if script else "[data-form-status]")
    page.get_by_role("button", name="Add: Paper (Papers)").press("Enter")
    expect(announced).to_have_text("An entry was added to “Papers”.")
    third = page.get_by_role("group", name="Paper 3").get_by_role("radiogroup")
    expect(third).to_be_focused()
    page.get_by_role("button", name="Move up Paper 3").press("Enter")
    expect(announced).to_have_text("Moved to place 2 of 3.")
    expect(page.get_by_role("button", name="Move up Paper 2")).to_be_focused()
    page.get_by_role("button", name="Move up Paper 2").press("Enter")
    expect(announced).to_have_text("Moved to place 1 of 3.")
    expect(page.get_by_role("button", name="Move down Paper 1")).to_be_focused()
    page.get_by_role("button", name="Remove Paper 1").press("Enter")
    expect(announced).to_have_text("An entry was removed from “Papers”.")
    expect(page.get_by_role("group", name="Paper 1")).to_be_focused()
    expect(page.get_by_label("Why theirs?")).to_have_value("x")
    assert sent(page) == {"papers": [{"paper": "theirs", "why": "x"}, {"paper": "ours"}]}


def test_a_condition_in_one_row_leaves_the_others_alone(served_forms: Forms, quiet: Page) -> None:
    """F4: only what changed is swapped; the elements of other rows are the same as before."""
    quiet.goto(served_forms.add("row", ROWS, {"papers": [{"paper": "ours"}, {"paper": "ours"}], "note": "ab"}))
    quiet.evaluate(
        "document.querySelector('[data-pointer=\"/papers/0/paper\"]').mark = document.getElementById('f').mark = 1"
    )
    second = quiet.get_by_role("group", name="Paper 2")
    second.get_by_label("Theirs").check()
    second.get_by_label("Why theirs?").fill("because")
    assert (
        quiet.evaluate(
            "document.querySelector('[data-pointer=\"/papers/0/paper\"]').mark + document.getElementById('f').mark"
        )
        == 2
    )
    second.get_by_label("Ours").check()
    expect(second.get_by_label("Why theirs?")).to_have_count(0)
    second.get_by_label("Theirs").check()
    expect(second.get_by_label("Why theirs?")).to_have_value("because")


def test_errors_stay_until_they_are_mended(served_forms: Forms, quiet: Page) -> None:
    """F6: the error summary takes the focus; an error disappears when its answer is right, the others stay."""
    quiet.goto(served_forms.add("errors", {**PAPER, "required": ["paper", "note"], "properties": {
        **PAPER["properties"], "note": {"title": "Note", "type": "string", "minLength": 2}}}))  # fmt: skip
    quiet.locator("#send").click()
    summary = quiet.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary.locator("li")).to_have_count(2)
    summary.get_by_role("link", name="Note").press("Enter")
    expect(quiet.get_by_label("Note")).to_be_focused()
    quiet.get_by_label("Note").press_sequentially("ok")
    expect(summary.locator("li")).to_have_count(1)
    assert focused(quiet) == "/note"
    quiet.get_by_label("Ours").check()
    expect(summary).to_have_count(0)
    assert sent(quiet) == {"paper": "ours", "note": "ok"}


def test_a_failing_server_loses_nothing(served_forms: Forms, quiet: Page) -> None:
    """F5: when an update fails, the form says so, shows the button that works without JavaScript, and stays usable."""
    quiet.goto(served_forms.add("failing", TYPED))
    served_forms.broken = True
    quiet.get_by_label("Word").fill("abcd")
    expect(quiet.locator(".ff-progress")).to_contain_text("could not be updated")
    expect(quiet.get_by_label("Word")).to_have_value("abcd")
    served_forms.broken = False
    quiet.get_by_role("button", name="Update the form").first.click()
    quiet.get_by_label("More").fill("x")
    assert sent(quiet) == {"word": "abcd", "more": "x"}


def test_a_file_is_kept_at_once_and_sent_once(served_forms: Forms, quiet: Page) -> None:
    """F9: a chosen file is kept when it is chosen; later posts do not carry it again; any name survives."""
    schema = {
        "type": "object",
        "properties": {"d": {"title": "Papers", "$ref": "formengine:files"}, **TYPED["properties"]},
    }
    quiet.goto(served_forms.add("files", schema))
    names = ["عقد.pdf", "契約.docx", "quote'\"&<b>.txt", "📜.txt"]
    quiet.get_by_label("Papers").set_input_files(
        [{"name": item, "mimeType": "text/plain", "buffer": b"x"} for item in names]
    )
    expect(quiet.locator(".ff-kept")).to_have_count(4)
    assert [element.inner_text() for element in quiet.locator(".ff-kept .ff-name").all()] == names
    assert quiet.get_by_label("Papers").evaluate("one => one.files.length") == 0
    quiet.get_by_role("button", name="Remove 契約.docx").click()
    expect(quiet.locator(".ff-kept")).to_have_count(3)
    expect(quiet.locator(".ff-live")).to_have_text("The file was removed.")
    assert [item["name"] for item in sent(quiet)["d"]] == [names[0], *names[2:]]


def test_a_file_of_the_page_is_sent_with_the_form(served_forms: Forms, quiet: Page) -> None:
    """F9: a file control beside the fields posts nothing when a file is chosen: the page may act on any post."""
    quiet.goto(served_forms.add("beside", TYPED))
    control = "<input type=file name=page_file id=page-file>"
    quiet.locator("form[data-live]").evaluate("(form, html) => form.insertAdjacentHTML('beforeend', html)", control)
    before = len(served_forms.posts)
    quiet.locator("#page-file").set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}])
    quiet.wait_for_timeout(200)
    assert len(served_forms.posts) == before


def test_amounts_and_numbers_are_tidied_when_left(served_forms: Forms, quiet: Page) -> None:
    """F12: a typed amount is reformatted as it was understood, once the control has lost the focus."""
    properties = {"m": {"title": "Fee", "$ref": "formengine:money"}, "i": {"title": "IBAN", "$ref": "formengine:iban"}}
    quiet.goto(served_forms.add("tidy", {"type": "object", "required": ["m"], "properties": properties}, locale="fr"))
    quiet.get_by_label("Montant").fill("1234567,5")
    quiet.get_by_label("Devise").select_option(label="EUR – euro")
    quiet.get_by_label("IBAN").fill("fr7630006000011234567890189")
    expect(quiet.get_by_label("Montant")).to_have_value("1\u202f234\u202f567,5")
    quiet.locator("#send").focus()
    expect(quiet.get_by_label("IBAN")).to_have_value("FR76 3000 6000 0112 3456 7890 189")
    assert sent(quiet) == {"m": {"amount": "1234567.5", "currency": "EUR"}, "i": "FR7630006000011234567890189"}


@pytest.mark.parametrize("choices", [40, 41], ids=["the same choices", "other choices"])
def test_a_list_that_somebody_looks_at_stays_open(served_forms: Forms, quiet: Page, choices: int) -> None:
    """F5: an answer that arrives while a long list is open leaves it open; other choices are there the next time."""

    def long(count: int) -> dict[str, Any]:
        many = {"title": "Many", "enum": [f"choice {n}" for n in range(count)]}
        return {**TYPED, "properties": {**TYPED["properties"], "many": many}}

    quiet.goto(served_forms.add("list", long(40), {"many": "choice 3"}) + "?search")
    served_forms.add("list", long(choices))
    served_forms.hold()
    quiet.get_by_label("Word").fill("abc")
    served_forms.arrived.acquire(timeout=10)
    quiet.locator(".ts-control input").press_sequentially("choice 3")
    served_forms.release()
    quiet.get_by_label("More").wait_for()
    option = quiet.locator(".ts-dropdown").get_by_role("option", name="choice 39", exact=True)
    option.click(timeout=2000)
    expect(quiet.locator("select option")).to_have_count(choices + 1)
    assert sent(quiet) == {"word": "abc", "many": "choice 39"}


def test_a_group_that_an_answer_declares_again(served_forms: Forms, quiet: Page) -> None:
    """F4, F5: a text becomes a choice and a text again as the answer before changes, and each keeps its own."""
    region = {"title": "Region", "type": "string"}
    again = {"properties": {"at": {"properties": {"region": {"enum": ["Bretagne", "Corse"]}}}}}
    schema = {
        "type": "object",
        "properties": {
            "country": {"title": "Country", "enum": ["FR", "DE"]},
            "at": {"title": "Place", "type": "object", "properties": {"region": region}},
        },
        "if": {"properties": {"country": {"const": "FR"}}, "required": ["country"]},
        "then": again,
    }
    quiet.goto(served_forms.add("again", schema))
    country = quiet.get_by_label("Country")
    country.select_option(label="DE")
    quiet.get_by_role("textbox", name="Region").fill("Hessen")
    country.select_option(label="FR")
    quiet.get_by_role("combobox", name="Region").select_option(label="Corse")
    country.select_option(label="DE")
    expect(quiet.get_by_role("textbox", name="Region")).to_have_value("Hessen")
    country.select_option(label="FR")
    expect(quiet.get_by_role("combobox", name="Region")).to_have_value('"Corse"')
    assert sent(quiet) == {"country": "FR", "at": {"region": "Corse"}}
