"""Null, where it is the default as well as what an empty control means."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form
from tests.forms.browser import posted
from tests.forms.test_form import press


@pytest.mark.parametrize("declared", [["string", "null"], ["integer", "null"], ["boolean", "null"], "null"], ids=str)
def test_null_by_default_is_no_answer_of_stored_data(declared: Any) -> None:
    """F3: an empty control means null where it is required and may be null. On the page of data without its group, or
    with an empty list, nobody set it, though it is the default as well; on a new page it is set.
    """
    nothing = {"type": declared, "default": None}
    inside = {"type": "object", "properties": {"a": nothing}, "required": ["a"]}
    group = Form({"type": "object", "properties": {"n": {"type": "string"}, "g": inside}})
    assert group.read(posted(group.render({})), {}).data == {}
    assert group.read(posted(group.render())).data == {"g": {"a": None}}
    form = Form({"type": "object", "required": ["l"],
                 "properties": {"l": {"type": "array", "prefixItems": [nothing]}}})  # fmt: skip
    for stored in ([], [None]):
        assert form.read(posted(form.render({"l": stored})), {"l": stored}).data == {"l": stored}


def test_null_is_read_as_its_page_posts_it_again() -> None:
    """F3, F5: T9: a row that was added is null by default, and a yes or no that was null, and for which something else
    is posted, is null still: the page that shows them posts the same.
    """
    items = {"type": ["string", "null"], "default": None}
    rows = Form({"type": "object", "properties": {"b": {"type": "array", "items": items, "minItems": 3}}})
    added = rows.read(press(rows.render(), "add", "/b"))
    assert rows.read(posted(added.html())).data == added.data == {"b": [None]}
    form = Form({"type": "object", "properties": {"a": {"type": ["boolean", "null"]}}})
    controls = posted(form.render({"a": None}))
    name = next(name.removesuffix("-n") for name, _ in controls if name.endswith("-n"))
    answers = form.read([*controls, (name, "999999")])
    assert form.read(posted(answers.html())).data == answers.data == {"a": None}
