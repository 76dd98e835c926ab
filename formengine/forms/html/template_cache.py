"""Compiled templates: deform renders each control state once through a Jinja2 template; rendering then fills its slots.

Slots are private-use characters that stand for text known only when a page is rendered. Authors' texts are stripped of
them (`plain`), so none can be forged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from formengine.i18n import say

ID: Final = "\ue001"
POINTER: Final = "\ue002"
VALUE: Final = "\ue003"
ERROR: Final = "\ue004"
EXTRA: Final = "\ue005"
PICK: Final = "\ue006"
_SLOT_ORDER: Final = (ID, POINTER, VALUE, EXTRA, ERROR)
_SLOTS: Final = re.compile(f"([{ID}{POINTER}{VALUE}{ERROR}{EXTRA}])")
_MAX_PICKED: Final = 500
_MAX_TEMPLATES: Final = 8192
_SPECIAL: Final = re.compile("[&<>\"']").search
_RESERVED: Final = re.compile(f"[{ID}-{PICK}]")
_MARKS: Final = {"ID": ID, "POINTER": POINTER, "VALUE": VALUE, "ERROR": ERROR, "EXTRA": EXTRA, "PICK": PICK}
_DEFAULTS: Final = {
    "required": True, "mark_optional": True, "help": "", "hint": "", "invalid": False, "driver": False,
    "deprecated": False, "long": False, "attributes": (), "columns": 0,
}  # fmt: skip
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
)


class CompiledTemplate:
    """One control in one state, as HTML with slots for its id, pointer, value, extra HTML, error and picked options."""

    def __init__(self, html: str) -> None:
        self._text = _SLOTS.split(html)
        """Fixed text and slots in turn; it begins and ends with text."""
        order = [_SLOT_ORDER.index(slot) for slot in self._text[1::2]]
        self._in_order: Callable[[Sequence[str]], Sequence[str]] = (
            itemgetter(*order) if len(order) > 1 else lambda slots: [slots[index] for index in order]
        )
        self._picked: dict[tuple[str, ...], list[str]] = {}

    def fill(self, slots: tuple[str, ...], picked: tuple[str, ...] = (), word: str = "") -> str:
        """The HTML. `slots` are id, pointer, value, extra, error, all escaped; the options whose values are in `picked`
        get the attribute `word` (checked or selected)."""
        text = self._picked.get(picked)
        if text is None:
            text = [_with_picks(part, picked, word) for part in self._text]
            if len(self._picked) < _MAX_PICKED:
                self._picked[picked] = text
        text = text[:]
        text[1::2] = self._in_order(slots)
        return "".join(text)


def _with_picks(text: str, picked: tuple[str, ...], word: str) -> str:
    for value in picked:
        text = text.replace(f'value="{value}"{PICK}', f'value="{value}" {word}')
    return text.replace(PICK, "")


@lru_cache(maxsize=_MAX_TEMPLATES)
def compile_template(
    template: str, title: str, description: str, locale: str, prefix: str, **w: Any
) -> CompiledTemplate:  # fmt: skip
    """Render a control's Jinja2 template through deform, with slots in place of what differs between pages.

    `prefix` is that of all ids in it; `w` are hashable variables of the template; equal controls, of other forms too,
    share the result.
    """
    marks = {**_MARKS, "PREFIX": prefix}

    def renderer(name: str, **values: Any) -> str:
        def translate(text: str, **variables: object) -> str:
            return say(locale, text, **variables)

        return _TEMPLATES.get_template(f"{name}.jinja2").render(say=translate, **marks, **values).strip()

    from formengine.forms.html.deform_field import render_field  # deform and colander are slow to import

    texts = {"title": plain(title), "description": plain(description), "oid": ID}
    return CompiledTemplate(render_field(template, {**_DEFAULTS, **w}, renderer, **texts))


def render_template(template: str, **values: Any) -> str:
    """The HTML of a template without slots."""
    return _TEMPLATES.get_template(f"{template}.jinja2").render(**values)


def plain(text: Any) -> str:
    """An author's text without the characters that mark slots."""
    return _RESERVED.sub("", str(text or ""))


def html(text: str) -> str:
    """Text escaped for HTML content and attributes."""
    return escape(text) if _SPECIAL(text) else text
