"""Fixed pieces and holes: deform and our Jinja2 templates draw each shape of control once; then holes are filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import colander
import deform
from deform.widget import Widget
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from formengine.i18n import say

ID: Final = "\ue001"
POINTER: Final = "\ue002"
VALUE: Final = "\ue003"
ERROR: Final = "\ue004"
EXTRA: Final = "\ue005"
PICK: Final = "\ue006"
_IN_ORDER: Final = (ID, POINTER, VALUE, EXTRA, ERROR)
_HOLES: Final = re.compile(f"([{ID}{POINTER}{VALUE}{ERROR}{EXTRA}])")
_ALL_HOLES: Final = re.compile(f"([{ID}-{PICK}])")
_PICKED: Final = re.compile(f'value="([^"]*)"{PICK}')
_SPECIAL: Final = re.compile("[&<>\"']").search
_RESERVED: Final = re.compile(f"[{ID}-{PICK}]")
_MARKS: Final = {"ID": ID, "POINTER": POINTER, "VALUE": VALUE, "ERROR": ERROR, "EXTRA": EXTRA, "PICK": PICK}
_USUAL: Final = {
    "required": True, "mark_optional": True, "help": "", "hint": "", "invalid": False, "driver": False,
    "deprecated": False, "long": False, "attributes": (), "columns": 0,
}  # fmt: skip
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
)


class Piece:
    """One drawn shape: text with holes. Filling it is one joining of strings."""

    def __init__(self, html: str) -> None:
        self.drawn = html
        self.picks = tuple(_PICKED.findall(html))
        self._text = _HOLES.split(html)
        """Fixed text and holes in turn; it begins and ends with text."""
        self._pick = _picker([_IN_ORDER.index(one) for one in self._text[1::2]])
        self._picked: dict[tuple[str, ...], list[str]] = {}
        self._single: Joined | None = None

    def fill(self, holes: tuple[str, ...]) -> str:
        """The HTML; `holes` are id, pointer, value, extra, error: escaped already."""
        return self.fill_picked(holes, (), "")

    def filled(self, name: str, pointer: str, values: tuple[str, ...]) -> str:
        """The same with the hole of the value and each place that may be picked given one by one."""
        if self._single is None:
            self._single = Joined([("", "", self)])
        return self._single.fill((name, pointer, *values))

    def fill_picked(self, holes: tuple[str, ...], picked: tuple[str, ...], word: str) -> str:
        """The same with these option values picked (`word`: checked or selected)."""
        text = self._picked.get(picked)
        if text is None:
            text = [_with_picks(one, picked, word) for one in self._text]
            if len(self._picked) < 500:
                self._picked[picked] = text
        text = text[:]
        text[1::2] = self._pick(holes)
        return "".join(text)


def _with_picks(text: str, picked: tuple[str, ...], word: str) -> str:
    for value in picked:
        text = text.replace(f'value="{value}"{PICK}', f'value="{value}" {word}')
    return text.replace(PICK, "")


def _picker(order: list[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """What takes the holes in the order in which they stand."""
    return itemgetter(*order) if len(order) > 1 else lambda holes: [holes[n] for n in order]


class Joined:
    """Pieces made into one text, each at a name and a pointer that begin as the whole's do.

    A piece has one hole for its value and one for each place that may be picked; None is one hole for a whole control.
    """

    def __init__(self, parts: Sequence[tuple[str, str, Piece | None]], outer: Piece | None = None) -> None:
        self._text: list[str] = [""]
        """Fixed text and holes in turn; it begins and ends with text."""
        self._order: list[int] = []
        self._count = 2
        before, after = outer.drawn.split(EXTRA) if outer else ("", "")
        self._add(before, "", "")
        for name, pointer, one in parts:
            if one is None:
                self._hole(self._next())
            else:
                self._add(one.drawn, name, pointer)
        self._add(after, "", "")
        self._pick = _picker(self._order)

    def fill(self, held: Sequence[str]) -> str:
        """The HTML; `held` are name, pointer and what fills the holes in their order, escaped already."""
        text = self._text[:]
        text[1::2] = self._pick(held)
        return "".join(text)

    def _next(self) -> int:
        self._count += 1
        return self._count - 1

    def _hole(self, number: int, after: str = "") -> None:
        self._text += ["", after]
        self._order.append(number)

    def _add(self, drawn: str, name: str, pointer: str) -> None:
        value = self._next() if VALUE in drawn or PICK in drawn else None
        for one in _ALL_HOLES.split(drawn):
            if one == ID:
                self._hole(0, name)
            elif one == POINTER:
                self._hole(1, pointer)
            elif one == PICK:
                self._hole(self._next())
            elif one == VALUE and value is not None:
                self._hole(value)
            elif one not in (ERROR, EXTRA):
                self._text[-1] += one


def joined(outer: Piece, parts: Sequence[tuple[str, str, Piece | None]]) -> Joined:
    """The piece of a group with those of its fields inside."""
    return Joined(parts, outer)


class ControlWidget(Widget):  # type: ignore[misc]
    """A deform widget whose whole looks lie in its template; `w` holds what the template needs."""

    def __init__(self, template: str, w: dict[str, Any]) -> None:
        super().__init__(template=template)
        self.w = w

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """The HTML of the control, holes and all."""
        return str(field.renderer(self.template, field=field, w=SimpleNamespace(**self.w), **kw))


def piece(template: str, title: str, description: str, locale: str, **w: Any) -> Piece:
    """Draw one shape of control with deform and its template."""

    def renderer(name: str, **values: Any) -> str:
        def ours(text: str, **places: object) -> str:
            return say(locale, text, **places)

        return _TEMPLATES.get_template(f"{name}.jinja2").render(say=ours, **_MARKS, **values).strip()

    node = colander.SchemaNode(
        colander.String(),
        name="control",
        title=plain(title),
        description=plain(description),
        oid=ID,
        missing=colander.null,
    )
    values = {**_USUAL, **w}
    node.widget = ControlWidget(template, values)
    return Piece(str(deform.Field(node, renderer=renderer).serialize(colander.null)))


def draw(template: str, **values: Any) -> str:
    """A template that has no holes."""
    return _TEMPLATES.get_template(f"{template}.jinja2").render(**values)


def plain(text: Any) -> str:
    """An author's text without the characters that mark holes."""
    return _RESERVED.sub("", str(text or ""))


def html(text: str) -> str:
    """Escaped text."""
    return escape(text) if _SPECIAL(text) else text
