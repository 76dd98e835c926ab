"""The short way draws what the long way draws, to the letter: there is one set of pieces, and no second renderer."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form
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


def long_way(form: Form, data: Any) -> str:
    """The same form drawn node by node."""
    return form._renderer.html(form._build(data, {}, defaults=False)[0], {}, [], None)


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("data", DATA, ids=range(len(DATA)))
def test_every_state_is_drawn_the_same(locale: str, data: Any) -> None:
    """F2: groups, rows, conditions, kinds and misfits; twice, because the second time the pieces are known."""
    form = Form(FORM, ui={"fields": {"/group/rows/*/n": {"help": "How many?", "placeholder": "5"}}}, locale=locale)
    for _ in range(2):
        assert form.render(data) == long_way(form, data)


def test_every_instance_is_drawn_the_same() -> None:
    """F2: the same over every instance of the samples, valid or not, on one compiled form for each."""
    count = 0
    for sample in samples():
        form = Form(sample["schema"], ui=sample["uiSchema"])
        for instance in instances(sample["name"]):
            if instance["data"] is not None:
                assert form.render(instance["data"]) == long_way(form, instance["data"]), sample["name"]
                count += 1
    assert count > 1000


def test_the_short_way_is_taken() -> None:
    """F2: groups and rows are drawn without a node for any field, or this module proves nothing."""
    form = Form(FORM)
    data = {"group": {"rows": [{"how": "post", "street": "x"}, {"n": 1}]}}
    quick, long = (form._build(data, {}, defaults=False, quick=one)[0] for one in (form._quick, None))
    names = [node.pointer for node in quick.walk()]
    assert not any(name.startswith("/group/rows/") for name in names)
    assert "/group/rows/0/street" in [node.pointer for node in long.walk()]
