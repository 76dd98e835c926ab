"""What a browser would post: the successful controls of a fragment, read by an independent HTML parser."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode

VOID = {"input", "br", "hr", "img", "meta", "link"}
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*/?>')
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
_WITH_TEXT = {"textarea", "option"}


class Page(HTMLParser):
    """Every element as a dict: tag, its attributes, `text`; `controls` in document order, `ids`, `buttons`."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(str(html))  # slices of Markup would be Markup
        self.close()
        assert not self._open, f"never closed: {[element['tag'] for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice on {tag}: {names}"
        element: dict[str, Any] = {"tag": tag, "text": "", "inside": list(self._open)}
        element.update({name: value if value is not None else "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1]["tag"] == tag, f"</{tag}> closes {self._open[-1]['tag']}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element["text"] += data

    def all(self, *tags: str) -> list[dict[str, Any]]:
        """The elements of these tags."""
        return [element for element in self.elements if element["tag"] in tags]

    @property
    def ids(self) -> list[str]:
        """Every id."""
        return [element["id"] for element in self.elements if "id" in element]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons that change the form."""
        return [element for element in self.all("button") if "data-op" in element]

    def options(self, select: dict[str, Any]) -> list[dict[str, Any]]:
        """The options of a select."""
        return [element for element in self.all("option") if any(outer is select for outer in element["inside"])]

    def controls(self) -> list[tuple[str, str]]:
        """The successful controls, as (name, value), but for files chosen."""
        controls: list[tuple[str, str]] = []
        for element in self.all("input", "select", "textarea"):
            if "name" not in element or "disabled" in element:
                continue
            if element["tag"] == "textarea":
                controls.append((element["name"], element["text"].removeprefix("\n").replace("\n", "\r\n")))
            elif element["tag"] == "select":
                controls += [(element["name"], value) for value in self._selected(element)]
            elif element.get("type") in ("radio", "checkbox"):
                if "checked" in element:
                    controls.append((element["name"], element.get("value", "on")))
            elif element.get("type") not in ("file", "submit", "button"):
                controls.append((element["name"], element.get("value", "")))
        return controls

    def _selected(self, select: dict[str, Any]) -> list[str]:
        options = self.options(select)
        chosen = [element.get("value", element["text"]) for element in options if "selected" in element]
        if "multiple" in select:
            return chosen
        return chosen[-1:] or [element.get("value", element["text"]) for element in options[:1]]


class QuickPage(Page):
    """The same page read five times as fast, for HTML as the renderer writes it: in small letters, each attribute in
    quotation marks. Texts are those of text areas and options alone."""

    def feed(self, data: str) -> None:
        """Read the tags; any other < is an error."""
        position = 0
        for tag in _TAG.finditer(data):
            if tag.start() > position:
                self._between(data[position : tag.start()])
            position = tag.end()
            closing, name, attributes = tag.groups()
            if closing:
                self.handle_endtag(name)
                continue
            element = {"tag": name, "text": "", "inside": self._open.copy(), **_attributes(attributes)}
            self.elements.append(element)
            if name not in VOID:
                self._open.append(element)
            if name == "option":
                select = next(outer for outer in reversed(self._open) if outer["tag"] == "select")
                select.setdefault("options", []).append(element)
        self._between(data[position:])

    def _between(self, text: str) -> None:
        assert "<" not in text, text
        if self._open and self._open[-1]["tag"] in _WITH_TEXT:
            self._open[-1]["text"] += unescape(text)

    def options(self, select: dict[str, Any]) -> list[dict[str, Any]]:
        """The options of a select."""
        options: list[dict[str, Any]] = select.get("options", [])
        return options


@lru_cache(maxsize=20_000)
def _attributes(text: str) -> dict[str, str]:
    pairs = [(name, unescape(value)) for name, value in _ATTRIBUTE.findall(text)]
    assert len(dict(pairs)) == len(pairs), f"an attribute twice: {text}"
    return dict(pairs)


def posted(html: str) -> list[tuple[str, str]]:
    """The post of a fragment as it arrives, urlencoded on the way."""
    controls = Page(html).controls()
    return parse_qsl(urlencode(controls), keep_blank_values=True, max_num_fields=None)
