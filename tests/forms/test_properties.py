"""Properties over random schemas of the supported vocabulary, filled in at random through their pages."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from formengine.forms import Form, tree_builder
from formengine.forms.tree import post
from tests.forms.browser import Page, posted
from tests.forms.html_form_user import Person
from tests.forms.many_people import POSTS, schema_of
from tests.forms.oracles import same
from tests.forms.random_person import FEW_COUNTRIES, RandomPerson
from tests.forms.random_schemas import RandomSchemas


def person_of(seed: int) -> RandomPerson:
    """A person before the form of a random schema."""
    rng = Random(seed)
    return RandomPerson(RandomSchemas(rng).form(), rng)


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_random_posts(first: int) -> None:
    """F2, F3, F4, F5, F6: T9: whatever is answered in whatever order, nothing is invented and nothing is lost; page and
    API agree; each error has its control; drafts and stored answers come back (`RandomPerson` says all that holds).
    """
    for seed in range(first, first + 15):
        person = person_of(seed)
        for _ in range(3):
            person.run(posts=3)


@pytest.mark.parametrize(
    ("draw", "forms"),
    [(RandomSchemas.twice, 40), (RandomSchemas.lists, 60), (RandomSchemas.unions, 40)],
    ids=["twice", "lists", "unions"],
)
def test_random_posts_of_rare_forms(draw: Callable[[RandomSchemas], dict[str, Any]], forms: int) -> None:
    """F2, F3, F4, F5, F6: T9: likewise in forms that declare a member several times, each time anew, and in those of
    lists and tuples that need entries, where an empty control makes none, and in those of unions in unions.
    """
    for seed in range(forms):
        rng = Random(seed)
        person = RandomPerson(draw(RandomSchemas(rng)), rng)
        for _ in range(3):
            person.run(posts=3)


AMOUNTS: dict[str, Any] = {
    "type": "object",
    "required": ["rent"],
    "properties": {
        "rent": {"$ref": "formengine:money"},
        "share": {"$ref": "formengine:percentage"},
        "lines": {"type": "array", "items": {"type": "object", "properties": {
            "fee": {"$ref": "formengine:money"}, "days": {"type": ["number", "string"]},
        }}},
    },
}  # fmt: skip


def test_random_posts_of_amounts() -> None:
    """F2, F6, F12: likewise where numbers are typed with signs, of which a currency is chosen where none was."""
    for seed in range(15):
        RandomPerson(AMOUNTS, Random(seed)).run(posts=8)


def test_random_posts_of_long_chains() -> None:
    """F2, F3, F4, F5: T9: likewise in forms in which up to thirty questions call up one another, in any order."""
    for seed in range(8):
        rng = Random(seed)
        RandomPerson(RandomSchemas(rng).chains(), rng, acyclic=True).run(posts=3)


BROKE_ONCE = (
    3000243, 4000517, 4000547, 4000782, 4001035, 4001450, 4001612, 5000243, 6000464, 7002443, 7003663, 8001084, 8001263,
    8001731,
)  # fmt: skip
"""Seeds of forms in which sequences of posts broke a promise, before it was mended."""


@pytest.mark.parametrize("seed", BROKE_ONCE)
def test_forms_that_broke_a_promise_once(seed: int) -> None:
    """F2, F3, F4, F5: T9: the sequences of `many_people` over them hold."""
    schema, rng = schema_of(seed)
    person = RandomPerson(schema, rng)
    for _ in range(10):
        person.run(POSTS)


def test_what_is_drawn_can_be_sent() -> None:
    """F2, F5: valid answers of a random form can be given from its empty page, with its own buttons and selects."""
    reached = 0
    for seed in range(200, 280):
        person = person_of(seed)
        data = person.valid_data(posts=3)
        if data is not None and not person.fixed and not person.secret and "sha256" not in str(data):
            reached += 1
            assert same(Person(person.form, data).fill_in(), data), (person.schema, data)
    assert reached > 10


def test_toggling_keeps_answers() -> None:
    """F4: a group that is hidden and shown again keeps its answers."""
    for seed in range(300, 320):
        person = person_of(seed)
        data = person.valid_data(posts=2)
        if data is None:
            continue
        schema = {
            "type": "object",
            "properties": {"on": {"type": "boolean"}, "part": {**person.schema, "$defs": {}}},
            "$defs": person.schema.get("$defs", {}),
            "if": {"properties": {"on": {"const": True}}, "required": ["on"]},
            "else": {"properties": {"part": False}},
        }
        form = Form(schema, kinds=FEW_COUNTRIES, files=person.form._context.files)
        shown = form.read(posted(form.render({"on": True, "part": data})))
        name = next(element["name"] for element in Page(shown.html()).elements if element.get("data-pointer") == "/on")
        off = form.read([(key, "false" if key == name else value) for key, value in posted(shown.html())])
        assert off.data == {"on": False}
        on = form.read([(key, "true" if key == name else value) for key, value in posted(off.html())])
        assert on.data == shown.data, schema


@pytest.mark.parametrize(("controls", "nodes", "rows"), [(12, 1000, 2), (1000, 12, 1000), (20, 30, 1)])
def test_nothing_is_lost_over_a_limit(monkeypatch: pytest.MonkeyPatch, controls: int, nodes: int, rows: int) -> None:
    """F2, F5, F6: with limits so small that random forms exceed them, what was typed is still on the page, is told, and
    is not valid.
    """
    people = [person_of(seed) for seed in range(400, 425)]
    monkeypatch.setattr(post, "MAX_CONTROLS", controls)
    monkeypatch.setattr(post, "_MAX_KEPT", 1000)
    monkeypatch.setattr(tree_builder, "MAX_ROWS", rows)
    monkeypatch.setattr(tree_builder.Builder.__init__, "__kwdefaults__", {
        **(tree_builder.Builder.__init__.__kwdefaults__ or {}), "limit": nodes})  # fmt: skip
    over: list[Any] = []
    for person in people:
        over += person.over_limits(posts=4)
    assert len(over) > 3
