"""Answers to read: the tree of a form as a description list, values said as people say them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from copy import copy
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any, Final

from babel import Locale

from formengine.forms.html.template_cache import html
from formengine.forms.kinds.builtin import decimals
from formengine.forms.kinds.text_input import kind_of_text, written
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.validation.messages import day, number, shown
from formengine.markdown import to_html

Link = Callable[[dict[str, Any]], str | None]
Change = Callable[[str, str], str]
"""(property, title) -> the HTML of a button that leads back to it."""


def summarise(
    root: Node, context: Context, link: Link | None, only: Collection[str] | None, change: Change | None = None
) -> str:
    """An HTML `<dl>`; what was not answered is left out."""
    nodes = root.children if root.kind == "object" and not root.misfit else [root]
    wanted = [one for one in nodes if only is None or one.pointer[1:].replace("~1", "/").replace("~0", "~") in only]
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
    name = node.pointer[1:].replace("~1", "/").replace("~0", "~")
    after = f'<dd class="fe-answer-change">{change(name, node.title)}</dd>' if change else ""
    return f'<div class="fe-answer"><dt>{html(node.title)}</dt><dd>{value}</dd>{after}</div>'


def _value(node: Node, context: Context, link: Link | None) -> str:
    value = node.value
    if value is MISSING or value is None or value == "":
        return ""
    if node.kind in ("file", "files") and not node.misfit:
        return "<br>".join(_file(one, link) for one in node.files)
    if not node.misfit and node.kind == "object":
        return _object(node, context, link)
    if not node.misfit and node.kind == "array":
        rows = [_value(one, context, link) for one in node.children]
        return (
            f'<ol class="fe-answer-list">{"".join(f"<li>{one}</li>" for one in rows if one)}</ol>' if any(rows) else ""
        )
    if node.kind == "lines":
        return "<br>".join(html(str(one)) for one in value)
    if node.kind == "several":
        options = context.resolver.shape(node.shape.items, None).options or []
        return "<br>".join(html(_option(options, one, context)) for one in value)
    if node.shape.notes.get("$kind") == "markdown" and not node.misfit:
        return f'<div class="fe-answer-text">{to_html(str(value))}</div>'
    return html(_text(node, context)).replace("\n", "<br>")


def _object(node: Node, context: Context, link: Link | None) -> str:
    writer = _OF_KINDS.get(str(node.shape.notes.get("$kind")))
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
        return number(node.value, context.locale)
    if node.shape.notes.get("format") == "date" and isinstance(node.value, str):
        return day(node.value, context.locale)
    return shown(
        written(kind_of_text(node.shape.notes), node.value, context.locale)
        if isinstance(node.value, str)
        else node.value
    )


def _money(node: Node, context: Context) -> str:
    return html(money(node.value, context.locale))


def _address(node: Node, context: Context) -> str:
    """An address as it stands on an envelope."""
    said = {child.pointer.rpartition("/")[2]: child for child in node.children if child.value is not MISSING}
    lines = (
        [str(one) for one in said["lines"].value] if "lines" in said and isinstance(said["lines"].value, list) else []
    )
    town = " ".join(_text(said[name], context) for name in ("postcode", "city") if name in said)
    country = _text(said["country"], context) if "country" in said else ""
    return "<br>".join(html(one) for one in (*lines, town, country) if one)


def _party(node: Node, context: Context) -> str:
    """A party on one line, what tells it apart behind its name."""
    said = {
        child.pointer.rpartition("/")[2]: _text(child, context) for child in node.children if child.value is not MISSING
    }
    about = ", ".join(said[name] for name in ("registration", "country") if said.get(name))
    return html(said.get("name", "")) + (f" ({html(about)})" if about else "")


def _contact(node: Node, context: Context) -> str:
    said = {
        child.pointer.rpartition("/")[2]: _text(child, context) for child in node.children if child.value is not MISSING
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
    return shown(value)


def _file(one: dict[str, Any], link: Link | None) -> str:
    href = link(one) if link else None
    name = html(str(one.get("name", "")))
    return f'<a href="{html(href)}">{name}</a>' if href else name


def money(value: Any, locale: str) -> str:
    """An amount as people write it: `{"amount": "12.50", "currency": "EUR"}` is €12.50 or 12,50 €."""
    if not isinstance(value, dict) or not {"amount", "currency"} <= value.keys():
        return shown(value)
    try:
        return _currency(Decimal(str(value["amount"])), str(value["currency"]), Locale.parse(locale, sep="-"))
    except (InvalidOperation, ValueError):
        return f"{value['amount']} {value['currency']}"


def _currency(amount: Decimal, currency: str, locale: Locale) -> str:
    """Never rounded: as many decimals as the currency has, and more where more were given."""
    given = amount.as_tuple().exponent
    digits = max(decimals(currency), -given if isinstance(given, int) else 0)
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return str(pattern.apply(amount, locale, currency=currency, currency_digits=False))
