"""Text of Word documents that nobody sees on paper: in the colour of the page, or too small to be read (S3, T35).

Such text is treated as hidden text. What stands on a colour of its own (of its text, paragraph, cell, table or box) is
taken for visible, as white words in the dark first row of a table are.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from formengine.documents.signature_marks import MARK
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
_PALEST: Final = 0.82
"""Relative luminance above which a colour has less than 1.2 times the contrast of none on white paper (WCAG 2.2)."""
_DEPTH: Final = 20
_PLAIN: Final = ("", "auto", "none", "clear")
_DRAWN: Final = ("solidFill", "gradFill", "pattFill", "blipFill", "fill")


class Visibility:
    """Tells the faint text of the parts of a document, with the style sheet they share (None without one)."""

    def __init__(self, sheet: Any) -> None:
        styles = sheet.iter(*names("style")) if sheet is not None else ()
        self._styles = {value(style, "styleId"): style for style in styles}
        self._default = next((id_ for id_, style in self._styles.items() if _is_default(style)), "")

    def faint_runs(self, root: Any) -> list[Any]:
        """The runs of a part that have words nobody sees on paper."""
        return [run for run in root.iter(*names("r")) if self._is_faint(run)]

    def _is_faint(self, run: Any) -> bool:
        if not _text_of(run).strip():
            return False
        size = self._property(run, "sz")
        is_tiny = (size.isdecimal() and 0 < int(size) <= _SMALLEST) or self._is_displaced(run)
        is_pale = is_tiny or (_is_pale(self._property(run, "color")) and not self._stands_on_colour(run))
        return is_pale and not _is_of_mark(run)

    def _is_displaced(self, run: Any) -> bool:
        """Whether a run is squeezed to a line of ink or moved off the page, by itself or with its paragraph or row."""
        width, apart, raised = (_number(self._property(run, name)) for name in ("w", "spacing", "position"))
        if (width is not None and width < _NARROWEST) or (apart or 0) < -_CLOSEST or abs(raised or 0) > _FURTHEST:
            return True
        properties = child_of(next(run.iterancestors(*names("p")), None), "pPr")
        lines, indents = child_of(properties, "spacing"), child_of(properties, "ind")
        if (
            lines is not None
            and value(lines, "lineRule") == "exact"
            and (_number(value(lines, "line")) or 0) <= _LOWEST
        ):
            return True
        if indents is not None and any(abs(_number(value(indents, side)) or 0) > _PAGE for side in _SIDES):
            return True
        height = child_of(next(run.iterancestors(*names("tr")), None), "trPr", "trHeight")
        return (
            height is not None and value(height, "hRule") == "exact" and (_number(value(height, "val")) or 0) <= _LOWEST
        )

    def _property(self, run: Any, name: str) -> str:
        """The value of a property of a run: its own, else that of its styles, else that of the document."""
        own = child_of(run, "rPr", name)
        if own is not None:
            return value(own, "val")
        paragraph = next(run.iterancestors(*names("p")), None)
        of_run, of_paragraph = child_of(run, "rPr", "rStyle"), child_of(paragraph, "pPr", "pStyle")
        ids = [value(of_run, "val")] if of_run is not None else []
        ids.append(value(of_paragraph, "val") if of_paragraph is not None else self._default)
        return next((text for id_ in ids if (text := self._of_style(id_, "rPr", name))), "")

    def _of_style(self, id_: str, group: str, name: str, attribute: str = "val") -> str:
        """A property of a style, or of the nearest one that it is based on."""
        for _step in range(_DEPTH):
            style = self._styles.get(id_)
            if style is None:
                return ""
            mark = child_of(style, group, name)
            if mark is not None:
                return value(mark, attribute)
            based = child_of(style, "basedOn")
            id_ = value(based, "val") if based is not None else ""
        return ""

    def _stands_on_colour(self, run: Any) -> bool:
        own, paragraph = child_of(run, "rPr"), next(run.iterancestors(*names("p")), None)
        if _is_shaded(own) or child_of(own, "highlight") is not None or _is_shaded(child_of(paragraph, "pPr")):
            return True
        style = child_of(paragraph, "pPr", "pStyle")
        if style is not None and _is_colour(self._of_style(value(style, "val"), "pPr", "shd", "fill")):
            return True
        return any(self._is_coloured(around) for around in run.iterancestors())

    def _is_coloured(self, element: Any) -> bool:
        """Whether a cell, table or drawn shape around a text has a colour of its own."""
        if element.tag in names("tc"):
            return _is_shaded(child_of(element, "tcPr"))
        if element.tag in names("tbl"):
            style = child_of(element, "tblPr", "tblStyle")
            return _is_shaded(child_of(element, "tblPr")) or (
                style is not None and value(style, "val") in self._coloured_tables
            )
        if str(element.tag).endswith("}wsp") or element.get("fillcolor"):
            return element.get("fillcolor") is not None or any(
                next(element.iter(f"{{*}}{fill}"), None) is not None for fill in _DRAWN
            )
        return False

    @cached_property
    def _coloured_tables(self) -> set[str]:
        """The styles that shade cells of their tables, by themselves or by the style they are based on."""
        own = {id_ for id_, style in self._styles.items() if any(map(_is_shade, style.iter(*names("shd"))))}
        coloured = set()
        for id_ in self._styles:
            chain, current = set[str](), id_
            while current in self._styles and current not in chain:
                chain.add(current)
                based = child_of(self._styles[current], "basedOn")
                current = value(based, "val") if based is not None else ""
            if chain & own:
                coloured.add(id_)
        return coloured


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


def _is_shaded(properties: Any) -> bool:
    shade = child_of(properties, "shd")
    return shade is not None and _is_shade(shade)


def _is_shade(shade: Any) -> bool:
    is_pattern = value(shade, "val") not in ("", "clear", "nil")
    return is_pattern or _is_colour(value(shade, "fill")) or bool(value(shade, "themeFill"))


def _is_colour(text: str) -> bool:
    """Whether a colour is one on which pale text is seen."""
    return text.lower() not in _PLAIN and not _is_pale(text)


def _is_pale(text: str) -> bool:
    """Whether a colour, six hexadecimal digits, is hardly another than that of paper (WCAG 2.2, relative luminance)."""
    try:
        channels = [int(text[start : start + 2], 16) / 255 for start in (0, 2, 4)] if len(text) == 6 else []
    except ValueError:
        return False
    if not channels:
        return False
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > _PALEST
