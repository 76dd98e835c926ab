"""Templates are compiled for each language, with constant sentences translated in the compiled code."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment
from pyramid.request import Request

from benchmarks.bare_page import bare_app
from formengine.web.page_renderer import ConstantTexts
from formengine.web.static_assets import cache_busted_url


def environment_of(language: str) -> Any:
    """A Jinja2 environment in which `_` and `static` cannot be called when a template is rendered."""
    environment: Any = Environment(autoescape=True)
    environment.language = language
    environment.add_extension(ConstantTexts)
    return environment


@pytest.mark.parametrize(("language", "text"), [("en", "Sign out"), ("fr", "Se d\u00e9connecter")])
def test_constant_text_is_translated_when_compiled(language: str, text: str) -> None:
    template = environment_of(language).from_string('<a title="{{ _("Sign out") }}">{{ x or _("Sign out") }}</a>')
    assert template.render() == f'<a title="{text}">{text}</a>'


def test_text_with_values_is_filled_and_escaped_when_rendered() -> None:
    template = environment_of("fr").from_string('{{ _("Asked by {name}", name=name) }}')
    assert template.render(name="<A & B>") == "À la demande de &lt;A &amp; B&gt;"


def test_address_of_a_static_file_is_constant() -> None:
    template = environment_of("en").from_string("{{ static('theme.css') }}")
    assert template.render() == cache_busted_url("theme.css")


def test_other_calls_stay() -> None:
    """A sentence that is no literal is translated when the page is rendered."""
    template = environment_of("en").from_string("{{ _(text) }}")
    assert template.render(_=str.upper, text="a") == "A"


def test_bare_page_has_the_same_bytes() -> None:
    """The page that the benchmark compares with: rows in loops, links by routes, escaped texts."""
    rows = "".join(f'<tr><td><a href="/dossiers/A-{n}">A-{n}</a></td><td>R&amp;D {n}</td></tr>\n' for n in range(3))
    table = f"<table>\n{rows}</table>"
    html = f'<body><a href="/matters?tab=x">All</a><main class="m"><h1>Tom &#39;s</h1>{table}</main></body>'
    assert Request.blank("/").get_response(bare_app(html)).text == html
