"""What the options of a choice post and show, and the hidden controls beside them."""

from __future__ import annotations

from itertools import chain, count
from typing import Any, Final

from markupsafe import Markup

from formengine.forms.html.hints import is_slider, label, slider_value
from formengine.forms.html.template_cache import html
from formengine.forms.kinds.typed_numbers import ENGLISH, number_separators
from formengine.forms.tree.branch_labels import told_apart
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_names import LANGUAGE, UNKEPT
from formengine.forms.tree.node import Node
from formengine.forms.tree.value_text import from_json, to_json, to_option_value
from formengine.forms.tree.write_only import NOT_TYPED, is_secret
from formengine.i18n import say

QUOTES: Final = '"'


def option_values(context: Context, options: list[tuple[Any, str | None]]) -> tuple[tuple[str, str], ...]:
    """What each option posts, escaped as `html` does it, and its label; equal labels are told apart by their values."""
    posted = [to_option_value(value) for value, _ in options]
    marks = (chain((text.strip(QUOTES), text), map(str, count(1))) for text in posted)
    labels = told_apart([label(context, value, text) for value, text in options], marks)
    return tuple((Markup(html(text)), shown) for text, shown in zip(posted, labels, strict=True))  # nosec B704


def unlisted_text(posted: str) -> str:
    """The label of a posted option that is not on offer: its text, else its JSON."""
    value = from_json(posted)
    return value if isinstance(value, str) else posted


def order_input(node: Node) -> str:
    """The hidden control that keeps the order of several chosen options; browsers post them in that of the page."""
    return hidden_input(f"{node.name}-r", to_json(list(node.raw))) if len(node.raw) > 1 else ""


def inputs_beside(node: Node, context: Context, *, told: bool) -> str:
    """The value of a slider as text, and the hidden controls beside a control: what an empty one held before, that its
    default was set when it appeared, in which language a number is written, that one is write-only.
    `told`: its error is on the page."""
    was = hidden_input(f"{node.name}-n", node.was) if node.was else ""
    default = hidden_input(f"{node.name}-d", "1") if node.called_up and node.defaulted else ""
    slider = is_slider(node)
    typed_in = ENGLISH if slider else node.language
    text = _slider_text(node, context) if slider else ""
    language = hidden_input(node.name + LANGUAGE, typed_in) if typed_in else ""
    secret = _unkept_note(node, told=told, locale=context.locale) if is_secret(node) else ""
    return text + was + default + language + secret


def _slider_text(node: Node, context: Context) -> str:
    """The value of a slider, which browsers write with a point, by the decimal mark of the form's language."""
    mark = number_separators(context.locale)[0]
    value = slider_value(node, node.raw[0] if node.raw else "").replace(".", mark)
    return f'<output class="ff-output" for="{context.id_prefix}{node.name}" data-mark="{mark}">{html(value)}</output>'


def _unkept_note(node: Node, *, told: bool, locale: str) -> str:
    """That a control is write-only, and has to be filled in again where something was typed in it; where its error says
    so, the next post may leave it out."""
    if not node.unkept:
        return hidden_input(node.name + UNKEPT, NOT_TYPED)
    if told and node.problem == "unkept":
        return hidden_input(node.name + UNKEPT, "2")
    text = say(locale, "Type this again: it is not kept, so that nobody can read it here.")
    note = f'<p class="form-text ff-unkept" data-unkept="{node.name}">{html(text)}</p>'
    return hidden_input(node.name + UNKEPT, "1") + note


def hidden_input(name: str, value: str) -> str:
    """A hidden control; `value` is text."""
    return f'<input type="hidden" name="{name}" value="{html(value)}">'
