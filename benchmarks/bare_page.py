"""A bare Pyramid + Jinja2 page of the same bytes as a page of the product: the floor that pages are measured against.

Pyramid with pyramid_jinja2 and one view. The page's template extends a layout and is what one writes by hand for that
HTML: elements that repeat (rows, options, facts, entries) are a loop over plain dictionaries held in memory; what
differs between them, and every text of the main part, is an expression, escaped by Jinja2; addresses are made by
`request.route_path`. There is no database, no session, no permission, no translation and no form to build.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl

from jinja2 import FunctionLoader
from pyramid.config import Configurator

_TAG: Final = re.compile(r"(<[^>]+>)")
_VALUE: Final = re.compile(r'(?<==")([^"]*)(?=")')
_VOID: Final = frozenset(("input", "link", "meta", "br", "path", "img", "!DOCTYPE", "hr"))
_ADDRESS: Final = re.compile(r'(?<=href="|tion=")(/[^"]*)(?=")')
_ESCAPED: Final = re.compile(r"&(?:amp|lt|gt|#34|#39);")


@dataclass
class Element:
    """An element as written: its opening tag, its children (elements and texts), its closing tag."""

    opening: str = ""
    children: list[Element | str] = field(default_factory=list)
    closing: str = ""


def bare_app(html: str) -> Any:
    """The WSGI application that answers `/` with this HTML."""
    made, body = _Templates(), html.index(">", html.index("<main")) + 1
    end = html.index("</main>")
    layout = f"{made.literal(html[:body])}{{% block main %}}{{% endblock %}}{made.literal(html[end:])}"
    main = made.children(_parse(html[body:end]))
    templates = {
        "page.jinja2": f'{{% extends "layout.jinja2" %}}{{% block main %}}{main}{{% endblock %}}',
        "layout.jinja2": layout,
    }
    config = Configurator()
    config.include("pyramid_jinja2")
    config.add_route("page", "/")
    for pattern, name in made.routes.items():
        config.add_route(name, pattern)
    config.add_view(lambda _request: made.data, route_name="page", renderer="page.jinja2")
    config.commit()
    # pyramid_jinja2 appends to a parent's name the template that extends it
    config.get_jinja2_environment().loader = FunctionLoader(lambda name: templates.get(name.partition("@@")[0]))
    return config.make_wsgi_app()


def _parse(html: str) -> Element:
    stack = [Element()]
    for token in _TAG.split(html):
        if token.startswith("</"):
            stack.pop().closing = token
        elif token.startswith("<"):
            element = Element(token)
            stack[-1].children.append(element)
            if token[1:].split()[0].rstrip(">/") not in _VOID and not token.endswith("/>"):
                stack.append(element)
        elif token:
            stack[-1].children.append(token)
    return stack[0]


class _Templates:
    """Turns HTML into the source of templates, and collects what they show and the routes that they link to."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.routes: dict[str, str] = {}

    def children(self, element: Element) -> str:
        """The template of an element's children."""
        pieces, position = [], 0
        while position < len(element.children):
            child = element.children[position]
            rows = [] if isinstance(child, str) else _repeated(element.children[position:])
            if isinstance(child, str):
                pieces.append(self._expression(child))
            elif len(rows) > 1:
                pieces.append(self._loop(rows))
            else:
                pieces += [self.literal(child.opening), self.children(child), self.literal(child.closing)]
            position += 2 * len(rows) if len(rows) > 1 else 1
        return "".join(pieces)

    def literal(self, html: str) -> str:
        """Markup as it is, but for addresses of the application."""
        pieces = _ADDRESS.split(html)
        pieces[1::2] = [self._route([address]) or address for address in pieces[1::2]]
        pieces[0::2] = [f"{{% raw %}}{text}{{% endraw %}}" if "{" in text else text for text in pieces[0::2]]
        return "".join(pieces)

    def _loop(self, rows: list[list[str]]) -> str:
        template, name = "", f"rows{len(self.data)}"
        values: list[dict[str, str]] = [{} for _ in rows]
        self.data[name] = values
        for number, texts in enumerate(zip(*rows, strict=True)):
            key, route = f"c{number}", ""
            if number % 2 and template.endswith(('href="', 'tion="')):
                route = self._route(texts, f"row.{key}")
            if number % 2 == 0 or len(set(texts)) == 1:
                template += route or self.literal(texts[0])
                continue
            template += route or f"{{{{ row.{key} }}}}"
            for value, text in zip(values, texts, strict=True):
                value[key] = unescape(text.rpartition("/")[2]) if route else unescape(text)
        return f"{{% for row in {name} %}}{template}{{% endfor %}}"

    def _route(self, addresses: Sequence[str], name: str = "") -> str:
        """The expression for addresses that differ in their last segment alone; empty where there is none."""
        paths, queries = zip(*(unescape(address).partition("?")[::2] for address in addresses), strict=True)
        parents = {path.rpartition("/")[0] for path in paths}
        last = paths[0].rpartition("/")[2]
        plain = all(re.fullmatch(r"(/[\w.-]+)+", path) for path in paths) and not paths[0].startswith("/static/")
        if not plain or len(parents) > 1 or len(set(queries)) > 1 or (queries[0] and len(set(paths)) > 1):
            return ""
        route = self.routes.setdefault(f"{parents.pop()}/{{name}}", f"to{len(self.routes)}")
        query = dict(parse_qsl(queries[0], strict_parsing=bool(queries[0])))
        value = name if len(set(paths)) > 1 else repr(last)
        return f"{{{{ request.route_path('{route}', name={value}{f', _query={query!r}' if query else ''}) }}}}"

    def _expression(self, text: str) -> str:
        """A text as a variable, unless Jinja2 would escape it in another way than the page does."""
        if not text.strip() or "&" in _ESCAPED.sub("", text):
            return self.literal(text)
        name = f"text{len(self.data)}"
        self.data[name] = unescape(text)
        return f"{{{{ {name} }}}}"


def _repeated(children: list[Element | str]) -> list[list[str]]:
    """The alternating markup and values of the elements that begin a list, as far as they are alike."""
    rows: list[list[str]] = []
    for element, blank in zip(children[::2], [*children[1::2], ""], strict=False):
        if isinstance(element, str) or not isinstance(blank, str) or blank.strip():
            break
        row = _split(_source(element) + blank)
        if rows and row[::2] != rows[0][::2]:
            break
        rows.append(row)
    return rows


def _split(html: str) -> list[str]:
    """Markup and values in turn: the values of attributes, and the texts between tags."""
    parts = [""]
    for token in _TAG.split(html):
        if token.startswith("<"):
            markup = _VALUE.split(token)
            parts[-1] += markup[0]
            parts += markup[1:]
        elif token.strip():
            parts += [token, ""]
        else:
            parts[-1] += token
    return parts


def _source(element: Element) -> str:
    children = (child if isinstance(child, str) else _source(child) for child in element.children)
    return element.opening + "".join(children) + element.closing
