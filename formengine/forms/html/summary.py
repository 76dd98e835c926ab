"""Answers to read: the tree of a form as a description list, values said as people say them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html import unescape
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.html.template_cache import html
from formengine.forms.kinds.text_input import format_input, text_kind
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.validation.messages import json_text
from formengine.markdown import to_html
from formengine.value_format import format_money, format_number, format_value

Link = Callable[[dict[str, Any]], str | None]
Change = Callable[[str, str], str]
"""(property, title) -> the HTML of a button that leads back to it."""


def summarise(
    root: Node, context: Context, link: Link | None, only: Collection[str] | None, change: Change | None = None
) -> str:
    """An HTML `<dl>`; what was not answered is left out."""
    nodes = root.children if root.kind == "object" and not root.unrepresentable else [root]
    wanted = [one for one in nodes if only is None or json_pointer.first(one.pointer) in only]
    rows = [_entry(one, context, link, change) for one in wanted]
    if root.kind == "object" and only is None:
        rows += [_entry(row.node, context, link) for row in root.extra]
    return f'<dl class="fe-answers">{"".join(rows)}</dl>'


def entries(root: Node, context: Context) -> list[tuple[str, str]]:
    """The same for plain text: title and value of each top-level field that was answered, on one line each."""
    found = []
    for node in root.children:
        value = _value(node, context, None)
        if value:
            parts = re.sub(r"</(?:li|dd|p|h\d)>|<br>", "; ", value).replace("</dt>", ": ")
            found.append((node.title, unescape(re.sub(r"<[^>]*>", "", parts)).strip(" ;")))
    return found


def _entry(node: Node, context: Context, link: Link | None, change: Change | None = None) -> str:
    value = _value(node, context, link)
    if not value:
        return ""
    name = json_pointer.first(node.pointer)
    after = f'<dd class="fe-answer-change">{change(name, node.title)}</dd>' if change else ""
    return f'<div class="fe-answer"><dt>{html(node.title)}</dt><dd>{value}</dd>{after}</div>'


def _value(node: Node, context: Context, link: Link | None) -> str:
    value = node.value
    if value is MISSING or value is None or value == "":
        return ""
    if node.kind in ("file", "files") and not node.unrepresentable:
        return "<br>".join(_file(one, link) for one in node.files)
    if not node.unrepresentable and node.kind == "object":
        return _object(node, context, link)
    if not node.unrepresentable and node.kind == "array":
        rows = [_value(one, context, link) for one in node.children]
        return (
            f'<ol class="fe-answer-list">{"".join(f"<li>{one}</li>" for one in rows if one)}</ol>' if any(rows) else ""
        )
    if node.kind == "lines":
        return "<br>".join(html(str(one)) for one in value)
    if node.kind == "several":
        options = context.resolver.shape(node.shape.items, None).options or []
        return "<br>".join(html(_option(options, one, context)) for one in value)
    if node.shape.keywords.get("$kind") == "markdown" and not node.unrepresentable:
        return f'<div class="fe-answer-text">{to_html(str(value))}</div>'
    return html(_text(node, context)).replace("\n", "<br>")


def _object(node: Node, context: Context, link: Link | None) -> str:
    writer = _OF_KINDS.get(str(node.shape.keywords.get("$kind")))
    if writer is not None:
        return writer(node, context)
    rows = [_entry(one, context, link) for one in [*node.children, *(row.node for row in node.extra)]]
    return f'<dl class="fe-answers">{"".join(rows)}</dl>' if any(rows) else ""


def _text(node: Node, context: Context) -> str:
    if node.kind == "options":
        return _option(node.shape.options or [], node.value, context)
    if isinstance(node.value, bool):
        return context.say("Yes") if node.value else context.say("No")
    if isinstance(node.value, (int, float)):
        return format_number(node.value, context.locale)
    if isinstance(node.value, str) and node.shape.keywords.get("format") in ("date", "date-time"):
        return format_value(node.value, context.locale, context.zone, node.shape.keywords)
    return json_text(
        format_input(text_kind(node.shape.keywords), node.value, context.locale)
        if isinstance(node.value, str)
        else node.value
    )


def _money(node: Node, context: Context) -> str:
    value = node.value
    if not {"amount", "currency"} <= value.keys():
        return html(json_text(value))
    return html(format_money(value["amount"], value["currency"], context.locale))


def _address(node: Node, context: Context) -> str:
    """An address as it stands on an envelope."""
    said = {json_pointer.last(child.pointer): child for child in node.children if child.value is not MISSING}
    lines = (
        [str(one) for one in said["lines"].value] if "lines" in said and isinstance(said["lines"].value, list) else []
    )
    town = " ".join(_text(said[name], context) for name in ("postcode", "city") if name in said)
    country = _text(said["country"], context) if "country" in said else ""
    return "<br>".join(html(one) for one in (*lines, town, country) if one)


def _party(node: Node, context: Context) -> str:
    """A party on one line, what tells it apart behind its name."""
    said = {
        json_pointer.last(child.pointer): _text(child, context) for child in node.children if child.value is not MISSING
    }
    about = ", ".join(said[name] for name in ("registration", "country") if said.get(name))
    return html(said.get("name", "")) + (f" ({html(about)})" if about else "")


def _contact(node: Node, context: Context) -> str:
    said = {
        json_pointer.last(child.pointer): _text(child, context) for child in node.children if child.value is not MISSING
    }
    return html(" – ".join(said[name] for name in ("name", "email") if said.get(name)))


_OF_KINDS: Final[dict[str, Callable[[Node, Context], str]]] = {
    "money": _money,
    "address": _address,
    "party": _party,
    "contact": _contact,
}


def _option(options: list[tuple[Any, str | None]], value: Any, context: Context) -> str:
    for one, label in options:
        if one == value and isinstance(one, bool) == isinstance(value, bool) and label:
            return label
    if isinstance(value, bool):
        return context.say("Yes") if value else context.say("No")
    return json_text(value)


def _file(one: dict[str, Any], link: Link | None) -> str:
    href = link(one) if link else None
    name = html(str(one.get("name", "")))
    return f'<a href="{html(href)}">{name}</a>' if href else name
