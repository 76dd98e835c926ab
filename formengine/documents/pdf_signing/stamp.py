"""Text and stamps as PDF content: shaped by HarfBuzz, in fonts that carry Latin, Greek, Cyrillic and Arabic, and what
Chinese, Japanese and Korean are written in.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from formengine.documents.pdf_signing.fonts import FILES
from formengine.documents.pdf_signing.model import Stamp

if TYPE_CHECKING:
    from pyhanko.pdf_utils.content import PdfContent

NAME_SIZE: Final = 19.0
LINE_SIZE: Final = 6.5
SMALLEST: Final = 4.5
"""Sizes in points: of the name, of the lines under it, and the smallest to which either shrinks to fit its box."""
SMALLER: Final = 5.5
MOST_LINES: Final = 6
"""Lines of small print: where they are broken into more, all are printed smaller."""
SMALLEST_NAME: Final = 10.0
"""Size in points below which a name stands in two lines rather than in one."""
MARGIN: Final = 6.0
MAX_IMAGE: Final = 4_000_000
"""Pixels of a drawn or uploaded signature."""
_RIGHT_TO_LEFT: Final = ("R", "AL")


class _Run(NamedTuple):
    font: int
    text: str


class TextPainter:
    """Draws lines of text into the content of one form or stamp; fonts are embedded as far as they are used."""

    def __init__(self, writer: Any) -> None:
        from pyhanko.pdf_utils.content import PdfResources

        self._writer = writer
        self._fonts: dict[int, Any] = {}
        self.resources = PdfResources()

    def line(self, text: str, x: float, y: float, size: float, width: float, colour: str = "0 g") -> bytes:
        """A line whose baseline begins at (x, y), shrunk and at last cut so that it is no wider than `width`.

        Text that begins in a script that is read from right to left ends at the right side. Letters that no font here
        has are written by their codes: an empty box would say nothing.
        """
        text = _shown(" ".join("".join(char if char.isprintable() else " " for char in text).split()))
        runs, advance = self._shaped(text)
        while advance * SMALLEST > width and len(text) > 1:
            text = text.removesuffix("…")[:-1].rstrip() + "…"
            runs, advance = self._shaped(text)
        size = min(size, width / advance) if advance else size
        if is_right_to_left(text):
            x += width - advance * size
        operators = [b"q %s BT" % colour.encode()]
        for font, shaped in runs:
            operators.append(b"/F%d 1 Tf %g 0 0 %g %.2f %.2f Tm" % (font, size, size, x, y))
            operators.append(shaped.graphics_ops)
            x += shaped.x_advance * size
        return b" ".join([*operators, b"ET Q"])

    def advance(self, text: str) -> float:
        """The width of a text as it is drawn, at a size of one point."""
        return self._shaped(_shown(text))[1]

    def _shaped(self, text: str) -> tuple[list[tuple[int, Any]], float]:
        runs = list(self._runs(text))
        if is_right_to_left(text):
            runs.reverse()
        shaped = [(run.font, self._font(run.font).shape(run.text)) for run in runs]
        return shaped, sum(result.x_advance for _font, result in shaped)

    def _runs(self, text: str) -> Iterator[_Run]:
        """The text in pieces that one font carries each: blanks and signs between letters of one font in that font, any
        others in the font of the whole.
        """
        base = 1 if is_right_to_left(text) else 0
        letters = [_font_of(char) if char.isalnum() else None for char in text]
        before, after = _nearest(letters), _nearest(letters[::-1])[::-1]
        fonts = [
            left if left is not None and left == right else base for left, right in zip(before, after, strict=True)
        ]
        for font, group in groupby(zip(fonts, text, strict=True), key=lambda pair: pair[0]):
            yield _Run(font, "".join(char for _font, char in group))

    def _font(self, number: int) -> Any:
        if number not in self._fonts:
            from pyhanko.pdf_utils.content import ResourceType
            from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
            from pyhanko.pdf_utils.generic import pdf_name

            handle = io.BytesIO(FILES[number].read_bytes())
            font = self._fonts[number] = GlyphAccumulator(self._writer, handle, font_size=1)
            self.resources[ResourceType.FONT][pdf_name(f"/F{number}")] = font.as_resource()
        return self._fonts[number]


def _shown(text: str) -> str:
    """A text with the codes of those letters that no font of ours has, as Unicode writes them.

    >>> _shown("Ana 王 ส")
    'Ana 王 U+0E2A'
    """
    pieces = []
    for is_carried, group in groupby(text, key=lambda char: not char.isalnum() or _is_carried(char)):
        letters = "".join(group)
        pieces.append(letters if is_carried else " ".join(f"U+{ord(char):04X}" for char in letters))
    return "".join(pieces)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter of a text belongs to a script that is read from right to left (UAX 9, P2 and P3)."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next((direction in _RIGHT_TO_LEFT for direction in directions if direction in ("L", *_RIGHT_TO_LEFT)), False)


def _nearest(letters: Sequence[int | None]) -> list[int | None]:
    """The font of each letter; of anything else that of the letter before it, None where there is none."""
    last: int | None = None
    fonts = []
    for font in letters:
        last = last if font is None else font
        fonts.append(last)
    return fonts


def _font_of(char: str) -> int:
    return next((font for font in range(len(FILES)) if ord(char) in _characters(font)), 0)


def _is_carried(char: str) -> bool:
    return any(ord(char) in _characters(font) for font in range(len(FILES)))


def _characters(number: int) -> frozenset[int]:
    if number not in _CHARACTERS:
        from fontTools.ttLib import TTFont

        with TTFont(FILES[number], lazy=True) as font:
            _CHARACTERS[number] = frozenset(font.getBestCmap())
    return _CHARACTERS[number]


_CHARACTERS: Final[dict[int, frozenset[int]]] = {}


def stamp_content(writer: Any, stamp: Stamp, width: float, height: float) -> PdfContent:
    """The content of a signature: the picture, or the name as it was typed, above the lines in small print."""
    painter = TextPainter(writer)
    inner = width - 2 * MARGIN
    lines, size = _small_print(painter, stamp.lines, inner)
    leading = size * 1.35
    foot = MARGIN + leading * max(len(lines) - 1, 0)
    operators = [b"q 0.98 0.98 0.97 rg 0 0 %g %g re f 0.11 0.32 0.45 rg 0 0 2 %g re f Q" % (width, height, height)]
    room = height - foot - leading - MARGIN / 2 if lines else height - 2 * MARGIN
    top = foot + leading if lines else MARGIN
    if stamp.image is not None:
        operators.append(_picture(painter, writer, stamp.image, (MARGIN, top, inner, room)))
    else:
        operators += _name(painter, stamp.text, (MARGIN, top, inner, room))
    for index, line in enumerate(lines):
        y = foot - leading * index
        operators.append(painter.line(line, MARGIN, y, size, inner, "0.25 g"))
    return content(painter, operators, width, height)


def _small_print(painter: TextPainter, lines: Sequence[str], width: float) -> tuple[list[str], float]:
    """The lines of small print, broken where they are too long, and their size in points."""
    printed: list[str] = []
    for size in (LINE_SIZE, SMALLER, SMALLEST):
        printed = [part for line in lines for part in broken(painter, line, width / size)]
        if len(printed) <= MOST_LINES:
            break
    return printed, size


def broken(painter: TextPainter, text: str, width: float) -> list[str]:
    """A line of small print in as many lines as it takes, at blanks where there are any; `width` is how wide one may be
    at a size of one point. One that has to shrink a little only stays one.
    """
    if painter.advance(text) * SMALLER <= width * LINE_SIZE:
        return [text]
    lines: list[str] = []
    for piece in (piece for word in text.split() for piece in _pieces(painter, word, width)):
        if lines and painter.advance(f"{lines[-1]} {piece}") <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def _pieces(painter: TextPainter, word: str, width: float) -> Iterator[str]:
    """A word in pieces of which each fits into a line, or has one letter."""
    while word:
        end = next((end for end in range(1, len(word)) if painter.advance(word[: end + 1]) > width), len(word))
        yield word[:end]
        word = word[end:]


def _name(painter: TextPainter, text: str, room: tuple[float, float, float, float]) -> list[bytes]:
    """The name in one line, or in two of one size where a single one would be smaller than SMALLEST_NAME.

    It stays in one where half of it has no width: accents without a letter, for example.
    """
    x, y, width, height = room
    size, lines = min(NAME_SIZE, height * 0.8), _halves(text)
    advances = [painter.advance(line) for line in lines]
    if painter.advance(text) * min(size, SMALLEST_NAME) <= width or not all(advances):
        return [painter.line(text, x, y + (height - size) / 2 + size * 0.2, size, width)]
    size = min(NAME_SIZE, height * 0.4, *(width / advance for advance in advances))
    leading = size * 1.25
    foot = y + (height - leading - size) / 2 + size * 0.2
    return [painter.line(line, x, foot + leading * (1 - index), size, width) for index, line in enumerate(lines)]


def _halves(text: str) -> tuple[str, str]:
    """A text in two lines: parted at the blank nearest to its middle, or in the middle without one near it.

    >>> _halves("Maria de la Concepción García López")
    ('Maria de la Concepción', 'García López')
    >>> _halves("王李張")
    ('王', '李張')
    """
    middle = len(text) // 2
    blank = min((i for i, char in enumerate(text) if char == " "), key=lambda i: abs(i - middle), default=-1)
    if not len(text) // 4 <= blank <= len(text) * 3 // 4:
        return text[:middle], text[middle:]
    return text[:blank], text[blank + 1 :]


def value_content(writer: Any, text: str, width: float, height: float) -> PdfContent:
    """The content of a field with one line of text: a date, initials, a city."""
    painter = TextPainter(writer)
    size = min(11.0, height * 0.75)
    return content(painter, [painter.line(text, 1, height * 0.28, size, width - 2)], width, height)


def content(painter: TextPainter, operators: Sequence[bytes], width: float, height: float) -> PdfContent:
    """Operators as content of a size, with the fonts and pictures that they use."""
    from pyhanko.pdf_utils.content import RawContent
    from pyhanko.pdf_utils.layout import BoxConstraints

    box = BoxConstraints(width=width, height=height)
    return RawContent(b"\n".join(operators), resources=painter.resources, box=box)


def _picture(painter: TextPainter, writer: Any, data: bytes, room: tuple[float, float, float, float]) -> bytes:
    """A picture, as large as its room lets it be in its own proportions."""
    from PIL import Image
    from pyhanko.pdf_utils.content import ResourceType
    from pyhanko.pdf_utils.generic import pdf_name
    from pyhanko.pdf_utils.images import pil_image

    picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
    if picture.width * picture.height > MAX_IMAGE:
        raise ValueError("the picture of the signature has too many pixels")
    x, y, width, height = room
    factor = min(width / picture.width, height / picture.height)
    wide, high = picture.width * factor, picture.height * factor
    mode = "RGBA" if picture.mode in ("RGBA", "LA", "PA", "P") else "RGB"
    painter.resources[ResourceType.XOBJECT][pdf_name("/Signature")] = pil_image(picture.convert(mode), writer)
    return b"q %.2f 0 0 %.2f %.2f %.2f cm /Signature Do Q" % (wide, high, x, y + (height - high) / 2)
