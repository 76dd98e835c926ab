"""The type and the attributes of text controls: hints for the browser, never the judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from formengine.forms.html.hints import as_range, suggestions
from formengine.forms.html.template_cache import ID, plain
from formengine.forms.kinds.text_input import text_kind
from formengine.forms.schema.formats import is_date
from formengine.forms.tree.node import Node

_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z", re.ASCII)
_TIME: Final = re.compile(r"(\d\d:\d\d:\d\d)Z", re.ASCII)
_COLOR: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII)
Attributes = tuple[tuple[str, str], ...]
_KINDS: Final = {
    "amount": {"inputmode": "decimal", "autocomplete": "off", "data-tidy": "amount"},
    "iban": {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off", "data-tidy": "iban"},
    "phone": {"inputmode": "tel", "data-tidy": "phone"},
}


def text_type(node: Node, value: str) -> tuple[str, str]:
    """The type of an input and the value it shows; where a browser would lose the value, it is a plain text control."""
    return text_types(node)(value)


def text_types(node: Node) -> Callable[[str], tuple[str, str]]:
    """The same for any value: what a node makes of it."""
    if node.kind == "number":
        return lambda value: ("range" if as_range(node, value) else "text", value)
    said = node.shape.keywords.get("format")
    widget = node.ui.get("widget") or ("hidden" if node.shape.keywords.get("$kind") == "id" else None)
    if widget == "hidden":
        return lambda value: ("hidden", value)
    if widget == "password" or (said == "password" and widget is None):
        return lambda value: ("password", value)
    if said == "date":
        return lambda value: ("date" if not value or is_date(value) else "text", value)
    if said == "date-time":
        return lambda value: _moment("datetime-local", _MOMENT, value)
    if said == "time":
        return lambda value: _moment("time", _TIME, value)
    usual = "tel" if node.shape.keywords.get("$kind") == "phone" else "text"
    usual = {"email": "email", "uri": "url"}.get(str(said), usual)
    if widget == "color":
        return lambda value: ("color", value) if _COLOR.fullmatch(value) else _worded(usual, value)
    return lambda value: _worded(usual, value)


def _moment(kind: str, pattern: re.Pattern[str], value: str) -> tuple[str, str]:
    """A time in UTC, which the control shows without its Z."""
    found = pattern.fullmatch(value)
    return (kind, found[1] if found else "") if found or not value else ("text", value)


def _worded(kind: str, value: str) -> tuple[str, str]:
    return (kind if value == value.strip() and value.isascii() else "text"), value


def attributes(node: Node, kind: str, accepted: Sequence[str] = ()) -> Attributes:
    """Further attributes of a control, as pairs; `accepted` are the media types of a file control."""
    found: dict[str, Any] = {}
    notes = node.shape.keywords
    if kind == "file":
        accept = node.ui.get("accept") or ",".join(accepted) or node.shape.keywords.get("contentMediaType", "")
        return (("accept", plain(accept)),) if accept else ()
    if kind in ("datetime-local", "time"):
        found["step"] = "1"
    if node.kind == "number":
        found["inputmode"] = "numeric" if node.shape.types == ("integer",) and notes.get("minimum", -1) >= 0 else "text"
        if found["inputmode"] == "text":
            found["inputmode"] = "decimal" if notes.get("minimum", -1) >= 0 else "text"
    if node.ui.get("placeholder"):
        found["placeholder"] = node.ui["placeholder"]
    if kind in ("text", "email", "url", "tel") and suggestions(node):
        found["list"] = ID + "-list"
    if node.kind == "text":
        found |= _KINDS.get(text_kind(notes), {})
    if node.ui.get("autocomplete"):
        found["autocomplete"] = node.ui["autocomplete"]
    if notes.get("readOnly"):
        found["readonly"] = "readonly"
    return tuple((name, one if one == ID + "-list" else plain(one)) for name, one in found.items())
