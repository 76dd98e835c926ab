"""Tuples (`prefixItems`): the places that they need are kept, and none is invented (F2, F4)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form
from tests.forms.browser import posted
from tests.forms.test_form import fill

TEXT = {"type": "string"}
NAME = {"type": "object", "required": ["first"], "properties": {"first": {"type": "string"}}}


def test_a_tuple_keeps_the_places_that_it_needs() -> None:
    """F2: with `minItems`, an answer in the first place leaves the second one open, and is told of it."""
    pair = {"type": "array", "minItems": 2, "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False}
    form = Form({"type": "object", "properties": {"t": pair}})
    assert form.read(posted(form.render())).data == {}
    half = form.read(fill(form.render(), {"/t/0": "a"}))
    assert half.data == {"t": ["a", None]}
    assert [error.pointer for error in half.errors] == ["/t/1"]


TUPLES: list[tuple[dict[str, Any], list[Any]]] = [
    ({"minItems": 1, "prefixItems": [TEXT]}, []),
    ({"minItems": 2, "prefixItems": [TEXT, NAME]}, []),
    ({"minItems": 2, "prefixItems": [TEXT, {"type": "integer"}]}, ["a"]),
    ({"minItems": 2, "prefixItems": [TEXT, {"type": "integer"}]}, [""]),
    ({"minItems": 3, "prefixItems": [{"enum": ["x"]}, TEXT], "items": TEXT}, ["x"]),
    ({"minItems": 1, "prefixItems": [TEXT], "type": ["array", "null"]}, []),
    ({"minItems": 2, "prefixItems": [{"type": "array", "minItems": 1, "prefixItems": [TEXT]}, TEXT]}, [[]]),
]


@pytest.mark.parametrize(("pair", "stored"), TUPLES)
@pytest.mark.parametrize("within", ["group", "row"])
def test_a_tuple_that_is_too_short_is_not_made_longer(pair: dict[str, Any], stored: list[Any], within: str) -> None:
    """F2: T9: data with fewer places than `minItems` needs come back as they were, and are told; an answer in a place
    that they lack is taken, and taken back.
    """
    schema = {"type": "array", **pair}
    group = {"type": "object", "required": ["t"], "properties": {"t": schema}}
    form = Form(group if within == "group" else {"type": "array", "items": schema})
    data = {"t": stored} if within == "group" else [stored]
    answers = form.read(posted(form.render(data)), data)
    assert answers.data == data
    assert [error.keyword for error in answers.errors] == [error.keyword for error in form.validate(data)] != []
    assert form.read(posted(answers.html())).data == data
    if within == "group" and schema["prefixItems"][1:] == [{"type": "integer"}]:
        typed = form.read(fill(answers.html(), {"/t/1": "3"}))
        assert typed.data == {"t": [*(stored or [""]), 3]}
        assert form.read(fill(typed.html(), {"/t/1": ""})).data == data


NOTHING = {"type": ["integer", "null"]}
TICK = {"type": "boolean"}
GROUP = {"type": "object", "properties": {"a": TEXT}}
OPTION = {"enum": [{}, [], "a"]}


@pytest.mark.parametrize(
    ("places", "stored"),
    [
        ([{"type": "null"}, TICK], []),
        ([{"type": "null"}, TICK], [None]),
        ([NOTHING, TICK], []),
        ([TEXT, NOTHING], ["q"]),
        ([TEXT, NOTHING], ["q", None]),
        ([TEXT, {"const": "x"}], ["q"]),
        ([TEXT, {"type": "object", "required": ["k"], "properties": {"k": {"const": "x"}}}], ["q"]),
        ([GROUP, NOTHING, TICK], []),
        ([GROUP, NOTHING, TICK], [{}]),
        ([TEXT, GROUP], ["q", {}]),
        ([TEXT, {"type": "array", "items": GROUP}], ["q", []]),
        ([TEXT, OPTION], ["q", {}]),
        ([TEXT, OPTION], ["q", []]),
        ([TEXT, OPTION, TICK], ["q", []]),
    ],
)
def test_a_tuple_that_nobody_touched_is_as_long_as_before(places: list[Any], stored: list[Any]) -> None:
    """F2: T9: no place is added to data that have fewer, nor is an empty one at their end taken away."""
    schema = {"type": "array", "prefixItems": places}
    form = Form({"type": "object", "required": ["t"], "properties": {"t": schema}})
    answers = form.read(posted(form.render({"t": stored})), {"t": stored})
    assert (answers.data, answers.errors) == ({"t": stored}, [])
    assert form.read(posted(form.render(draft=answers.draft))).data == {"t": stored}


@pytest.mark.parametrize(
    ("places", "rows"),
    [
        ([{"const": None}], [[None], [None]]),
        ([{"const": "point"}, {"type": "number"}], [["point"], ["point", 2]]),
        ([{"enum": [""]}, TEXT], [[""], ["", "x"]]),
        ([{"type": "null"}, TEXT], [[None], [None, "x"]]),
    ],
    ids=str,
)
def test_tuples_whose_places_the_schema_sets_come_back_as_they_were(places: list[Any], rows: list[Any]) -> None:
    """F2: T9: as rows of a list and as a required list, though nobody can answer anything in them."""
    pair = {"type": "array", "prefixItems": places}
    form = Form(
        {"type": "object", "required": ["p"], "properties": {"p": pair, "rows": {"type": "array", "items": pair}}}
    )
    data = {"p": rows[0], "rows": rows}
    answers = form.read(posted(form.render(data)))
    assert (answers.data, answers.valid) == (data, True)


def test_a_place_that_a_short_tuple_lacked_is_taken_and_taken_back() -> None:
    """F2: what somebody fills in counts, and is gone when it is emptied."""
    schema = {"type": "array", "prefixItems": [TEXT, {"default": 7, **NOTHING}, {"type": "integer"}]}
    form = Form({"type": "object", "properties": {"t": schema}})
    page = form.render({"t": ["q"]})
    for typed, data in (("3", ["q", 3]), ("7", ["q", 7])):
        answers = form.read(fill(page, {"/t/1": typed}))
        assert answers.data == {"t": data}
        assert form.read(fill(answers.html(), {"/t/1": ""})).data == {"t": ["q"]}
    assert form.read(fill(page, {"/t/0": ""})).data == {}, "an optional list in which nothing is left"
    longer = form.render({"t": ["q", 3, 5]})
    assert form.read(fill(longer, {"/t/2": ""})).data == {"t": ["q", 3]}
