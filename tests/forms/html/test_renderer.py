"""Rendering with cached templates and fields: the same HTML whatever was rendered before."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from formengine.forms import Form
from formengine.forms.tree.uploads import MemoryFiles
from tests.forms.browser import Page, posted
from tests.forms.test_oracles import instances, samples

ROWS = {"type": "array", "title": "Lines", "items": {"type": "object", "title": "Line", "properties": {
    "how": {"enum": ["post", "mail"]}, "n": {"type": "number"}, "yes": {"type": "boolean"},
    "on": {"type": "string", "format": "date"}},
    "if": {"properties": {"how": {"const": "post"}}, "required": ["how"]},
    "then": {"properties": {"street": {"type": "string", "description": "100 % & <more>"}},
             "required": ["street"]}}}  # fmt: skip
FORM = {"type": "object", "required": ["group"], "properties": {
    "group": {"type": "object", "properties": {
        "rows": ROWS, "long": {"enum": [str(n) for n in range(30)]}, "text": {"$ref": "formengine:text"},
        "at": {"$ref": "formengine:address"}, "m": {"$ref": "formengine:money"}, "tree": {"$ref": "#/$defs/t"}}},
    "more": {"type": "object", "additionalProperties": {"type": "string"}}},
    "$defs": {"t": {"type": "object", "properties": {
        "v": {"type": "string"}, "in": {"$ref": "#/$defs/t"}}}}}  # fmt: skip
DATA: list[Any] = [
    {}, {"group": {}}, {"group": {"rows": []}}, {"group": {"rows": [{}]}}, {"group": {"text": "a\nb"}},
    {"group": {"rows": [{"how": "post", "n": 1.5, "yes": True, "on": "2026-02-28"}, {"how": "mail", "yes": False}]}},
    {"group": {"rows": [{"how": "post", "street": "<b>'&%s"}, {"how": "fax"}]}},
    {"group": {"rows": [{"n": "x"}, {"on": "soon"}, {"n": True}, None, "row"]}},
    {"group": {"rows": [{"undeclared": 1}]}, "more": {"a": "b"}}, {"group": {"rows": "no list"}}, {"group": [1]},
    {"group": {"long": "7", "at": {"lines": ["a"], "city": "b", "country": "FR"}}},
    {"group": {"m": {"amount": "1.5", "currency": "EUR"}}},
    {"group": {"tree": {"v": "1", "in": {"v": "2", "in": {}}}}}, {"group": {"rows": [{"n": None, "how": ""}]}},
    {"group": {"rows": [{"n": n, "how": "mail"} for n in range(60)]}}, [], "text", 5,
]  # fmt: skip

READ_BACK_DIFFERENTLY: dict[int, Any] = {
    0: {"group": {}},  # a required group is there
    8: {"group": {"rows": [{}]}, "more": {"a": "b"}},  # undeclared members have no control
}
"""What a post of the page gives, by index in DATA, where that is not the data itself."""


def freshly_compiled(form: Form, data: Any) -> str:
    """The same form, compiled again and rendered once: no template and no field is cached."""
    return Form(form.schema, ui=form._context.ui and {"fields": form._context.ui}, locale=form.locale).render(data)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_cached_templates_render_every_state_the_same(locale: str) -> None:
    """F2: groups, rows, conditions, kinds and unrepresentable values, in turn on one form and each on its own."""
    form = Form(FORM, ui={"fields": {"/group/rows/*/n": {"help": "How many?", "placeholder": "5"}}}, locale=locale)
    for data in [*DATA, *reversed(DATA)]:
        assert form.render(data) == freshly_compiled(form, data)


@pytest.mark.parametrize("index", range(len(DATA)))
def test_a_posted_page_is_rendered_like_its_data(index: int) -> None:
    """F2: `render(data)` and the page after its post show the same controls with the same values."""
    form, data = Form(FORM), DATA[index]
    page = form.render(data)
    controls = Page(page).controls()
    answers = form.read(controls)
    assert Page(answers.html(errors=())).controls() == controls
    assert answers.data == READ_BACK_DIFFERENTLY.get(index, data)


def test_every_instance_is_rendered_the_same() -> None:
    """F2: for all instances of the samples, valid or not, a reused compiled form and a new one render the same HTML."""
    count = 0
    for sample in samples():
        form = Form(sample["schema"], ui=sample["uiSchema"])
        data = [instance["data"] for instance in instances(sample["name"]) if instance["data"] is not None]
        first = {json.dumps(instance): form.render(instance) for instance in data}
        again = Form(sample["schema"], ui=sample["uiSchema"])
        for instance in reversed(data):
            assert again.render(instance) == first[json.dumps(instance)], sample["name"]
            count += 1
    assert count > 1000


def test_one_form_over_another_file_store_shares_its_templates() -> None:
    """F2: a form is compiled once; binding it to another person's uploads compiles no template again."""
    form = Form(FORM)
    form.render({})
    served = form.with_files(MemoryFiles())
    assert served._context.fields is form._context.fields
    assert served.render({}) == form.render({})


def test_conditions_read_each_control_once() -> None:
    """F2: a group whose conditions are decided by its answers still reads each posted control once."""
    form = Form(FORM)
    data = {"group": {"rows": [{"how": "post", "street": "x"}]}}
    controls = Page(form.render(data)).controls()
    assert form.read(controls).data == data


UNION = {"$defs": {"a": {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n", "m"]}},
         "type": "object", "properties": {"list": {"type": "array", "items": {"anyOf": [
             {"$ref": "#/$defs/a", "title": "A"},
             {"type": "object", "properties": {"s": {"maxLength": 2}}}]}}}}  # fmt: skip
UNION_DATA = [{"list": [{"n": n}, {"s": "long"}, {"s": "x"}, {}, None]} for n in (1, "no number")]


def test_rendering_the_same_data_again_resolves_no_schema_again() -> None:
    """F2: also where data fit no branch of a union, the cache of resolved schemas has what it needs after one page."""
    form = Form(UNION)
    pages = [form.render(data) for data in UNION_DATA]
    count = form._context.resolver._count
    assert [form.render(data) for data in UNION_DATA for _ in range(3)] == [page for page in pages for _ in range(3)]
    assert form._context.resolver._count == count


def test_threads_share_a_form() -> None:
    """F2: a form that was just compiled renders the same in several threads at once as alone."""
    cases = [(FORM, DATA), (UNION, UNION_DATA)]
    for schema, datas in cases:
        alone = [Form(schema).render(data) for data in datas]
        form, start = Form(schema), Barrier(4)

        def render(form: Form = form, start: Barrier = start, datas: list[Any] = datas) -> list[str]:
            start.wait()
            return [form.render(data) for data in datas]

        with ThreadPoolExecutor(4) as pool:
            assert [task.result() for task in [pool.submit(render) for _ in range(4)]] == [alone] * 4


REFERENCE = re.compile(r'\s(id|for|href|list|aria-[a-z]+by)="([^"]*)"')


@pytest.mark.parametrize("data", [None, {"rows": [{"z": "1"}, {"z": "2"}], "map": {"k": "v"}, "many": ["p", "q"],
                                         "either": {"n": "3"}, "yes": True}])  # fmt: skip
def test_ids_have_the_prefix_of_their_form(data: Any) -> None:
    """F5, F6, O8: every id and every reference to one, of fields of all kinds, their rows, buttons, errors and summary;
    nothing else on the page changes, and both forms read it.
    """
    text = {"type": "string"}
    fields = {"text": {**text, "description": "Why", "examples": ["x"]}, "yes": {"type": "boolean"},
              "option": {"enum": ["x", "y"]}, "many": {"type": "array", "uniqueItems": True, "items": {"enum": ["p"]}},
              "rows": {"type": "array", "items": {"type": "object", "properties": {"z": text}}},
              "map": {"type": "object", "additionalProperties": text}, "files": {"$ref": "formengine:files"},
              "either": {"oneOf": [{"type": "object", "properties": {"n": text}}, text]},
              "money": {"$ref": "formengine:money"}}  # fmt: skip
    form = Form({"type": "object", "properties": fields, "required": ["text", "option"]})
    other = form.with_ids("two-")
    answers, others = form.read(posted(form.render(data))), other.read(posted(other.render(data)))
    row = next(element["value"] for element in Page(answers.html()).buttons if element["data-op"] == "add")
    added = [("fe-op", row)]
    for plain, prefixed in [(form.render(data), other.render(data)), (answers.html(), others.html()),
                            (form.read(added).html(), other.read(added).html()),
                            (answers.html(focus="option"), others.html(focus="option"))]:  # fmt: skip
        assert prefixed.replace("two-", "") == plain
        for _, ids in REFERENCE.findall(prefixed):
            assert all(one.startswith(("two-", "#two-")) for one in ids.split()), ids
    assert (others.data, others.errors) == (answers.data, answers.errors)
    with pytest.raises(ValueError, match="is no prefix of ids: write a letter"):
        form.with_ids("2 a")
