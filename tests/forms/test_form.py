"""What a form does, seen from outside."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from formengine.forms import KINDS, Form, Upload
from tests.forms.browser import Page, posted

TEXT = {"type": "string"}
PAPER: dict[str, Any] = {
    "type": "object",
    "required": ["paper"],
    "properties": {
        "paper": {
            "title": "Whose paper?",
            "oneOf": [{"const": "ours", "title": "Ours"}, {"const": "theirs", "title": "Theirs"}],
        },
        "why": {"type": "string", "title": "Why theirs?"},
    },
    "if": {"properties": {"paper": {"const": "theirs"}}, "required": ["paper"]},
    "then": {"required": ["why"]},
    "else": {"properties": {"why": False}},
}


def at(page: Page, pointer: str) -> list[dict[str, Any]]:
    """The controls at a pointer."""
    return [element for element in page.elements if element.get("data-pointer") == pointer and "data-op" not in element]


def fill(html: str, values: dict[str, str]) -> list[tuple[str, str]]:
    """The post of a page with controls filled in, by pointer (or choice, prefixed with ?): with a text, or with what an
    option of that label posts.
    """
    page = Page(html)
    names: dict[str, str] = {}
    for element in page.all("input", "select", "textarea"):
        names |= {element["data-pointer"]: element["name"]} if "data-pointer" in element else {}
        names |= {"?" + element["data-choice-for"]: element["name"]} if "data-choice-for" in element else {}
    changed = {names[pointer]: option_of(page, names[pointer], value) for pointer, value in values.items()}
    return [(name, value) for name, value in page.controls() if name not in changed] + list(changed.items())


def option_of(page: Page, name: str, text: str) -> str:
    """What the option of a label posts in the control of a name; the text itself where there is no such option."""
    labels = {element["for"]: element["text"] for element in page.all("label")}
    for element in page.all("option", "input"):
        if element["tag"] == "option":
            select = next(outer for outer in element["inside"] if outer["tag"] == "select")
            label, of = element["text"], select["name"]
        else:
            label, of = labels.get(element.get("id", "")), element.get("name")
        if (label, of) == (text, name) and "value" in element:
            return str(element["value"])
    return text


def press(html: str, operation: str, pointer: str) -> list[tuple[str, str]]:
    """The post of a page when a button is pressed."""
    page = Page(html)
    button = next(
        element for element in page.buttons if (element["data-op"], element["data-pointer"]) == (operation, pointer)
    )
    return [*page.controls(), (button["name"], button["value"])]


def test_condition_hides_and_brings_back() -> None:
    """F4: a hidden field is absent from the data; its text is back when it is shown again in the same draft."""
    form = Form(PAPER)
    first = form.read(fill(form.render({"paper": "theirs"}), {"/why": "They insist"}))
    assert first.data == {"paper": "theirs", "why": "They insist"}
    hidden = form.read(fill(first.html(), {"/paper": "Ours"}))
    assert hidden.data == {"paper": "ours"}
    assert hidden.valid
    assert at(Page(hidden.html()), "/why") == []
    restored = form.render(draft=json.loads(json.dumps(hidden.draft)))
    assert form.read(fill(restored, {"/paper": "Theirs"})).data == {"paper": "theirs", "why": "They insist"}


def test_condition_in_a_row() -> None:
    """F4: a condition inside a repeating group looks at its own row."""
    form = Form({"type": "object", "properties": {"papers": {"type": "array", "items": PAPER}}})
    page = Page(form.render({"papers": [{"paper": "ours"}, {"paper": "theirs", "why": "x"}]}))
    assert at(page, "/papers/0/why") == []
    assert at(page, "/papers/1/why")[0]["value"] == "x"


def test_rows_without_javascript() -> None:
    """F5: buttons add, move and remove rows; names and ids of the others stay; no errors are shown."""
    form = Form({"type": "object", "properties": {"l": {"type": "array", "items": {"type": "string", "minLength": 2}}}})
    html = form.render({"l": ["one", "two"]})
    added = form.read(press(html, "add", "/l"))
    assert added.operation
    assert added.data == {"l": ["one", "two"]}, "a row that nobody filled is no answer yet"
    assert "data-error-summary" not in added.html()
    sent = form.read(posted(added.html()))
    assert [(error.pointer, error.keyword) for error in sent.errors] == [("/l/2", "row")]
    moved = form.read(press(added.html(), "up", "/l/1"))
    assert moved.data == {"l": ["two", "one"]}
    assert at(Page(moved.html()), "/l/0")[0]["id"] == at(Page(html), "/l/1")[0]["id"]
    assert form.read(press(moved.html(), "remove", "/l/1")).data == {"l": ["two"]}


def test_required_error_is_tied_to_its_control() -> None:
    """F6: an error is at its control, by aria-describedby, and in the summary with a link."""
    answers = Form(PAPER, locale="fr").read([])
    assert [(error.pointer, error.keyword) for error in answers.errors] == [("/paper", "required")]
    page = Page(answers.html())
    control_id = answers.errors[0].control_id
    fieldset = next(element for element in page.elements if element.get("id") == control_id)
    assert fieldset["aria-describedby"] == f"{control_id}-error"
    assert fieldset["aria-invalid"] == "true"
    assert (
        "Répondez à cette question."
        in next(element for element in page.elements if element.get("id") == f"{control_id}-error")["text"]
    )
    summary = next(element for element in page.elements if "data-error-summary" in element)
    assert "Il y a un point à corriger" in summary["text"]
    assert page.all("a")[0]["href"] == f"#{control_id}"


def test_union_is_chosen_and_never_jumps() -> None:
    """F4, F6: the branch is the posted choice; only its errors are shown."""
    form = Form(
        {
            "type": "object",
            "required": ["who"],
            "properties": {
                "who": {
                    "oneOf": [
                        {"title": "Person", "required": ["born"], "properties": {"name": TEXT, "born": {}}},
                        {"title": "Firm", "required": ["no"], "properties": {"name": TEXT, "no": {"type": "integer"}}},
                    ]
                }
            },
        }
    )  # fmt: skip
    empty = form.read(posted(form.render()))
    assert empty.errors[0].control_id in Page(empty.html()).ids
    firm = form.read(fill(form.render(), {"?/who": "Firm"}))
    typed = form.read(fill(firm.html(), {"/who/name": "Acme", "/who/no": "x1"}))
    assert typed.data == {"who": {"name": "Acme", "no": "x1"}}
    assert [(error.pointer, error.keyword) for error in typed.errors] == [("/who/no", "type")]
    assert at(Page(typed.html()), "/who/no")[0]["value"] == "x1"


def test_recursion_opens_a_level_at_a_time() -> None:
    """F2: each level of a recursive schema is opened by a button."""
    node = {"type": "object", "properties": {"v": {"type": "string"}, "next": {"$ref": "#/$defs/n"}}}
    form = Form({"$ref": "#/$defs/n", "$defs": {"n": node}})
    opened = form.read(press(form.render({"v": "a"}), "open", "/next"))
    assert form.read(fill(opened.html(), {"/next/v": "b"})).data == {"v": "a", "next": {"v": "b"}}


def test_files_are_kept_over_a_failed_post() -> None:
    """F9: a file survives a post with errors, with a name in any script; it can be removed again."""
    schema = {
        "type": "object",
        "required": ["a", "d"],
        "properties": {"a": {"type": "string"}, "d": {"$ref": "formengine:files"}},
    }
    form = Form(schema)
    assert [error.pointer for error in form.read([]).errors] == ["/a", "/d"]
    control = at(Page(form.render()), "/d")[0]["name"]
    uploads = [(control, Upload(name, "text/plain", io.BytesIO(b"x"))) for name in ("été.txt", "عقد.txt")]
    failed = form.read([*posted(form.render()), *uploads])
    assert [file["name"] for file in failed.data["d"]] == ["été.txt", "عقد.txt"]
    assert not failed.valid
    again = form.read(fill(failed.html(), {"/a": "x"}))
    assert again.data["d"] == failed.data["d"]
    assert again.valid
    assert len(form.read(press(again.html(), "remove", "/d")).data["d"]) == 1


def test_kinds_have_fitting_controls() -> None:
    """F12: money, country, party, and lists from the caller; the summary formats them for people."""
    kinds = {**KINDS, "formengine:list/e": {"oneOf": [{"const": "acme", "title": "Acme SAS"}]}}
    schema = {
        "type": "object",
        "properties": {
            "value": {"title": "Value", "$ref": "formengine:money"},
            "party": {"$ref": "formengine:party"},
            "entity": {"$ref": "formengine:list/e"},
            "at": {"$ref": "formengine:address"},
        },
    }
    form = Form(schema, locale="fr", kinds=kinds)
    data = {
        "value": {"amount": "1250.50", "currency": "EUR"},
        "party": {"name": "Cedar <SAL>", "country": "LB"},
        "entity": "acme",
        "at": {"lines": ["1, rue X", "Bât. B"], "city": "Lyon", "country": "FR"},
    }
    html = form.render(data)
    assert at(Page(html), "/party/country")[0]["tag"] == "select"
    answers = form.read(posted(html))
    assert answers.data == data
    assert answers.valid
    text = form.summary(data)
    for part in ("1\u202f250,50\xa0€", "Liban", "Acme SAS", "Cedar &lt;SAL&gt;"):
        assert part in text


def test_a_list_says_what_it_adds_and_a_group_its_title_once() -> None:
    """F12: by the title that the author gave its entries; *Amount* stands in the legend, not again as a label."""
    entry = {
        "title": "Livrable",
        "type": "object",
        "required": ["price"],
        "properties": {"price": {"title": "Montant", "$ref": "formengine:money"}},
    }
    lists = {"d": {"type": "array", "items": entry}, "e": {"type": "array", "items": {"type": "string"}}}
    html = Form({"type": "object", "properties": lists}, locale="fr").render({"d": [{}]})
    assert "Ajouter\xa0: Livrable<" in html
    assert "Ajouter une entrée<" in html
    assert 'class="ff-group ff-kind-money ff-named-alike"' in html
    assert "ff-named-alike" not in Form({"properties": {"f": {"$ref": "formengine:money"}}}, locale="fr").render({})


def test_steps_carry_the_other_answers() -> None:
    """F7: a step renders its own fields; the others travel hidden, without data-pointer."""
    form = Form({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}})
    html = form.render({"a": "1", "b": "2"}, only=["b"])
    assert at(Page(html), "/a") == []
    assert form.read(fill(html, {"/b": "3"})).data == {"a": "1", "b": "3"}


def test_numbers_dates_and_text_as_typed() -> None:
    """F3: values get their types back; what cannot be parsed is shown again as typed; no spaces are stripped."""
    properties = {
        "n": {"type": "number", "multipleOf": 0.01},
        "d": {"type": "string", "format": "date"},
        "t": {"type": "string"},
    }
    form = Form({"type": "object", "properties": properties}, locale="fr")
    good = form.read(fill(form.render(), {"/n": "19,99", "/d": "2026-02-28", "/t": "  a\r\nb "}))
    assert good.data == {"n": 19.99, "d": "2026-02-28", "t": "  a\nb "}
    assert good.valid
    bad = form.read(fill(form.render(), {"/n": "12 €", "/d": "2026-02-30"}))
    assert [error.keyword for error in bad.errors] == ["sign", "format"]
    assert at(Page(bad.html()), "/n")[0]["value"] == "12 €"


def test_control_characters_are_refused() -> None:
    """F3: a NUL never reaches the data, and an error is shown."""
    form = Form({"type": "object", "properties": {"t": {"type": "string"}}})
    answers = form.read(fill(form.render(), {"/t": "a\x00b"}))
    assert "\x00" not in json.dumps(answers.draft) + str(answers.data)
    assert answers.errors[0].keyword == "characters"


def test_defaults_prefill_only_an_empty_form() -> None:
    """F2: defaults show where there are neither data nor a draft."""
    form = Form({"type": "object", "properties": {"t": {"type": "string", "default": "x"}}})
    assert at(Page(form.render()), "/t")[0]["value"] == "x"
    assert at(Page(form.render({})), "/t")[0]["value"] == ""


def test_texts_are_escaped() -> None:
    """F15: texts of authors and answers are escaped, never markup."""
    nasty = "<script>\"'&\ue001%s{{7*7}}"
    form = Form(
        {
            "type": "object",
            "title": nasty,
            "properties": {nasty: {"title": nasty, "description": nasty, "enum": [nasty, "b"]}},
        }
    )
    html = form.render({nasty: nasty}) + form.read([]).html() + form.summary({nasty: nasty})
    assert "<script>" not in html
    assert "49" not in html
    assert form.read(posted(form.render({nasty: nasty}))).data == {nasty: nasty}


def test_threads_share_a_form() -> None:
    """F15: one compiled form serves many threads without leaking one post into another."""
    form = Form(PAPER)
    html = form.render({"paper": "theirs"})

    def one(number: int) -> bool:
        answers = form.read(fill(html, {"/why": f"because {number}"}))
        return bool(answers.data["why"] == f"because {number}" and f"because {number}" in answers.html())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(100)))


def test_key_value_rows() -> None:
    """F2: a missing or duplicate name is an error at its control; nothing is lost."""
    form = Form({"type": "object", "additionalProperties": {"type": "integer"}})
    html = form.read(press(form.render({"a": 1, "b": 2}), "add", "")).html()
    keys = [element for element in Page(html).elements if "data-key-for" in element]
    assert [element["value"] for element in keys] == ["a", "b", ""]
    post = [(name, "a" if name == keys[1]["name"] else value) for name, value in posted(html)]
    answers = form.read(post)
    assert answers.data == {"a": 1}
    assert [(error.control_id, error.keyword) for error in answers.errors] == [(keys[1]["id"], "duplicate")]
    assert [element["value"] for element in Page(answers.html()).elements if "data-key-for" in element] == [
        "a",
        "a",
        "",
    ]


def test_types_nulls_and_tuples() -> None:
    """F2: a type is chosen among several; null, tuples and optional booleans in three states."""
    schema = {
        "type": "object",
        "properties": {
            "t": {"type": ["string", "integer"]},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "items": False},
            "yes": {"type": "boolean"},
        },
    }
    form = Form(schema)
    chosen = form.read(fill(form.render(), {"?/t": "Whole number", "/yes": "No"}))
    assert chosen.data == {"yes": False}
    full = form.read(fill(chosen.html(), {"/t": "12", "/pair/0": "x", "/pair/1": "1.5"}))
    assert full.data == {"t": 12, "pair": ["x", 1.5], "yes": False}
    assert form.read(posted(full.html())).data == full.data


def test_a_required_group_may_be_null() -> None:
    """F2: null stays null and empty stays empty; a required nullable group left empty is null."""
    group = {"type": ["object", "null"], "required": ["x"], "properties": {"x": {"type": "string"}}}
    rows = {"type": ["array", "null"], "items": {"type": "string"}}
    form = Form({"type": "object", "required": ["g", "l"], "properties": {"g": group, "l": rows}})
    empty = form.read(posted(form.render()))
    assert empty.data == {"g": None, "l": None}
    assert empty.valid
    for data in ({"g": None, "l": []}, {"g": {"x": "1"}, "l": ["a"]}, {"g": {}, "l": None}):
        assert form.read(posted(form.render(data))).data == data
        assert form.resume(form.draft(data)).data == data


def test_summary_of_values_of_another_type() -> None:
    """F12: a summary shows the stored value also where its type is not the one that the field asks for."""
    lines, several = {"$ref": "formengine:lines"}, {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}
    form = Form({"properties": {"lines": lines, "several": several}})
    assert form.entries({"lines": 5, "several": 7}) == [("Lines", "5"), ("Several", "7")]
    assert form.entries({"lines": ["x", ""], "several": ["b"]}) == [("Lines", "x"), ("Several", "b")]


def test_entries_have_the_punctuation_of_their_language() -> None:
    """F12, O7: a no-break space stands before ; and : in French, as in every text of ours."""
    several = {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}
    rows = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "title": "Nom"}}}}
    schema = {"properties": {"several": several, "rows": rows}}
    answers = {"several": ["a", "b"], "rows": [{"name": "x"}]}
    assert Form(schema, locale="fr").entries(answers) == [("Several", "a\u00a0; b"), ("Rows", "Nom\u00a0: x")]
    assert Form(schema).entries(answers) == [("Several", "a; b"), ("Rows", "Nom: x")]


def test_an_empty_file_is_refused_at_its_control() -> None:
    """F9: a file of no bytes is told at its control, required or not; the other files of the post are kept."""
    files = {"type": "array", "items": {"$ref": "formengine:file"}}
    form = Form({"type": "object", "properties": {"one": {"$ref": "formengine:file"}, "many": files}}, kinds=KINDS)
    names = {element["data-pointer"]: element["name"] for element in Page(form.render()).all("input")
             if element.get("type") == "file"}  # fmt: skip
    post = [(names["/one"], Upload("contract.pdf", "application/pdf", io.BytesIO(b""))),
            (names["/many"], Upload("a.txt", "text/plain", io.BytesIO(b"a"))),
            (names["/many"], Upload("b.txt", "text/plain", io.BytesIO(b"")))]  # fmt: skip
    answers = form.read(post)
    assert [(error.pointer, error.message) for error in answers.errors] == [
        ("/one", "“contract.pdf” is empty."), ("/many", "“b.txt” is empty.")]  # fmt: skip
    assert [file["name"] for file in answers.data["many"]] == ["a.txt"]
    assert "one" not in answers.data


def test_a_number_that_is_too_small_is_not_zero() -> None:
    """F3, F6: 1e-400 stays as it was typed, with an error; in JSON, too."""
    form = Form({"type": "object", "properties": {"n": {"type": "number"}, "any": {}}})
    answers = form.read(fill(form.render(), {"/n": "1E-400", "/any": "[1e-400, 0.0]"}))
    assert answers.data == {"n": "1E-400", "any": "[1e-400, 0.0]"}
    assert [error.pointer for error in answers.errors] == ["/n"]
    assert form.read(fill(form.render(), {"/n": "0.000", "/any": "[1e-300]"})).data == {"n": 0, "any": [1e-300]}


def test_a_reference_to_no_file_is_told_in_words() -> None:
    """F6, F9: what is no reference has no name to be told by."""
    form = Form({"type": "object", "properties": {"paper": {"$ref": "formengine:file"}}})
    messages = {error.message for error in form.validate({"paper": {"id": 5}})}
    assert messages == {"This is no file that was uploaded here; choose a file."}
