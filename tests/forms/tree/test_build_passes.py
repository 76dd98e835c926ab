"""Chains of questions that call up one another, and rules that never settle."""

from __future__ import annotations

from typing import Any

from formengine.authoring.packs.shorthand import expanded
from formengine.forms import Form
from tests.forms.browser import posted
from tests.forms.test_form import fill
from tests.support.cpu_time import cpu_limit

Schema = dict[str, Any]
TEXT = {"type": "string"}


def group(**keywords: Any) -> Schema:
    """The schema of a form."""
    return {"type": "object", **keywords}


def answered(number: int, answer: Any = "x") -> Schema:
    """A condition on the question of a number."""
    return {"properties": {f"q{number}": {"const": answer}}, "required": [f"q{number}"]}


def show_when(count: int) -> Schema:
    """As authors write it; each question is required where it is shown."""
    shown = {f"q{n}": {"type": "string", "show_when": f"q{n - 1} is x"} for n in range(1, count)}
    return dict(expanded(group(properties={"q0": TEXT, **shown}, required=["q0", *shown])))


def backwards(count: int) -> Schema:
    """The rule that is needed last stands first."""
    rules = [{"if": answered(n), "then": {"properties": {f"q{n + 1}": TEXT}}} for n in range(count - 1)]
    return group(properties={"q0": TEXT}, allOf=rules[::-1])


def dependent(count: int) -> Schema:
    """By presence."""
    then = {f"q{number}": {"properties": {f"q{number + 1}": TEXT}} for number in range(count - 1)}
    return group(properties={"q0": TEXT}, dependentSchemas=then)


def nested(count: int) -> Schema:
    """A `then` in a `then`."""
    inner: Schema = {"properties": {f"q{count - 1}": TEXT}}
    for number in range(count - 2, -1, -1):
        inner = {"properties": {f"q{number}": TEXT}, "if": answered(number), "then": inner}
    return group(**inner)


def branches(count: int) -> Schema:
    """A branch that a question tells, in a branch that a question tells."""
    inner: Schema = {"properties": {f"q{count - 1}": TEXT}}
    for number in range(count - 2, -1, -1):
        other = {"properties": {f"q{number}": {"const": "y"}}, "required": [f"q{number}"]}
        own = {**answered(number), "allOf": [inner]}
        inner = {"properties": {f"q{number}": {"enum": ["x", "y"]}}, "oneOf": [own, other]}
    return group(**inner)


def test_a_chain_is_asked_to_its_end() -> None:
    """F3, F4, F5: each question of a chain is on the page once the one before is answered, and none is lost."""
    for make, count in ((show_when, 25), (backwards, 25), (dependent, 25), (nested, 25), (branches, 25)):
        form, data = Form(make(count)), {f"q{number}": "x" for number in range(count)}
        answers = form.read(posted(form.render(data)))
        assert (answers.data, answers.valid) == (data, True), make
        short = {f"q{number}": "x" for number in range(count - 1)}
        typed = form.read(fill(form.read(posted(form.render(short))).html(), {f"/q{count - 1}": "x"}))
        assert typed.data == data, make
        assert form.resume(typed.draft).data == data, make


def test_a_chain_of_a_hundred_questions_is_quick() -> None:
    """F2: what a pass finds out is there for the next: the work grows with the square of the length at most."""
    form, data = Form(backwards(100)), {f"q{number}": "x" for number in range(100)}
    with cpu_limit(0.5):
        html = form.render(data)
        assert form.read(posted(html)).data == data
    with cpu_limit(0.1):
        form.render(data)
        form.read(posted(html))


def test_rules_without_an_end_lose_nothing() -> None:
    """F4, F5: rules that go round in a circle, of three questions and of sixty-one: all that any of them asks for is on
    the page, with what is wrong."""
    for count in (3, 61):
        hides = [{"if": answered(n), "then": {"properties": {f"q{(n + 1) % count}": False}}} for n in range(count)]
        form = Form(group(properties={f"q{number}": TEXT for number in range(count)}, allOf=hides))
        data = {f"q{number}": "x" for number in range(count)}
        with cpu_limit(1):
            answers = form.read(posted(form.render(data)))
        assert answers.data == data
        assert {error.keyword for error in answers.errors} == {"false"}
        assert form.read(posted(answers.html())).data == data
    neither = [{"if": {"required": ["a"]}, "then": {"properties": {"b": False}}},
               {"if": {"required": ["b"]}, "else": {"properties": {"a": False}}}]  # fmt: skip
    form = Form(group(properties={"a": TEXT, "b": TEXT}, allOf=neither))
    answers = form.read(posted(form.render({"a": "x", "b": "y"})))
    assert answers.data == {"a": "x", "b": "y"}
    assert [error.pointer for error in answers.errors] == ["/b"]
