"""The forms of a page are those that WebTest finds by parsing all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from webtest import TestApp
from webtest.forms import Form

from tests.support.page_forms import forms_of

PAGE = """<!DOCTYPE html><html><body><p>A <b>page</b></p><form action="/first?a=1&amp;b=2" method="post">
<input name="word" value="l&#39;été &lt;b&gt;"><input type="checkbox" name="agreed" checked>
<textarea name="text">
Two
lines</textarea><button name="go" value="1">Go</button></form>
<FORM id="second" action="/second" method="get"><select name="size"><option>S</option><option value="2" selected>M
</option></select><label><input type="radio" name="paper" value="ours"></label>
<input type="radio" name="paper" value="theirs" checked></FORM><input name="outside" form="second" value="3">
<form></form></body></html>"""


def site(content_type: str) -> Callable[..., Iterable[bytes]]:
    def answer(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", content_type)])
        return [PAGE.encode()]

    return answer


def described(forms: dict[int | str, Any]) -> dict[int | str, object]:
    """What tests use of forms."""
    return {
        key: (form.action, form.method, form.id, form.enctype, form.submit_fields(), sorted(map(str, form.fields)))
        for key, form in forms.items()
    }


def test_they_are_the_forms_of_the_whole_page() -> None:
    response = TestApp(site("text/html; charset=utf-8")).get("/")
    expected: dict[int | str, Any] = {}
    for number, text in enumerate(str(form) for form in response.html("form")):
        form = expected[number] = Form(response, text)
        if form.id:
            expected[form.id] = form
    assert described(response.forms) == described(expected)
    assert response.forms["second"]["outside"].value == "3"
    assert response.forms[0]["word"].value == "l'été <b>"


def test_what_is_no_page_has_no_forms() -> None:
    with pytest.raises(AttributeError, match="text/plain"):
        forms_of(TestApp(site("text/plain; charset=utf-8")).get("/"))
