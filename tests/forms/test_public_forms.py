"""Ten public forms, filled in without a script to a valid submission of small answers of our own."""

from __future__ import annotations

import pytest

from formengine.forms import Form
from tests.forms.browser import Page, posted
from tests.forms.fixtures import need, read
from tests.forms.html_form_user import Person
from tests.forms.oracles import linked, same, whole
from tests.forms.public_forms import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_a_public_form_is_filled_in_and_sent(name: str) -> None:
    """F2, F4, F5: from the empty page to valid data; what is missing on the way is told at its control."""
    sample = read(need("rjsf-samples") / f"{name}.json")
    form, expected = Form(sample["schema"], ui=sample["uiSchema"]), TASKS[name][1]
    untouched = form.read(posted(form.render()))
    page = Page(untouched.html())
    whole(page)
    linked(page, untouched.errors)
    data = Person(form, expected).fill_in()
    assert same(data, expected)
    assert form.validate(data) == []
    assert same(form.read(posted(form.render(data)), data).data, data)
