"""Colours of Word documents: those of words, and those of what words stand on (ECMA-376 part 1, 17.3.5, 17.18.78).

A colour is its relative luminance (WCAG 2.2), from 0 (black) to 1 (white). None is no colour of its own, and UNKNOWN
one that the file does not say in figures: of a theme, a picture or a gradient.
"""

from __future__ import annotations

import re
from typing import Any, Final

from formengine.documents.word_markup import value

UNKNOWN: Final = -1.0
_LEAST_CONTRAST: Final = 1.2
"""Below it, words are hardly another colour than what they stand on; what can be read has at least 3."""
_HEX: Final = re.compile(r"#?([0-9a-f]{6})\b", re.IGNORECASE)
_HIGHLIGHTS: Final = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF", "red": "FF0000",
    "yellow": "FFFF00", "white": "FFFFFF", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
    "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
_PAPER: Final = ("background1", "light1", "bg1", "lt1")
"""The colour of a theme that is white in every theme of Word."""
_PERCENT: Final = re.compile(r"pct(\d{1,2})$")


def is_seen(words: float | None, ground: float) -> bool:
    """Whether words of a colour are seen on another one; those without a colour get one that is.

    >>> is_seen(1.0, 1.0), is_seen(0.0, 1.0), is_seen(0.0, 0.0), is_seen(None, 0.0)
    (False, True, False, True)
    """
    if words is None or UNKNOWN in (words, ground):
        return True
    return (max(words, ground) + 0.05) / (min(words, ground) + 0.05) >= _LEAST_CONTRAST


def luminance(text: str) -> float | None:
    """The luminance of six hexadecimal digits, with or without a "#"; None for any other text."""
    match = _HEX.match(text)
    if match is None:
        return None
    channels = [int(match[1][start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colour_of(mark: Any, name: str = "val", theme: str = "themeColor") -> float | None:
    """The colour that an attribute of an element says, or that of a theme which stands in another."""
    own, of_theme = luminance(value(mark, name)), value(mark, theme)
    if own is not None or not of_theme:
        return own
    return 1.0 if of_theme in _PAPER else UNKNOWN


def highlight_colour(mark: Any) -> float | None:
    """The colour of a highlight (`w:highlight`)."""
    return luminance(_HIGHLIGHTS.get(value(mark, "val"), ""))


def shade_colour(mark: Any) -> float | None:
    """The colour of a shade (`w:shd`): its fill, or what a pattern makes of its fill and its colour."""
    pattern, fill = value(mark, "val"), colour_of(mark, "fill", "themeFill")
    if pattern in ("", "clear", "nil"):
        return fill
    percent = _PERCENT.match(pattern)
    share = 1.0 if pattern == "solid" else int(percent[1]) / 100 if percent else 0.5
    colour = colour_of(mark, "color")
    if UNKNOWN in (colour, fill):
        return UNKNOWN
    return share * (0.0 if colour is None else colour) + (1 - share) * (1.0 if fill is None else fill)


def shape_colour(shape: Any) -> float | None:
    """The colour of a drawn shape (`wps:wsp`), or of one in the older markup (VML)."""
    if not str(shape.tag).endswith("}wsp"):
        is_filled = shape.get("filled", "t") not in ("f", "false") and shape.get("fillcolor")
        if not is_filled:
            return None
        colour = 1.0 if shape.get("fillcolor").startswith("white") else luminance(shape.get("fillcolor"))
        return UNKNOWN if colour is None else colour
    properties = next(shape.iterchildren("{*}spPr"), ())
    for fill in properties:
        kind = str(fill.tag).rpartition("}")[2]
        if kind == "noFill":
            return None
        if kind == "solidFill":
            return _solid_colour(fill)
        if kind.endswith("Fill"):
            return UNKNOWN
    of_style = next(shape.iterfind("{*}style/{*}fillRef"), None)
    return UNKNOWN if of_style is not None and of_style.get("idx", "0") != "0" else None


def _solid_colour(fill: Any) -> float:
    colour = next(iter(fill), None)
    if colour is None or len(colour):
        return UNKNOWN  # nothing, or a colour that is made lighter or darker
    own = 1.0 if colour.get("val", "") in _PAPER else luminance(colour.get("val", ""))
    return UNKNOWN if own is None else own
