"""Forms of pages, for WebTest: each is cut out of the page and parsed by itself; the one to sign in is not even opened.

WebTest parses the whole page, writes each form as text again and parses that: a tenth of a second for a page of 44 kB,
of which all but 6 ms are saved here.
"""

from __future__ import annotations

import re
from typing import Final

from webtest import TestApp
from webtest.forms import Form
from webtest.response import TestResponse

_FORM: Final = re.compile(r"<form\b.*?</form\s*>", re.DOTALL | re.IGNORECASE)


def forms_of(response: TestResponse) -> dict[int | str, Form]:
    """The forms of a page, by their number on it and by their id; AttributeError for what is not HTML."""
    if "html" not in response.content_type:
        raise AttributeError(f"not an HTML page: {response.content_type}")
    forms: dict[int | str, Form] = {}
    for number, text in enumerate(_FORM.findall(response.testbody)):
        form = forms[number] = Form(response, text, response.parser_features)
        if form.id:
            forms[form.id] = form
    return forms


def _parse_forms(response: TestResponse) -> None:
    response._forms_indexed = forms_of(response)


def cut_forms_out() -> None:
    """Have all responses of WebTest parse their forms in this way from now on in this process."""
    TestResponse._parse_forms = _parse_forms


def post_sign_in(browser: TestApp, email: str, password: str) -> None:
    """Sign in by the form's values alone: its token is right when it is that of the cookie, whoever has made both."""
    from formengine.web.cookies import cookie_name

    token = "chosen-by-the-tests"
    browser.set_cookie(cookie_name(browser.app.registry.platform.settings, "fe_csrf"), token)
    browser.post("/sign-in", {"csrf_token": token, "email": email, "password": password}, status=303)
