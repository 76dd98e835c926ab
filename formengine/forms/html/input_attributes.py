"""The `type` and the other attributes of input elements; the browser's own checks are hints, validation is ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from formengine.forms.html.hints import as_range, slider_value, suggestions
from formengine.forms.html.template_cache import ID, plain
from formengine.forms.kinds.text_input import text_kind
from formengine.forms.schema.formats import is_date
from formengine.forms.tree.local_times import is_early, is_typed_time
from formengine.forms.tree.node import Node

_TIME: Final = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)Z", re.ASCII)
"""A time of the clock, on which browsers have no leap second."""
_COLOR: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII)
Attributes = tuple[tuple[str, str], ...]
_ATTRIBUTES_BY_KIND: Final = {
    "amount": {"inputmode": "decimal", "autocomplete": "off", "data-tidy": "amount"},
    "iban": {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off", "data-tidy": "iban"},
    "phone": {"inputmode": "tel", "data-tidy": "phone"},
}


def input_type(node: Node, value: str) -> tuple[str, str]:
    """The `type` of an input and the value it shows; `text` where a browser would drop the value as invalid."""
    if node.kind == "number":
        return ("range", slider_value(node, value)) if as_range(node, value) else ("text", value)
    keywords = node.shape.keywords
    format_ = keywords.get("format")
    widget = node.ui.get("widget") or ("hidden" if keywords.get("$kind") == "id" else None)
    if not widget and not format_ and keywords.get("$kind") != "phone":
        return "text", value
    if widget == "hidden":
        return "hidden", value
    if widget == "password" or (format_ == "password" and widget is None):
        return "password", value
    if format_ == "date":
        is_typed = is_date(value) and (node.problem == "year" or not is_early(value))
        return ("date" if not value or is_typed else "text"), value
    if format_ == "date-time":
        is_typed = node.problem != "doubled" and is_typed_time(value)
        return ("datetime-local" if not value or is_typed else "text"), value
    if format_ == "time":
        return _without_zone("time", _TIME, value)
    if widget == "color" and _COLOR.fullmatch(value):
        return "color", value
    if value != value.strip() or not value.isascii():
        return "text", value
    if format_ in ("email", "uri"):
        return ("email" if format_ == "email" else "url"), value
    return ("tel" if keywords.get("$kind") == "phone" else "text"), value


def _without_zone(kind: str, pattern: re.Pattern[str], value: str) -> tuple[str, str]:
    """A UTC time as browsers take it, without its Z."""
    match = pattern.fullmatch(value)
    return (kind, match[1] if match else "") if match or not value else ("text", value)


def attributes(node: Node, kind: str, accepted: Sequence[str] = ()) -> Attributes:
    """Further attributes of a control, as (name, value); `accepted` are the media types of a file control."""
    values: dict[str, Any] = {}
    keywords = node.shape.keywords
    if kind == "file":
        accept = node.ui.get("accept") or ",".join(accepted) or keywords.get("contentMediaType", "")
        return (("accept", plain(accept)),) if accept else ()
    if node.kind == "number":
        positive = "numeric" if node.shape.types == ("integer",) else "decimal"
        # The number pads of telephones have no minus sign.
        values["inputmode"] = positive if keywords.get("minimum", -1) >= 0 else "text"
    if node.ui.get("placeholder"):
        values["placeholder"] = node.ui["placeholder"]
    if kind in ("text", "email", "url", "tel") and suggestions(node):
        values["list"] = ID + "-list"
    if node.kind == "text":
        values |= _ATTRIBUTES_BY_KIND.get(text_kind(keywords), {})
    if node.ui.get("autocomplete"):
        values["autocomplete"] = node.ui["autocomplete"]
    if node.read_only:
        values["readonly"] = "readonly"
    return tuple((name, value if value == ID + "-list" else plain(value)) for name, value in values.items())
