"""Renders answers to read: the node tree as a description list, values formatted for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html import unescape
from typing import Any, Final

from jsonschema._utils import equal

from formengine import json_pointer
from formengine.forms.html.hints import number_text, option_text
from formengine.forms.html.long_answers import folded_lines, folded_markdown, folded_rows, lines_html, rows_html
from formengine.forms.html.template_cache import html
from formengine.forms.kinds.text_input import format_input, text_kind
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import MISSING, Choice, Node
from formengine.forms.validation.messages import json_text
from formengine.markdown import to_html
from formengine.value_format import format_money, format_value

_ENDS: Final = re.compile(r"</(?:li|dd|p|h\d)>|<br>")
_INNERMOST_ROW: Final = re.compile(r"<li>((?:(?!</?li>).)*)</li>", re.DOTALL)
Link = Callable[[dict[str, Any]], str | None]
Change = Callable[[str, str], str]
"""(property, title) -> the HTML of a button that leads back to its question."""


def summarise(
    root: Node, context: Context, link: Link | None, only: Collection[str] | None, change: Change | None = None
) -> str:
    """The answers as an HTML `<dl>`; unanswered fields are left out."""
    nodes = root.children if root.kind == "object" and not root.unrepresentable else [root]
    chosen = _chosen_branches(root)
    rows = [
        _entry(node, context, link, change, chosen.get(json_pointer.first(node.pointer)))
        for node in nodes
        if only is None or json_pointer.first(node.pointer) in only
    ]
    rows += [
        _entry(node, context, link)
        for node in _further(root)
        if only is None or json_pointer.first(node.pointer) in only
    ]
    return f'<dl class="fe-answers">{"".join(rows)}</dl>'


def answer_of(root: Node, name: str, context: Context, link: Link | None) -> tuple[str, str]:
    """The title of one top-level field and the HTML of its answer; the name and "" for one that the form lacks."""
    rows = [*root.children, *_further(root)]
    node = next((row for row in rows if json_pointer.first(row.pointer) == name), None)
    return (name, "") if node is None else (node.title, _value(node, context, link))


def entries(root: Node, context: Context) -> list[tuple[str, str]]:
    """The answers as plain text: (title, value on one line) of each answered top-level field."""
    rows = [(node.title, _one_line(node, context)) for node in (*root.children, *_further(root))]
    return [(title, text) for title, text in rows if text]


def text_of(node: Node, context: Context) -> str:
    """The value of one node as plain text, lines of a text as they are; "" without a value that may be shown."""
    keywords = node.shape.keywords
    if (
        isinstance(node.value, str)
        and node.kind in ("text", "textarea")
        and not (node.write_only or "format" in keywords)
    ):
        return node.value
    return _one_line(node, context)


def _one_line(node: Node, context: Context) -> str:
    """The value on one line: a semicolon between the rows of a list, commas between the answers of a row."""
    value = _value(node, context, None)
    semicolon, colon = (context.say(text, first="", second="") for text in ("{first}; {second}", "{first}: {second}"))
    rows = _INNERMOST_ROW.sub(lambda row: _without_tags(row[1], ", ", colon) + semicolon, value)
    return unescape(_without_tags(rows, semicolon, colon))


def _without_tags(answer: str, separator: str, colon: str) -> str:
    """The HTML of an answer as text, still escaped, on one line."""
    text = re.sub(r"<[^>]*>", "", _ENDS.sub(separator, answer).replace("</dt>", colon))
    return re.sub(r"[ \r\n]+", " ", text).strip(f" {separator}")


def value_html(node: Node, context: Context, link: Link | None = None) -> str:
    """The value of one node as HTML; "" where there is none."""
    return _value(node, context, link)


def _entry(
    node: Node, context: Context, link: Link | None, change: Change | None = None, branch: Choice | None = None
) -> str:
    value = (branch and html(_branch_label(node, branch))) or _value(node, context, link)
    if not value:
        return ""
    name = json_pointer.first(node.pointer)
    after = f'<dd class="fe-answer-change">{change(name, node.title)}</dd>' if change and not node.computed else ""
    return f'<div class="fe-answer"><dt>{html(node.title)}</dt><dd>{value}</dd>{after}</div>'


def _value(node: Node, context: Context, link: Link | None) -> str:
    value = node.value
    if value is MISSING or value is None or value == "" or node.write_only:
        return ""
    if node.kind in ("file", "files") and not node.unrepresentable:
        return "<br>".join(_file(file, link) for file in node.files)
    if not node.unrepresentable and node.kind == "object":
        return _object(node, context, link)
    if not node.unrepresentable and node.kind == "array":
        return _list(node, context, link)
    if node.kind == "lines" and isinstance(value, list):
        return _lines("\n".join(map(str, value)), context)
    if node.kind == "several" and isinstance(value, list):
        options = context.resolver.shape(node.shape.items, None).options or []
        return _lines("\n".join(option_text(context, options, item) for item in value), context)
    if node.shape.keywords.get("$kind") == "markdown" and not node.unrepresentable:
        text = folded_markdown(str(value), context.locale) if context.folds else to_html(str(value))
        return f'<div class="fe-answer-text">{text}</div>'
    return _lines(_text(node, context), context)


def _lines(text: str, context: Context) -> str:
    return folded_lines(text, context.locale) if context.folds else lines_html(text)


def _list(node: Node, context: Context, link: Link | None) -> str:
    """The places of a tuple, each with its title, then the rows."""
    places = "".join(_entry(child, context, link) for child in node.children[: node.first])
    rows = [f"<li>{row}</li>" for child in node.children[node.first :] if (row := _value(child, context, link))]
    return (f'<dl class="fe-answers">{places}</dl>' if places else "") + (
        folded_rows(rows, context.locale) if context.folds else rows_html(rows)
    )


def _object(node: Node, context: Context, link: Link | None) -> str:
    if not node.value:
        return ""  # a required group that nobody filled in
    writer, members = _FORMATTERS_BY_KIND.get(str(node.shape.keywords.get("$kind")), (None, ()))
    text = writer(node, context) if writer is not None else ""
    chosen = _chosen_branches(node)
    rows = [
        _entry(child, context, link, branch=chosen.get(json_pointer.last(child.pointer)))
        for child in (*node.children, *_further(node))
        if json_pointer.last(child.pointer) not in members
    ]
    if not any(rows):
        return text
    return f'{text}{"<br>" if text else ""}<dl class="fe-answers">{"".join(rows)}</dl>'


def _further(node: Node) -> list[Node]:
    """The answers of a group beside its fields: its rows of a name and a value, and answers of other branches."""
    return [*(row.node for row in node.extra), *node.beside]


def _chosen_branches(node: Node) -> dict[str, Choice]:
    """The choices made by the selects of a group, by the properties that tell their branches apart."""
    return {name: choice for choice in node.selects if choice.chosen is not None for name in choice.told_by}


def _branch_label(node: Node, branch: Choice) -> str:
    """The label of the branch that the constant of a field tells, which the select of its group showed; else ""."""
    index = branch.chosen or 0
    only = branch.told_by[json_pointer.last(node.pointer)][index]
    named = node.shape.options and node.shape.options[0][1]
    return branch.labels[index] if len(only) == 1 and equal(only[0], node.value) and not named else ""


def _text(node: Node, context: Context) -> str:
    if node.kind == "options":
        return option_text(context, node.shape.options or [], node.value)
    if isinstance(node.value, bool):
        return context.say("Yes") if node.value else context.say("No")
    if isinstance(node.value, (int, float)):
        return number_text(node, node.value, context)
    if isinstance(node.value, str) and node.shape.keywords.get("format") in ("date", "date-time"):
        return format_value(node.value, context.locale, context.zone, node.shape.keywords)
    return json_text(
        format_input(text_kind(node.shape.keywords), node.value, context.locale)
        if isinstance(node.value, str)
        else node.value
    )


def _money(node: Node, context: Context) -> str:
    value = {name: node.value[name] for name in ("amount", "currency") if name in node.value}
    if len(value) < 2:
        return html(json_text(value)) if value else ""
    return html(format_money(value["amount"], value["currency"], context.locale))


def _address(node: Node, context: Context) -> str:
    """An address in the lines of an envelope."""
    texts, lines = _child_texts(node, context), node.value.get("lines")
    town = " ".join(texts[name] for name in ("postcode", "city") if name in texts)
    street = map(str, lines) if isinstance(lines, list) else ()
    return "<br>".join(html(line) for line in (*street, town, texts.get("country", "")) if line)


def _child_texts(node: Node, context: Context) -> dict[str, str]:
    """The answered fields of an object as text, by property name."""
    return {
        json_pointer.last(child.pointer): _text(child, context) for child in node.children if child.value is not MISSING
    }


def _party(node: Node, context: Context) -> str:
    """A party on one line: its name, registration number and country."""
    texts = _child_texts(node, context)
    about = ", ".join(texts[name] for name in ("registration", "country") if texts.get(name))
    return html(texts.get("name", "")) + (f" ({html(about)})" if about else "")


def _contact(node: Node, context: Context) -> str:
    texts = _child_texts(node, context)
    return html(" – ".join(texts[name] for name in ("name", "email") if texts.get(name)))


_FORMATTERS_BY_KIND: Final[dict[str, tuple[Callable[[Node, Context], str], tuple[str, ...]]]] = {
    "money": (_money, ("amount", "currency")),
    "address": (_address, ("lines", "postcode", "city", "country")),
    "party": (_party, ("name", "registration", "country", "id")),
    "contact": (_contact, ("name", "email")),
}
"""How a kind is written, and the members that this writes; a party's `id` is for programs."""


def _file(file: dict[str, Any], link: Link | None) -> str:
    href = link(file) if link else None
    name = html(str(file.get("name", "")))
    return f'<a href="{html(href)}">{name}</a>' if href else name
