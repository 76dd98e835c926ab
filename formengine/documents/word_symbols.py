"""Characters of symbol fonts (Symbol, Wingdings) in Word documents as characters of Unicode.

In such a font an "a" is drawn as an alpha, and a tick is a character of private use. Where the font is not installed,
something else is printed, and what people read, hear or search for is another text than what Word shows. Sources: the
encoding of Adobe's Symbol font, and the characters that Unicode 7.0 added for those of Wingdings and Webdings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.documents.word_markup import child_of, names, value

_UNKNOWN: Final = "\ufffd"
"""Printed and read for a character that is in none of the tables."""
_PRIVATE: Final = 0xF000
"""Word adds this to the codes of symbol fonts (ECMA-376 part 1, 17.3.3.30)."""
_SYMBOL: Final = {
    **dict(
        enumerate(
            " !\u2200#\u2203%&\u220b()\u2217+,\u2212./0123456789:;<=>?"
            "\u2245ΑΒΧΔΕΦΓΗΙ\u03d1ΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[\u2234]\u22a5_"
            "\u203eαβχδεφγηι\u03d5κλμνοπθρστυ\u03d6ωξψζ{|}\u223c",
            0x20,
        )
    ),
    **dict(
        enumerate(
            "€\u03d2\u2032\u2264\u2044\u221eƒ\u2663\u2666\u2665\u2660\u2194\u2190\u2191\u2192\u2193"
            "°±\u2033\u2265×\u221d\u2202\u2022÷\u2260\u2261\u2248\u2026\u23d0\u23af\u21b5"
            "\u2135\u2111\u211c\u2118\u2297\u2295\u2205\u2229\u222a\u2283\u2287\u2284\u2282\u2286\u2208\u2209"
            "\u2220\u2207®©™\u220f\u221a\u22c5¬\u2227\u2228\u21d4\u21d0\u21d1\u21d2\u21d3"
            "\u25ca\u2329®©™\u2211\u239b\u239c\u239d\u23a1\u23a2\u23a3\u23a7\u23a8\u23a9\u23aa",
            0xA0,
        )
    ),
    **dict(enumerate("\u232a\u222b\u2320\u23ae\u2321\u239e\u239f\u23a0\u23a4\u23a5\u23a6\u23ab\u23ac\u23ad", 0xF1)),
}
_WINGDINGS: Final = {
    0x20: " ", 0x22: "\u2702", 0x23: "\u2701", 0x28: "\u260e", 0x29: "\u2706", 0x2A: "\u2709", 0x36: "\u231b",
    0x3E: "\u2707", 0x3F: "\u270d", 0x41: "\u270c", 0x45: "\u261c", 0x46: "\u261e", 0x47: "\u261d", 0x48: "\u261f",
    0x4A: "\u263a", 0x4C: "\u2639", 0x4E: "\u2620", 0x51: "\u2708", 0x52: "\u263c", 0x54: "\u2744", 0x56: "\u271e",
    0x58: "\u2720", 0x59: "\u2721", 0x5A: "\u262a", 0x5B: "\u262f", 0x5D: "\u2638",
    **{code: chr(0x2648 + code - 0x5E) for code in range(0x5E, 0x6A)},
    0x6C: "\u25cf", 0x6D: "\u274d", 0x6E: "\u25a0", 0x6F: "\u25a1", 0x71: "\u2751", 0x72: "\u2752", 0x73: "\u2b27",
    0x74: "\u29eb", 0x75: "\u25c6", 0x76: "\u2756", 0x77: "\u2b25", 0x78: "\u2327", 0x7A: "\u2318", 0x7D: "\u201c",
    0x7E: "\u201d", 0x80: "\u24ea", **{code: chr(0x2460 + code - 0x81) for code in range(0x81, 0x8B)}, 0x8B: "\u24ff",
    **{code: chr(0x2776 + code - 0x8C) for code in range(0x8C, 0x96)}, 0x9E: "\u00b7", 0x9F: "\u2022", 0xA0: "\u25aa",
    0xA1: "\u25cb", 0xA4: "\u25c9", 0xA5: "\u25ce", 0xA7: "\u25aa", 0xA8: "\u2610", 0xAA: "\u2726", 0xAB: "\u2605",
    0xAC: "\u2736", 0xAD: "\u2734", 0xAE: "\u2739", 0xAF: "\u2735", 0xB1: "\u2316", 0xB5: "\u272a", 0xB6: "\u2730",
    0xD5: "\u232b", 0xD6: "\u2326", 0xD8: "\u27a2", 0xDC: "\u27b2", 0xDF: "\u2190", 0xE0: "\u2192", 0xE1: "\u2191",
    0xE2: "\u2193", 0xE3: "\u2196", 0xE4: "\u2197", 0xE5: "\u2199", 0xE6: "\u2198", 0xE8: "\u2794", 0xEF: "\u21e6",
    0xF0: "\u21e8", 0xF1: "\u21e7", 0xF2: "\u21e9", 0xFB: "\u2717", 0xFC: "\u2713", 0xFD: "\u2612", 0xFE: "\u2611",
}  # fmt: skip
_WINGDINGS_2: Final = {
    0x20: " ", 0x4F: "\u2717", 0x50: "\u2713", 0x51: "\u2612", 0x52: "\u2611", 0x53: "\u2612", 0x54: "\u2612",
    0x98: "\u25cf", 0xA3: "\u2610",
}  # fmt: skip
_WEBDINGS: Final = {0x20: " ", 0x61: "\u2714", 0x63: "\u2610", 0x67: "\u25a0", 0x72: "\u2716"}
_FONTS: Final = {
    "symbol": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": {0x20: " "},
    "webdings": _WEBDINGS,
}


def settle_symbols(root: Any, styles: Mapping[str, str]) -> None:
    """Write the symbols of a part as characters of Unicode, in the font of the text around them. `styles` are those of
    the document that set a symbol font (`symbol_styles`); in their sheet they lose it.
    """
    for symbol in list(root.iter(*names("sym"))):
        text = symbol_text(_code(value(symbol, "char")), value(symbol, "font"))
        symbol.tag = symbol.tag.replace("}sym", "}t")
        symbol.attrib.clear()
        symbol.text = text
    for style in root.iter(*names("style")):
        if _font_of(style) in _FONTS:
            _take_font_out(style)
    for run in list(root.iter(*names("r"))):
        font = _font_of(run) or (_font_of_styles(run, styles) if styles else "")
        if font in _FONTS:
            for text in run.iterchildren(*names("t", "delText")):
                text.text = _in_font(text.text or "", font)
            _take_font_out(run)


def symbol_styles(sheet: Any) -> dict[str, str]:
    """The styles of a style sheet that set a symbol font, by their ids, with its name in small letters."""
    fonts = {value(style, "styleId"): _font_of(style) for style in sheet.iter(*names("style"))}
    return {style: font for style, font in fonts.items() if font in _FONTS}


def symbol_text(code: int, font: str) -> str:
    """The character of a code in a font, of any name.

    >>> symbol_text(0xF0A3, "Symbol"), symbol_text(0xA7, "Arial")
    ('≤', '§')
    """
    is_character = 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    character = chr(code) if is_character else _UNKNOWN
    return _in_font(character, font.lower()) if font.lower() in _FONTS else character


def _font_of(element: Any) -> str:
    """The font that a run or style sets for Latin text, in small letters; "" where it sets none."""
    fonts = child_of(element, "rPr", "rFonts")
    return (value(fonts, "ascii") or value(fonts, "hAnsi")).lower() if fonts is not None else ""


def _font_of_styles(run: Any, styles: Mapping[str, str]) -> str:
    own = child_of(run, "rPr", "rStyle")
    if own is not None and value(own, "val") in styles:
        return styles[value(own, "val")]
    of_paragraph = child_of(next(run.iterancestors(*names("p")), None), "pPr", "pStyle")
    return styles.get(value(of_paragraph, "val"), "") if of_paragraph is not None else ""


def _code(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return ord(_UNKNOWN)


def _in_font(text: str, font: str) -> str:
    """What a symbol font draws for a text.

    >>> _in_font("abc", "symbol"), _in_font("\\uf0fe", "wingdings")
    ('αβχ', '☑')
    """
    table = _FONTS[font]
    return "".join(_character(character, table) for character in text)


def _character(character: str, table: dict[int, str]) -> str:
    code = ord(character)
    code -= _PRIVATE if _PRIVATE <= code < _PRIVATE + 0x100 else 0
    return table.get(code, _UNKNOWN) if code < 0x100 else character


def _take_font_out(element: Any) -> None:
    fonts = child_of(element, "rPr", "rFonts")
    if fonts is not None:
        fonts.getparent().remove(fonts)
