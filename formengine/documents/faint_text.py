"""Text of Word documents that nobody sees on paper (S3, T35): in the colour of what it stands on, too small,
or off the page.

Such text is treated as hidden text. What it stands on is the highlight or shade of its text, paragraph or cell, its
table or box, else white paper; where that is no colour in figures, the text is taken for visible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from formengine.documents.signature_marks import MARK
from formengine.documents.word_colours import (
    UNKNOWN,
    colour_of,
    highlight_colour,
    is_seen,
    shade_colour,
    shape_colour,
)
from formengine.documents.word_markup import child_of, names, value

_SMALLEST: Final = 4
"""Half-points: text of 2 points or less is a line of dots."""
_NARROWEST: Final = 20
"""Percent of the width of letters: narrower ones are strokes."""
_CLOSEST: Final = 80
"""Twentieths of a point by which letters may stand closer: 4 points put the letters of a text onto each other."""
_FURTHEST: Final = 200
"""Half-points by which a text is raised or lowered at most: 100 points are another part of the page, or none."""
_LOWEST: Final = 60
"""Twentieths of a point: what stands in a line or row of 3 points is cut off."""
_PAGE: Final = 12_000
"""Twentieths of a point, 21 cm: what is indented by as much, or by that much to the left, stands on no page."""
_SIDES: Final = ("left", "right", "start", "end", "firstLine", "hanging")
_FAR: Final = 16_000_000
"""English metric units, 44 cm: more than the long side of the largest usual page (A3)."""
_MARGIN: Final = 1_800_000
"""English metric units, 5 cm: what a box ends before, counted from the margin, is beside the page."""
_FIRST: Final = {"page": 0, "margin": -_MARGIN}
"""Where the page begins, from what a box is placed by; others (a column, a paragraph) may stand far from its edge."""
_FAR_POINTS: Final = re.compile(
    r"(?:^|;)\s*(?:margin-)?(?:left|top)\s*:\s*-?(?:1[3-9]\d\d|[2-9]\d{3}|\d{5,})(?:\.\d+)?pt"
)
"""A place of a box in older markup (VML) that is as far away."""


class Visibility:
    """Tells the faint text of the parts of a document, with the style sheet they share (None without one)."""

    def __init__(self, sheet: Any) -> None:
        styles = sheet.iter(*names("style")) if sheet is not None else ()
        self._styles = {value(style, "styleId"): style for style in styles}
        self._default = next((id_ for id_, style in self._styles.items() if _is_default(style)), "")
        self._defaults = child_of(sheet, "docDefaults")
        self._marks: dict[tuple[str, str, str], list[Any]] = {}

    def faint_runs(self, root: Any) -> list[Any]:
        """The runs of a part that have words nobody sees on paper."""
        return [run for run in root.iter(*names("r")) if self._is_faint(run)]

    def _is_faint(self, run: Any) -> bool:
        if not _text_of(run).strip():
            return False
        is_unseen = _is_tiny(self._property(run, "sz")) or self._is_displaced(run) or not self._is_coloured(run)
        return is_unseen and not _is_of_mark(run)

    def _is_displaced(self, run: Any) -> bool:
        """Whether a run is squeezed to a line of ink or moved off the page, by itself or with its paragraph, row or
        box.
        """
        width, apart, raised = (_number(self._property(run, name)) for name in ("w", "spacing", "position"))
        if (width is not None and width < _NARROWEST) or (apart or 0) < -_CLOSEST or abs(raised or 0) > _FURTHEST:
            return True
        lines, indents = (list(self._of_paragraph(_paragraph_of(run), name)) for name in ("spacing", "ind"))
        if _attribute(lines, "lineRule") == "exact" and _is_low(_attribute(lines, "line")):
            return True
        if any(abs(_number(_attribute(indents, side)) or 0) > _PAGE for side in _SIDES):
            return True
        height = child_of(next(run.iterancestors(*names("tr")), None), "trPr", "trHeight")
        if height is not None and value(height, "hRule") == "exact" and _is_low(value(height, "val")):
            return True
        return any(_is_beside_page(around) for around in run.iterancestors())

    def _property(self, run: Any, name: str) -> str:
        """The value of a property of a run: its own, else that of its styles, else that of the document."""
        return next((value(mark, "val") for mark in self._of_run(run, name)), "")

    def _of_run(self, run: Any, name: str) -> Iterator[Any]:
        """The elements that set a property of a run, the one that counts first."""
        yield from _child(run, "rPr", name)
        yield from self._of_style(_style_of(run, "rPr", "rStyle"), "rPr", name)
        yield from self._of_style(_style_of(_paragraph_of(run), "pPr", "pStyle") or self._default, "rPr", name)
        yield from _child(self._defaults, "rPrDefault", "rPr", name)

    def _of_paragraph(self, paragraph: Any, name: str) -> Iterator[Any]:
        """The elements that set a property of a paragraph, the one that counts first."""
        yield from _child(paragraph, "pPr", name)
        yield from self._of_style(_style_of(paragraph, "pPr", "pStyle") or self._default, "pPr", name)
        yield from _child(self._defaults, "pPrDefault", "pPr", name)

    def _of_style(self, id_: str, group: str, name: str) -> list[Any]:
        """The elements that set a property in a style, and in those that it is based on."""
        key = (id_, group, name)
        if key not in self._marks:
            self._marks[key] = [mark for style in self._chain(id_) for mark in _child(style, group, name)]
        return self._marks[key]

    def _chain(self, id_: str) -> list[Any]:
        """A style, and those that it is based on."""
        chain: list[Any] = []
        while (style := self._styles.get(id_)) is not None and style not in chain:
            chain.append(style)
            id_ = next((value(based, "val") for based in _child(style, "basedOn")), "")
        return chain

    def _is_coloured(self, run: Any) -> bool:
        """Whether a run has another colour than what it stands on."""
        colour = next(map(colour_of, self._of_run(run, "color")), None)
        return colour is None or is_seen(colour, next(self._grounds(run), 1.0))

    def _grounds(self, run: Any) -> Iterator[float]:
        """The colours of what a run stands on, the nearest first."""
        paragraph = _paragraph_of(run)
        own = [
            next(map(highlight_colour, self._of_run(run, "highlight")), None),
            next(map(shade_colour, self._of_run(run, "shd")), None),
            next(map(shade_colour, self._of_paragraph(paragraph, "shd")), None),
        ]
        yield from (colour for colour in own if colour is not None)
        for around in run.iterancestors():
            if (colour := self._colour_around(around)) is not None:
                yield colour

    def _colour_around(self, element: Any) -> float | None:
        """The colour of a cell, table or drawn shape around a text."""
        if element.tag in names("tc"):
            return next(map(shade_colour, _child(element, "tcPr", "shd")), None)
        if element.tag in names("tbl"):
            if _style_of(element, "tblPr", "tblStyle") in self._coloured_tables:
                return UNKNOWN  # which of its cells are shaded depends on where they stand
            return next(map(shade_colour, _child(element, "tblPr", "shd")), None)
        if str(element.tag).endswith("}wsp") or element.get("fillcolor"):
            return shape_colour(element)
        return None

    @cached_property
    def _coloured_tables(self) -> set[str]:
        """The styles that shade cells of their tables, by themselves or by the style they are based on."""
        own = {
            id_
            for id_, style in self._styles.items()
            if any(
                is_seen(1.0, colour) for colour in map(shade_colour, style.iter(*names("shd"))) if colour is not None
            )
        }
        return {id_ for id_ in self._styles if any(value(style, "styleId") in own for style in self._chain(id_))}


def faint_levels(numbering: Any) -> list[Any]:
    """The levels of lists (`w:lvlText`) whose words, beside the number, nobody sees on paper."""
    levels = (level for level in numbering.iter(*names("lvl")) if child_of(level, "lvlText") is not None)
    return [child_of(level, "lvlText") for level in levels if _has_words(level) and _is_unseen_level(level)]


def _has_words(level: Any) -> bool:
    return any(map(str.isalnum, re.sub(r"%\d", "", value(child_of(level, "lvlText"), "val"))))


def _is_unseen_level(level: Any) -> bool:
    size = "".join(value(mark, "val") for mark in _child(level, "rPr", "sz"))
    colour = next(map(colour_of, _child(level, "rPr", "color")), None)
    is_hidden = any(value(mark, "val", "1") not in ("0", "false", "off") for mark in _child(level, "rPr", "vanish"))
    return is_hidden or _is_tiny(size) or not is_seen(colour, 1.0)


def _child(element: Any, *path: str) -> list[Any]:
    """What `child_of` finds, as a list of one element or none."""
    child = child_of(element, *path)
    return [child] if child is not None else []


def _style_of(element: Any, group: str, name: str) -> str:
    return next((value(style, "val") for style in _child(element, group, name)), "")


def _paragraph_of(run: Any) -> Any:
    return next(run.iterancestors(*names("p")), None)


def _attribute(marks: list[Any], name: str) -> str:
    """An attribute as the first of some elements says that has it: each is inherited by itself."""
    return next((text for mark in marks if (text := value(mark, name))), "")


def _is_tiny(size: str) -> bool:
    return size.isdecimal() and 0 < int(size) <= _SMALLEST


def _is_low(height: str) -> bool:
    number = _number(height)
    return number is not None and number <= _LOWEST


def _is_beside_page(element: Any) -> bool:
    """Whether a drawing is anchored off the page, with the box in it."""
    if not str(element.tag).endswith("}anchor"):
        return bool(_FAR_POINTS.search(element.get("style", "")))
    for name, side in (("positionH", "cx"), ("positionV", "cy")):
        position, extent = (next(element.iterchildren(f"{{*}}{child}"), None) for child in (name, "extent"))
        if position is None or (offset := _number(position.findtext("{*}posOffset") or "")) is None:
            continue
        end = offset + ((_number(extent.get(side, "")) or 0) if extent is not None else 0)
        if offset > _FAR or end <= _FIRST.get(position.get("relativeFrom"), -_FAR):
            return True
    return False


def _text_of(run: Any) -> str:
    return "".join(text.text or "" for text in run.iterchildren(*names("t")))


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _is_of_mark(run: Any) -> bool:
    """Whether the words of a run are of marks where somebody signs, which are small and white, and never printed."""
    runs = list(run.getparent().iterchildren(*names("r")))
    start = sum(len(_text_of(other)) for other in runs[: runs.index(run)])
    whole, own = "".join(map(_text_of, runs)), _text_of(run)
    for mark in MARK.finditer(whole):
        first, last = max(mark.start(), start), min(mark.end(), start + len(own))
        if first < last:
            own = own[: first - start] + " " * (last - first) + own[last - start :]
    return not own.strip()


def _is_default(style: Any) -> bool:
    return value(style, "type") == "paragraph" and value(style, "default") in ("1", "true", "on")
