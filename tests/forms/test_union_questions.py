"""Unions are asked once, and their branches are named so that people can choose."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.forms import Form, carry
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill, option_of
from tests.support.cpu_time import cpu_limit

SPORT: dict[str, Any] = {"title": "Ski or swim?", "enum": ["ski", "swim"]}
SWIM: dict[str, Any] = {"properties": {"sport": {"const": "swim"}, "colour": {"type": "string", "title": "Colour"}},
                        "required": ["colour"]}  # fmt: skip
SKI: dict[str, Any] = {"properties": {"sport": {"enum": ["ski"]}, "length": {"type": "string", "title": "Length"}},
                       "required": ["length"]}  # fmt: skip
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
BASE: dict[str, Any] = {"type": "object", "properties": {"sport": SPORT}, "required": ["sport"]}


@pytest.mark.parametrize(
    "schema",
    [
        {**BASE, "oneOf": [SWIM, SKI]},
        {**BASE, "anyOf": [SWIM, SKI]},
        {**BASE, "allOf": [{"oneOf": [SWIM, SKI]}]},
        {**BASE, "dependentSchemas": {"sport": {"oneOf": [SWIM, SKI]}}},
        {
            **BASE,
            "$schema": "http://json-schema.org/draft-07/schema#",
            "dependencies": {"sport": {"oneOf": [SWIM, SKI]}},
        },
        {**BASE, "oneOf": [{"$ref": "#/$defs/swim"}, {"allOf": [SKI]}], "$defs": {"swim": SWIM}},
    ],
    ids=["oneOf", "anyOf", "allOf", "dependentSchemas", "dependencies", "refs"],
)
def test_a_question_that_tells_the_branches_apart_is_the_choice(schema: dict[str, Any]) -> None:
    """F4: there is no second select; the answer brings its fields, can be changed, and what was typed comes back."""
    form = Form(schema)
    assert not [element for element in Page(form.render()).all("select") if "data-choice-for" in element]
    ski = form.read(fill(form.render(), {"/sport": "ski"}))
    assert [(error.pointer, error.keyword) for error in ski.errors] == [("/length", "required")]
    typed = form.read(fill(ski.html(), {"/length": "180"}))
    assert (typed.data, typed.valid) == ({"sport": "ski", "length": "180"}, True)
    swim = form.read(fill(typed.html(), {"/sport": "swim"}))
    assert swim.data == {"sport": "swim"}
    assert [(error.pointer, error.keyword) for error in swim.errors] == [("/colour", "required")]
    assert form.read(fill(swim.html(), {"/sport": "ski"})).data == typed.data
    assert form.resume(json.loads(json.dumps(typed.draft))).data == typed.data
    assert form.read(posted(form.render({"sport": "swim", "colour": "red"}))).data == {"sport": "swim", "colour": "red"}


def test_a_missing_answer_is_told_at_the_question() -> None:
    """F6: where no branch is told yet, the error stands at the question, in rows as well."""
    union = {**BASE, "required": [], "oneOf": [SWIM, SKI]}
    form = Form({"type": "object", "properties": {"rows": {"type": "array", "items": union}}})
    page = Page(form.render({"rows": [{"sport": "golf"}]}))
    answers = form.read(posted(form.render({"rows": [{"sport": "golf"}]})))
    control = at(page, "/rows/0/sport")[0]["name"]
    assert {error.control_id for error in answers.errors} == {control}


def test_the_select_of_a_union_says_what_its_constant_would_repeat() -> None:
    """F4: a constant that tells the chosen branch is set and not shown a second time."""
    person = {"title": "Person", "properties": {"kind": {"const": "person"}, "born": {"type": "integer"}},
              "required": ["kind"]}  # fmt: skip
    firm = {"title": "Firm", "properties": {"kind": {"const": "firm"}, "no": {"type": "string"}}, "required": ["kind"]}
    form = Form({"type": "object", "properties": {"who": {"type": "object", "oneOf": [person, firm]}}})
    chosen = form.read(fill(form.render(), {"?/who": "Firm"}))
    assert chosen.data == {"who": {"kind": "firm"}}
    kinds = [element for element in Page(chosen.html()).elements if element.get("data-pointer") == "/who/kind"]
    assert [(element["tag"], element["type"]) for element in kinds] == [("input", "hidden")]
    back = form.read(fill(chosen.html(), {"?/who": "Person"}))
    assert back.data == {"who": {"kind": "person"}}


def test_a_constant_that_is_not_required_is_asked_once() -> None:
    """F4: what the select says is not asked again as a field, and is answered by it; stored answers without it get none
    and show the field.
    """
    branch = lambda kind, name: {"title": kind.title(), "properties": {"kind": {"const": kind}, name: {}}}  # noqa: E731
    form = Form({"type": "object", "properties": {"who": {"oneOf": [branch("person", "born"), branch("firm", "no")]}}})
    firm = form.read(fill(form.render(), {"?/who": "Firm"}))
    assert (firm.data, firm.valid) == ({"who": {"kind": "firm"}}, True)
    assert [control["type"] for control in at(Page(firm.html()), "/who/kind")] == ["hidden"]
    person = form.read(fill(firm.html(), {"?/who": "Person"}))
    assert person.data == {"who": {"kind": "person"}}
    assert form.read(fill(person.html(), {"?/who": "Choose…"})).data == {}
    assert form.resume(json.loads(json.dumps(firm.draft))).data == firm.data
    for stored in ({"who": {"no": 7}}, {"who": {"no": 7, "kind": "firm"}}):
        assert form.read(posted(form.render(stored)), stored).data == stored
    assert [control["tag"] for control in at(Page(form.render({"who": {"no": 7}})), "/who/kind")] == ["select"]


def test_branches_are_named_so_that_no_two_are_alike() -> None:
    """F2: by title, value, definition, titles of fields; in the last resort numbered."""

    def labels(*branches: Any, **more: Any) -> list[str]:
        form = Form({"type": "object", "properties": {"x": {"oneOf": list(branches)}}, **more})
        page = Page(form.render())
        select = next(element for element in page.all("select") if "data-choice-for" in element)
        return [option["text"] for option in page.options(select)][1:]

    kind = lambda value: {"properties": {"kind": {"const": value}, "n": {"type": "string"}}}  # noqa: E731
    assert labels({"title": "One", **kind("a")}, kind("natural_person")) == ["One", "Natural person"]
    home = {"type": "object", "properties": {"s": {"type": "string", "title": "Street"}}}
    assert labels({"$ref": "#/$defs/homeAddress"}, {**home, "required": ["s"]}, **{"$defs": {"homeAddress": home}}) == [
        "Home address", "Street"]  # fmt: skip
    assert labels(home, {**home, "required": ["s"]}) == ["Street (1)", "Street (2)"]
    assert labels({"type": "string"}, {"type": "integer"}) == ["Text", "Whole number"]


EITHER_TEXT: dict[str, Any] = {
    "anyOf": [
        {"title": "One", "type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}},
        {"title": "Two", "type": "object", "properties": {"b": {"type": "string"}}},
    ]
}
OF_BOTH = {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        (EITHER_TEXT, OF_BOTH),
        ({"type": "object", "properties": {"u": EITHER_TEXT}}, {"u": OF_BOTH}),
        ({"type": "array", "items": EITHER_TEXT}, [{"b": "0"}, OF_BOTH]),
    ],
    ids=["form", "property", "row"],
)
def test_answers_of_a_branch_that_is_not_shown_stay(schema: dict[str, Any], data: Any) -> None:
    """F3: T9: data valid under two branches of `anyOf` come back whole from the page of one; the summary has all."""
    form = Form(schema)
    page = form.render(data)
    assert form.read(posted(page), data).data == data
    summary = str(form.summary(data))
    assert all(f"<dd>{text}</dd>" in summary for text in "12")


def test_answers_of_a_branch_go_with_the_choice_of_another() -> None:
    """F3: with the other branch chosen, or where they do not fit, they do not come back; nor to a new row."""
    form = Form({"type": "object", "properties": {"u": EITHER_TEXT}})
    data = {"u": {"a": "1", "b": "2"}}
    page = form.render(data)
    assert form.read(fill(page, {"/u/a": "5"}), data).data == {"u": {"a": "5", "b": "2"}}
    (name,) = {name for name, _ in posted(page) if "-c" in name}
    other = option_of(Page(page), name, "Two")
    controls = [(key, other if key == name else value) for key, value in posted(page)]
    assert form.read(controls, data).data.get("u", {}) == {}
    rows = Form({"type": "array", "items": EITHER_TEXT})
    stored = [{"a": "1", "b": "2"}]
    changed = fill(rows.render(stored), {"/0/a": "9"})
    assert rows.read(changed, stored).data == [{"a": "9"}]


def test_two_unions_told_apart_by_one_property_are_asked_once() -> None:
    """F5: what the select of one union says of a property chooses the branch of every other that it tells apart."""
    unions = [
        {"oneOf": [
            {"properties": {"kind": {"const": "cat"}, name + "_cat": {"type": "string"}}, "required": ["kind"]},
            {"properties": {"kind": {"const": "dog"}, name + "_dog": {"type": "string"}}, "required": ["kind"]},
        ]}
        for name in ("food", "toy")
    ]  # fmt: skip
    form = Form({"type": "object", "allOf": unions})
    page = form.render()
    assert len(Page(page).all("select")) == 1
    chosen = form.read(fill(page, {"?": "Cat"}))
    assert chosen.data == {"kind": "cat"}
    assert {element["data-pointer"] for element in Page(chosen.html()).all("input") if "data-pointer" in element} >= {
        "/food_cat", "/toy_cat"}  # fmt: skip
    assert form.read(posted(chosen.html())).data == chosen.data


@pytest.mark.parametrize("required", [(), (0,), (1,), (0, 1)])
def test_a_union_that_requires_what_another_tells_apart_is_chosen_with_it(required: tuple[int, ...]) -> None:
    """F3, F5: seeds 7004591, 8000987, 8000996: its branch was left on the next page, and the constant with it."""
    unions = [
        {keyword: [{"properties": {"kind": {"const": kind}}, "required": ["kind"] if number in required else []}
                   for kind in ("cow", "fish")]}
        for number, keyword in enumerate(("anyOf", "oneOf"))
    ]  # fmt: skip
    form = Form({"properties": {"b": unions[0]}, "allOf": [{"properties": {"b": unions[1]}}]})
    chosen = form.read(fill(form.render({}), {"?/b": "Fish"}))
    assert chosen.data == {"b": {"kind": "fish"}}
    assert form.read(posted(chosen.html())).data == chosen.data
    assert form.read(posted(form.render(chosen.data)), chosen.data).data == chosen.data
    cow = form.read(fill(chosen.html(), {"?/b": "Cow"}))
    assert cow.data == {"b": {"kind": "cow"}}


def titled(title: str, properties: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A branch that is a group."""
    return {"title": title, "type": "object", "properties": properties, **keywords}


WORD: dict[str, Any] = {"type": "string"}
DEAL = {"title": "Deal", "oneOf": [titled("Price", {"b": WORD}), {"title": "Barter", "enum": ["goat", "cow"]}]}
DEEP = {"title": "Deep", "anyOf": [DEAL, titled("Loan", {"rate": WORD})]}
SELLER = titled("Seller", {"name": WORD, "on": {"type": "boolean"}})


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize("earlier", [DEAL, DEEP], ids=["two levels", "three levels"])
@pytest.mark.parametrize("holder", ["group", "list", "tuple"])
def test_answers_to_a_branch_are_not_taken_for_those_of_a_union_before_it(
    keyword: str, earlier: dict[str, Any], holder: str
) -> None:
    """F4, F8: T9: a branch that is a union of a group and of choices shows no more of an object than the group does:
    stored answers, drafts of them and drafts carried to a newer form come back, with the branch that was chosen.
    """
    union = {keyword: [earlier, SELLER]}
    schema = {"list": {"type": "array", "items": union}, "tuple": {"type": "array", "prefixItems": [union]}}.get(
        holder, union
    )
    form = Form({"type": "object", "properties": {"c": schema}})
    newer = Form({"type": "object", "properties": {"c": schema, "extra": WORD}})
    for branch in ({"name": "Globex"}, {"name": "Globex", "on": True}):
        data = {"c": branch if holder == "group" else [branch]}
        assert form.read(posted(form.render(data))).data == data
        answers = form.resume(form.draft(data))
        assert answers.data == data
        carried = carry(json.loads(json.dumps(answers.draft)), form, newer)
        assert newer.resume(carried.draft).data == data
        assert (carried.gone, carried.changed, carried.unfit) == ([], [], [])


def test_a_carried_draft_has_the_branches_that_were_chosen() -> None:
    """F8: what was chosen decides, not what the answers are most like: of branches with the same properties the chosen
    one, of types too, and none where nobody has chosen yet; also where the branch has changed and keeps its title.
    """
    ours = titled("Ours", {"name": WORD, "kind": {"const": "ours"}}, required=["kind"])
    choices = {"c": {"anyOf": [titled("Buyer", {"name": WORD}), titled("Seller", {"name": WORD})]},
               "t": {"type": ["string", "boolean"]},
               "n": {"type": "object", "properties": {"name": WORD}, "oneOf": [{"enum": ["x"]}, ours]}}  # fmt: skip
    form = Form({"type": "object", "properties": choices})
    changed = json.loads(json.dumps(choices))
    changed["c"]["anyOf"][1]["properties"]["seat"] = WORD
    empty = Page(form.render())
    selects = [element for element in empty.all("select") if "data-choice-for" in element]
    picks = {select["name"]: empty.options(select)[-1]["value"] for select in selects[:-1]}
    page = form.read([(name, picks.get(name, value)) for name, value in empty.controls()])
    answers = form.read(fill(page.html(), {"/c/name": "Ann", "/n/name": "Bob"}))
    assert answers.data == {"c": {"name": "Ann"}, "n": {"name": "Bob"}}
    for newer in (Form({"type": "object", "properties": choices}), Form({"type": "object", "properties": changed})):
        again = newer.resume(carry(answers.draft, form, newer).draft)
        assert again.data == answers.data
        labels = {pointer: [choice.chosen for choice in choices] for pointer, choices in again.choices.items()}
        assert labels == {"/c": [1], "/t": [1], "/n": [None]}


def test_more_than_twenty_unions_of_a_group_are_asked() -> None:
    """F4: 25 unions with a select each, as many told apart by questions, as RJSF writes them, and 110 that differ in
    a title alone: each has its control, and what is stored comes back.
    """
    text = {"type": "string"}
    selects = [{"oneOf": [{"title": side, "properties": {f"{side}{n}": text}, "required": [f"{side}{n}"]}
                          for side in "ab"]} for n in range(25)]  # fmt: skip
    told = {f"k{n}": {"oneOf": [{"properties": {f"k{n}": {"enum": ["no"]}}},
                                {"properties": {f"k{n}": {"enum": ["yes"]}, f"x{n}": text}, "required": [f"x{n}"]}]}
            for n in range(25)}  # fmt: skip
    alike = [{"anyOf": [{"title": f"A{n}", "properties": {"a": text}}, {"title": "B", "properties": {"b": text}}]}
             for n in range(110)]  # fmt: skip
    asked = {"type": "object", "properties": {f"k{n}": {"enum": ["no", "yes"]} for n in range(25)}}
    for schema, data in (
        ({"type": "object", "allOf": selects}, {f"{'ab'[n % 2]}{n}": "x" for n in range(25)}),
        (
            {"$schema": DRAFT_7, **asked, "dependencies": told},
            {f"{name}{n}": value for n in range(25) for name, value in (("k", "yes"), ("x", "q"))},
        ),
    ):
        form = Form(schema)
        answers = form.read(posted(form.render(data)))
        assert (answers.data, answers.valid) == (data, True)
    many = Form({"type": "object", "allOf": alike})
    page = Page(many.render())
    last = [select for select in page.all("select") if "data-choice-for" in select][-1]
    chosen = many.read([(last["name"], page.options(last)[2]["value"])]).choices[""]
    assert (len(chosen), chosen[-1].chosen) == (110, 1)


def recursive_union(keyword: str, **branch: Any) -> dict[str, Any]:
    """A form of groups in groups, each of which is one of three that nothing tells apart."""
    text = {"type": "string"}
    groups = [{"type": "object", "title": f"T{number}", **branch,
               "properties": {f"a{number}": text, "n": {"type": "integer"}, "next": {"$ref": "#/$defs/u"}}}
              for number in range(3)]  # fmt: skip
    return {"type": "object", "properties": {"u": {"$ref": "#/$defs/u"}}, "$defs": {"u": {keyword: groups}}}


def levels(count: int, innermost: dict[str, Any]) -> dict[str, Any]:
    """Answers to `recursive_union` with so many groups in one another."""
    data = innermost
    for _ in range(count):
        data = {"a2": "x", "next": data}
    return {"u": data}


def test_a_union_that_leads_back_to_itself_is_guessed_quickly() -> None:
    """F2, F4: forty levels of a union of three groups take no longer at each level, and come back as they were."""
    form, data = Form(recursive_union("anyOf")), levels(40, {"a1": "x"})
    with cpu_limit(1):
        assert "T2" in str(form.render(data))
        assert form.summary(data)
        assert form.read(posted(form.render(data)), data).data == data
    assert [choice.chosen for choice in form.read(posted(form.render(data))).choices["/u/next"]] == [2]
