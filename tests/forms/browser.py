"""What a browser would post: the successful controls of a fragment, found with an independent HTML parser."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode

VOID = {"input", "br", "hr", "img", "meta", "link"}


class Page(HTMLParser):
    """Every element as a dict: tag, its attributes, `text`; `controls` in document order, `ids`, `buttons`."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {[one['tag'] for one in self._open]}"

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
        for one in self._open:
            one["text"] += data

    def all(self, *tags: str) -> list[dict[str, Any]]:
        """The elements of these tags."""
        return [one for one in self.elements if one["tag"] in tags]

    @property
    def ids(self) -> list[str]:
        """Every id."""
        return [one["id"] for one in self.elements if "id" in one]

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons that change the form."""
        return [one for one in self.all("button") if "data-op" in one]

    def options(self, select: dict[str, Any]) -> list[dict[str, Any]]:
        """The options of a select."""
        return [one for one in self.all("option") if any(outer is select for outer in one["inside"])]

    def controls(self) -> list[tuple[str, str]]:
        """The successful controls, as (name, value), but for files chosen."""
        found: list[tuple[str, str]] = []
        for one in self.all("input", "select", "textarea"):
            if "name" not in one or "disabled" in one:
                continue
            if one["tag"] == "textarea":
                found.append((one["name"], one["text"].removeprefix("\n").replace("\n", "\r\n")))
            elif one["tag"] == "select":
                found += [(one["name"], value) for value in self._selected(one)]
            elif one.get("type") in ("radio", "checkbox"):
                if "checked" in one:
                    found.append((one["name"], one.get("value", "on")))
            elif one.get("type") not in ("file", "submit", "button"):
                found.append((one["name"], one.get("value", "")))
        return found

    def _selected(self, select: dict[str, Any]) -> list[str]:
        options = self.options(select)
        chosen = [one.get("value", one["text"]) for one in options if "selected" in one]
        if "multiple" in select:
            return chosen
        return chosen[-1:] or [one.get("value", one["text"]) for one in options[:1]]


def posted(html: str) -> list[tuple[str, str]]:
    """The post of a fragment as it arrives, urlencoded on the way."""
    controls = Page(html).controls()
    return parse_qsl(urlencode(controls), keep_blank_values=True, max_num_fields=None)
