"""Over a limit nothing is lost: what is too much is shown, or travels on unchanged, and an error says the limit."""

from __future__ import annotations

import io
from typing import Any

import pytest

from formengine.forms import Form, FormError, Upload, Validator
from tests.forms.browser import Page, posted
from tests.forms.test_form import press
from tests.support.cpu_time import cpu_limit

SIX = {"type": "object", "properties": {f"f{number}": {"type": "string"} for number in range(6)}}
LIST = {"type": "object", "properties": {"l": {"type": "array", "items": SIX}, "x": {"type": "string"}}}


def rows(count: int) -> dict[str, Any]:
    """Data with that many rows of six answers."""
    return {"l": [{f"f{field}": f"{number} {field}" for field in range(6)} for number in range(count)], "x": "y"}


def test_a_thousand_rows_are_drawn_and_read() -> None:
    """F2, F5: the limit is a promise: 1,000 rows of six fields come back as they were."""
    form, data = Form(LIST), rows(1000)
    answers = form.read(posted(form.render(data)))
    assert (answers.data, answers.valid) == (data, True)


def test_rows_over_the_limit_are_shown_and_told() -> None:
    """F2, F6: 1,500 rows are drawn and read, with an error at the list; they can be taken out."""
    form, data = Form(LIST), rows(1500)
    answers = form.read(posted(form.render(data)))
    assert answers.data == data
    assert [(error.pointer, error.keyword) for error in answers.errors] == [("/l", "rows")]
    assert form.validate(data) == answers.errors, "data that come another way have the same limit"
    assert form.validate(rows(1000)) == []
    removed = form.read(press(answers.html(), "remove", "/l/1499"))
    assert len(removed.data["l"]) == 1499


def test_many_answers_are_judged_without_drawing_them() -> None:
    """F2: a step does so while it holds the write lock, where a tree of 7,000 nodes would take too long."""
    form, data = Form(LIST), rows(1000)
    assert form.validate(data) == []
    with cpu_limit(0.005):
        assert form.validate(data) == []


def test_empty_rows_have_the_limit_of_the_page() -> None:
    """F2, F19: T9: 1,000 empty rows of 30 fields are more controls than a page has, so that data are refused as the
    page refuses them; in groups and by reference too. 600 are not.
    """
    fields = {f"f{number}": {"type": "string"} for number in range(15)}
    group = {"type": "object", "properties": {**fields, "more": {"$ref": "#/$defs/more"}}}
    form = Form({"type": "object", "$defs": {"more": {"type": "object", "properties": fields}},
                 "properties": {"l": {"type": "array", "items": group}}})  # fmt: skip
    many: dict[str, Any] = {"l": [{} for _ in range(1000)]}
    answers = form.read(posted(form.render(many)))
    assert [error.keyword for error in form.validate(many)] == ["limit"]
    assert answers.errors == form.validate(many)
    assert form.validate({"l": [{} for _ in range(600)]}) == []
    named = Form({"type": "object", "$defs": {"more": {"type": "object", "properties": fields}},
                  "properties": {"l": {"type": "object", "additionalProperties": group}}})  # fmt: skip
    entries: dict[str, Any] = {"l": {f"e{number}": {} for number in range(1000)}}
    assert [error.keyword for error in named.validate(entries)] == ["limit"]
    assert named.read(posted(named.render(entries))).errors == named.validate(entries)


def test_many_choices_are_kept() -> None:
    """F2: 2,500 chosen options of one control come back, in their order."""
    options = [f"o{number}" for number in range(2500)]
    form = Form(
        {"type": "object", "properties": {"l": {"type": "array", "uniqueItems": True, "items": {"enum": options}}}}
    )
    data = {"l": options[::-1]}
    assert form.read(posted(form.render(data))).data == data


def test_a_post_over_the_limit_travels_on_unchanged() -> None:
    """F5, F6: it is not read, is invalid, and its page posts everything again."""
    form = Form({"type": "object", "properties": {"l": {"type": "array", "items": {"type": "string"}}}})
    controls = [("f-" + name, value) for name, value in many(21_000)]
    answers = form.read(controls)
    assert [error.keyword for error in answers.errors] == ["limit"]
    assert "20,000" in answers.html()
    assert not answers.valid
    again = {(name, value) for name, value in Page(answers.html()).controls() if name.startswith("f-")}
    assert again == set(controls)
    assert form.resume(answers.draft).draft == answers.draft


def many(count: int) -> list[tuple[str, str]]:
    """Names of rows, below `f-`, and their texts."""
    from formengine.forms.tree.control_names import segment

    name = segment("l")
    keys = " ".join(map(str, range(count)))
    return [(f"{name}-r", keys), *((f"{name}-{number}", f"text {number}") for number in range(count))]


def test_data_over_the_limit_are_shown_as_json() -> None:
    """F2: data that no form can hold are neither cut nor lost: the page shows them whole, as JSON."""
    texts = {"type": "array", "items": {"type": "string"}}
    form = Form({"type": "object", "properties": {"l": texts, "more": texts}})
    for data in ({"l": [f"text {number}" for number in range(20_001)]}, {"l": ["x"] * 10_001, "more": ["y"] * 10_001}):
        with cpu_limit(1):
            html = form.render(data)
        answers = form.read(posted(html))
        assert answers.data == data
        assert (
            [error.keyword for error in answers.errors] == [error.keyword for error in form.validate(data)] == ["limit"]
        )


def test_groups_in_one_another_that_no_page_can_name_are_told() -> None:
    """F2, F5: 200 groups in one another come back; of 225, whose controls have names that no post is read with, and of
    300, the page says that they are too deep, as the API does, and nothing of them is lost.
    """
    group = {"type": "object", "properties": {"v": {"type": "string"}, "next": {"$ref": "#/$defs/g"}}}
    form = Form({"type": "object", "properties": {"g": {"$ref": "#/$defs/g"}}, "$defs": {"g": group}})
    for count, told in ((200, []), (225, ["depth"]), (300, ["depth"])):
        data: dict[str, Any] = {"v": "end"}
        for number in range(count):
            data = {"v": f"x{number}", "next": data}
        answers = form.read(posted(form.render({"g": data})), {"g": data})
        assert answers.data == {"g": data}
        assert [error.keyword for error in answers.errors] == told, count
        assert form.validate({"g": data}) == answers.errors, count
        assert all("levels" in error.message for error in answers.errors), "not the sentence about many answers"


def test_a_schema_of_too_many_fields_is_refused() -> None:
    """F2, O7: one with 25,000 properties, and one that doubles at each level, by reference or by `allOf`."""
    wide = {"type": "object", "properties": {f"p{number}": {"type": "string"} for number in range(25_000)}}
    next_ = [{"$ref": f"#/$defs/d{number + 1}"} for number in range(20)]
    deep = {f"d{n}": {"type": "object", "properties": {"a": ref, "b": ref}} for n, ref in enumerate(next_)}
    twice = {f"d{n}": {"allOf": [ref, ref]} for n, ref in enumerate(next_)}
    doubling = [{"$ref": "#/$defs/d0", "$defs": {**defs, "d20": {"type": "string"}}} for defs in (deep, twice)]
    for schema in (wide, *doubling):
        with pytest.raises(FormError, match="20,000"):
            Form(schema)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf", "if", "dependentSchemas", "items", "patternProperties"])
def test_a_schema_that_doubles_at_each_level_is_refused(keyword: str) -> None:
    """F2, O7: what one answer would cost more than 20,000 evaluations of; nine levels of it are judged."""

    def level(ref: dict[str, Any]) -> dict[str, Any]:
        if keyword == "if":
            return {"if": ref, "then": ref, "else": ref}
        if keyword == "items":
            return {"items": ref, "contains": ref}
        if keyword == "dependentSchemas":
            return {"dependentSchemas": {"a": ref, "b": ref}}
        return {keyword: {"^a": ref, "a": ref} if keyword == "patternProperties" else [ref, {**ref}]}

    for levels, refused in ((9, False), (40, True)):
        refs = [{"$ref": f"#/$defs/d{number + 1}"} for number in range(levels)]
        definitions = {f"d{number}": level(ref) for number, ref in enumerate(refs)}
        schema = {"$ref": "#/$defs/d0", "$defs": {**definitions, f"d{levels}": {"type": ["object", "array"]}}}
        with cpu_limit(2):
            for compile_schema in (Form, Validator):
                if refused:
                    with pytest.raises(FormError, match="20,000"):
                        compile_schema(schema)
                else:
                    assert compile_schema(schema)
        if not refused:
            with cpu_limit(2):
                Validator(schema).errors({"a": 1, "b": 2})


NODE = {"properties": {"x": {"$ref": "#"}, "y": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "refused"),
    [
        ({**NODE, "allOf": [{"properties": {"x": {"$ref": "#"}}}]}, True),
        ({"items": {"$ref": "#"}, "contains": {"$ref": "#"}}, True),
        ({"allOf": [NODE], "if": {"properties": {"x": {"$ref": "#"}}}}, True),
        ({"properties": {"x": {"$ref": "#"}, "z": {"$ref": "#"}}, "items": {"$ref": "#"}}, False),
        ({"anyOf": [{"properties": {"and": {"$ref": "#"}}}, {"properties": {"or": {"$ref": "#"}}}]}, False),
        ({"allOf": [{"if": {"required": ["z"]}, "then": NODE}, {"if": {"required": ["v"]}, "then": NODE}]}, False),
        ({"oneOf": [{**NODE, "required": ["y"]}, {**NODE, "required": ["x"]}]}, False),
        ({"$ref": "#/$defs/tree", "properties": {"x": {"$ref": "#"}}, "$defs": {"tree": {
            "properties": {"x": {"$ref": "#/$defs/tree"}}}}}, False),
    ],
)  # fmt: skip
def test_a_recursion_that_doubles_is_refused(schema: Any, refused: bool) -> None:
    """F2, O7: short data of many levels would be judged for ever; trees are recursions as usual."""
    if refused:
        with pytest.raises(FormError, match="in two ways"):
            Validator(schema)
    else:
        data: Any = "leaf"
        for _ in range(40):
            data = {"x": data, "y": "y"}
        with cpu_limit(2):
            Validator({**schema, "title": "T"}).errors(data)


def test_files_over_the_limit_are_told() -> None:
    """F5, F9: 1,000 files of one post are taken, of one control and of many; each that is not is named where it was
    chosen, and the others are kept."""
    row = {"type": "object", "required": ["f"], "properties": {"f": {"$ref": "formengine:file"}}}
    form = Form({"type": "object", "properties": {
        "all": {"$ref": "formengine:files"}, "l": {"type": "array", "items": row}}})  # fmt: skip
    html = form.render({"l": [{}, {}]})
    names = [element["name"] for element in Page(html).all("input") if element.get("type") == "file"]

    def chosen(control: int, number: int) -> tuple[str, Upload]:
        return names[control], Upload(f"{number}.txt", "text/plain", io.BytesIO(b"x"))

    pairs = [*posted(html), *(chosen(0, number) for number in range(999)), chosen(1, 1000), chosen(2, 1001)]
    answers = form.read(pairs)
    assert (len(answers.data["all"]), [*answers.data["l"][0]]) == (999, ["f"])
    assert [(error.pointer, error.keyword) for error in answers.errors] == [("/l/1/f", "limit")]
    assert "Not taken: 1001.txt." in answers.html()
    again = form.read([*posted(answers.html()), chosen(2, 1001)])
    assert again.valid
    added = form.read([*pairs, *press(html, "add", "/l")[-1:]])
    assert added.operation
    assert "Not taken: 1001.txt." in added.html()
    assert [row["f"]["name"] for row in again.data["l"]] == ["1000.txt", "1001.txt"]
