"""Properties over random schemas of the supported vocabulary, and random data for them."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formengine.forms import Form, Validator
from tests.forms.browser import Page, posted
from tests.forms.oracles import linked, meant, whole

NAMES = st.sampled_from(["a", "b", "csrf_token", "__start__", "é è", "x/y~z", "0", "constructor", "A b"])
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
LEAVES = st.one_of(
    st.tuples(st.just({"type": "string"}), TEXT),
    st.tuples(st.just({"type": "integer"}), st.integers(-(10**12), 10**12)),
    st.tuples(st.just({"type": "number"}), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just({"type": "boolean"}), st.booleans()),
    st.tuples(st.just({"type": "string", "format": "date"}), st.dates().map(str)),
    st.tuples(st.just({"enum": ["x", 1, None, {"k": [1]}, False]}), st.sampled_from(["x", 1, None, {"k": [1]}, False])),
    st.tuples(st.just({"type": ["string", "null"]}), st.one_of(TEXT, st.none())),
    st.tuples(st.just({"type": ["integer", "string"]}), st.one_of(TEXT, st.integers(0, 99))),
    st.tuples(st.just({}), st.one_of(TEXT, st.integers(), st.lists(st.booleans()))),
)


def _object(inside: Any) -> Any:
    def split(members: dict[str, tuple[Any, Any]]) -> tuple[Any, Any]:
        schemas = {name: schema for name, (schema, _) in members.items()}
        return {"type": "object", "properties": schemas}, {name: value for name, (_, value) in members.items()}

    return st.dictionaries(NAMES, inside, min_size=1, max_size=4).map(split)


def _nested(inside: Any) -> Any:
    rows = inside.flatmap(lambda case: st.tuples(st.just({"type": "array", "items": case[0]}), st.just([case[1]] * 2)))
    pairs = inside.map(lambda case: ({"type": "object", "additionalProperties": case[0]}, {"k y": case[1]}))
    union = inside.map(
        lambda case: ({"oneOf": [{"type": "object", "properties": {"q": {}}, "required": ["q"]}, case[0]]}, case[1])
    )
    condition = inside.map(_under_condition)
    pair = st.tuples(inside, inside).map(
        lambda two: ({"type": "array", "prefixItems": [two[0][0]], "items": two[1][0]}, [two[0][1], two[1][1]])
    )
    return st.one_of(_object(inside), rows, pairs, union, condition, pair)


def _under_condition(case: tuple[Any, Any]) -> tuple[Any, Any]:
    """A part that is asked where a switch is on, in two ways of saying so."""
    schema = {
        "type": "object",
        "properties": {"on": {"type": "boolean"}, "word": {"type": "string"}},
        "if": {"properties": {"on": {"const": True}}, "required": ["on"]},
        "then": {"properties": {"part": case[0]}},
        "dependentSchemas": {"word": {"properties": {"more": case[0]}}},
    }
    return schema, {"on": True, "word": "w", "part": case[1], "more": case[1]}


CASES = st.recursive(LEAVES, _nested, max_leaves=6)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(case=_object(CASES))
def test_round_trip(case: tuple[Any, Any]) -> None:
    """F3, F5: rendered, collected as a browser does and read: the same data, and the validator's verdict on it."""
    schema, data = case
    form = Form(schema)
    html = form.render(data)
    whole(Page(html))
    answers = form.read(posted(html))
    assert meant(answers.data) == meant(data)
    assert answers.valid == Validator(schema).is_valid(answers.data)
    shown = Page(answers.html())
    whole(shown)
    linked(shown, answers.errors)
    assert form.resume(answers.draft).data == answers.data


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(case=_object(CASES))
def test_toggling_keeps_answers(case: tuple[Any, Any]) -> None:
    """F4: a group that is hidden and shown again keeps its answers."""
    inner, data = case
    schema = {
        "type": "object",
        "properties": {"on": {"type": "boolean"}, "part": inner},
        "if": {"properties": {"on": {"const": True}}, "required": ["on"]},
        "else": {"properties": {"part": False}},
    }
    form = Form(schema)
    shown = form.read(posted(form.render({"on": True, "part": data})))
    name = next(element["name"] for element in Page(shown.html()).elements if element.get("data-pointer") == "/on")
    off = form.read([(key, "false" if key == name else value) for key, value in posted(shown.html())])
    assert off.data == {"on": False}
    on = form.read([(key, "true" if key == name else value) for key, value in posted(off.html())])
    assert on.data == shown.data
