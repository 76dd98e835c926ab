"""Renders pages with Jinja2: one environment per language, into whose compiled templates constant texts are translated.

`_("Sign in")` and `static("theme.css")` cost nothing when a page is rendered: they are replaced when its template is
compiled. Templates that are imported do so without their context, so that their macros are made once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from pyramid_jinja2 import IJinja2Environment

from formengine.forms.html.live_form import live_attributes
from formengine.i18n import count_text, say, say_n
from formengine.web.static_assets import cache_busted_url
from formengine.web.template_cache import open_template_cache
from formengine.web.template_globals import TEMPLATE_FUNCTIONS, page_globals

_CALL: Final = ["name", "lparen", "string"]


def constant_functions(language: str) -> dict[str, Callable[[str], str]]:
    """The functions whose calls with a constant text are replaced when a template is compiled."""
    return {"_": partial(say, language), "static": cache_busted_url}


class ConstantTexts(Extension):
    """Replaces calls with a constant sentence or file, before the template is parsed.

    `_("Sign in")` becomes its translation, `_("Sent by {name}", name=x)` becomes `"Envoyé par {name}".format(name=x)`.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        return self._fold(list(stream), constant_functions(self.environment.language))  # type: ignore[attr-defined]

    @staticmethod
    def _fold(tokens: list[Token], functions: dict[str, Any]) -> Iterator[Token]:
        position = 0
        while position < len(tokens):
            token, following = tokens[position], tokens[position : position + 4]
            end = following[3].type if len(following) == 4 else ""
            if (
                token.value not in functions
                or [t.type for t in following[:3]] != _CALL
                or end not in ("rparen", "comma")
            ):
                yield token
                position += 1
                continue
            yield Token(token.lineno, "string", functions[token.value](following[2].value))
            if end == "comma":
                yield from (Token(token.lineno, "dot", "."), Token(token.lineno, "name", "format"))
                yield Token(token.lineno, "lparen", "(")
            position += 4


class PageRenderer:
    """The renderer of one template (Pyramid calls it once per page)."""

    def __init__(self, info: Any) -> None:
        self._name = info.name
        self._registry = info.registry

    def __call__(self, values: dict[str, Any], system: dict[str, Any]) -> str:
        request = system["request"]
        template = page_template(self._registry, request.language, self._name)
        return template.render({**page_globals(request), **values})


def page_template(registry: Any, language: str, name: str) -> Any:
    """The compiled template of a page, such as `formengine:web/templates/error.jinja2`, in a language."""
    return _environment(registry, language).get_template(name)


def _environment(registry: Any, language: str) -> Any:
    """The Jinja2 environment of a language, made when it is first asked for."""
    environments: dict[str, Any] = registry.formengine_page_environments
    if language not in environments:
        shared: Any = registry.getUtility(IJinja2Environment, name=".jinja2")
        environment = shared.overlay()
        environment.language = language
        environment.add_extension(ConstantTexts)
        environment.bytecode_cache = open_template_cache(language, constant_functions(language))
        functions = {
            **constant_functions(language),
            "live_attributes": partial(live_attributes, language),
            "n_": partial(say_n, language),
            "number": partial(count_text, language),
        }
        environment.globals = {**shared.globals, **TEMPLATE_FUNCTIONS, **functions}
        environments[language] = environment
    return environments[language]


def includeme(config: Any) -> None:
    config.include("pyramid_jinja2")
    config.registry.formengine_page_environments = {}
    config.add_renderer(".jinja2", PageRenderer)
