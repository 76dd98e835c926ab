"""After a form button: the focused control, the status message, and the errors that are still shown."""

from __future__ import annotations

import io

from formengine.forms import Form, Upload
from tests.forms.browser import Page, posted
from tests.forms.test_form import PAPER, at, fill, press

FORM = Form(
    {
        "type": "object",
        "required": ["n"],
        "properties": {
            "n": {"title": "N", "type": "string", "minLength": 2},
            "l": {"title": "L", "type": "array", "items": {"type": "string"}},
            "d": {"title": "D", "$ref": "formengine:files"},
            "m": {"title": "M", "type": "object", "additionalProperties": {"type": "string"}},
        },
    }
)


def led(html: str) -> tuple[str, str]:
    """The pointer (or id) of the focused control, and the status message."""
    page = Page(html)
    places = [element for element in page.elements if "autofocus" in element]
    assert len(places) == 1
    status = [element["text"] for element in page.elements if "data-form-status" in element]
    focused = places[0]
    return focused.get("data-pointer") or focused.get("data-key-for") or focused["id"], "".join(status)


def test_each_button_moves_the_focus() -> None:
    """F5: autofocus moves the focus to what the button changed, without scripts too."""
    html = FORM.render({"l": ["a"]})
    added = FORM.read(press(html, "add", "/l"))
    assert led(added.html()) == ("/l/1", "An entry was added to “L”.")
    moved = FORM.read(press(added.html(), "up", "/l/1")).html()
    focused, status = led(moved)
    assert (focused, status) == ("/l/1", "Moved to place 1 of 2."), "the empty row is no entry yet, so it comes behind"
    first = FORM.read(press(moved, "remove", "/l/1"))
    assert led(first.html()) == ("/l/0", "An entry was removed from “L”.")
    last = FORM.read(press(first.html(), "remove", "/l/0")).html()
    assert led(last) == ("/l", "An entry was removed from “L”.")
    assert next(element for element in Page(last).elements if "autofocus" in element)["data-op"] == "add"


def test_focus_on_the_rows_behind_the_places_of_a_tuple() -> None:
    """F5: the row that comes in place of the removed one; also where the page named the rows alone, in any order."""
    rows = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}], "items": {"type": "string"}}
    form = Form({"type": "object", "properties": {"c": rows}})
    pressed = press(form.render({"c": ["a", "b", "x", "y"]}), "remove", "/c/3")
    assert led(form.read(pressed).html())[0] == "/c/2"
    reordered = [(name, "3 2" if name.endswith("-r") else value) for name, value in pressed]
    assert led(form.read(reordered).html())[0] == "/c/2"


def test_focus_on_key_value_rows_and_files() -> None:
    """F5, F9: the name of a new key-value row; after a file was removed, the file control."""
    assert led(FORM.read(press(FORM.render({}), "add", "/m")).html()) == ("/m", "An entry was added to “M”.")
    control = at(Page(FORM.render({})), "/d")[0]["name"]
    answers = FORM.read([*posted(FORM.render({})), (control, Upload("a.txt", "text/plain", io.BytesIO(b"x")))])
    assert led(FORM.read(press(answers.html(errors=()), "remove", "/d")).html()) == ("/d", "The file was removed.")


def test_shown_errors_stay_until_corrected() -> None:
    """F6: errors that the page showed and that still hold are shown; no new ones before the form is submitted."""
    form = Form({**PAPER, "required": ["paper", "n"], "properties": {**PAPER["properties"], "n": {"type": "string"}}})
    failed = form.read(posted(form.render()))
    assert [error.pointer for error in failed.errors] == ["/paper", "/n"]
    corrected = form.read(fill(failed.html(), {"/paper": "Theirs"}))
    assert [error.pointer for error in corrected.errors] == ["/why", "/n"]
    assert [error.pointer for error in corrected.lingering] == ["/n"]
    shown = Page(corrected.html(errors=corrected.lingering, first=False))
    assert not [element for element in shown.elements if "autofocus" in element]
    assert form.read(posted(form.render())).lingering == []


def test_errors_of_the_caller_are_shown_at_their_controls() -> None:
    """F6: errors added by the caller are in form order, at their controls, and make the answers invalid."""
    from formengine.forms import FieldError

    answers = FORM.read(fill(FORM.render({}), {"/n": "ok"}))
    assert answers.valid
    answers.refuse([FieldError("/n", None, "dossier", "There is none.")])
    assert not answers.valid
    control = at(Page(answers.html()), "/n")[0]
    assert control["aria-invalid"] == "true"
    assert "There is none." in answers.html()


def test_optional_marks_are_explained() -> None:
    """F6: a note above the fields explains (optional), unless all fields are required or all optional."""
    assert "except those marked (optional)" in FORM.render({})
    assert "except those" not in Form({"type": "object", "properties": {"a": {"type": "string"}}}).render({})
    required = [element for element in Page(FORM.render({})).elements if element.get("aria-required") == "true"]
    assert [element["data-pointer"] for element in required] == ["/n"]
