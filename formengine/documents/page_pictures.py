"""Pictures of the pages of a PDF, drawn by PDFium in the sandboxed process, and the text of each page (S5, D6).

Time, memory and pixels are bounded; nothing of a PDF runs, since this PDFium is built without JavaScript and XFA.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox

LIMITS: Final = SandboxLimits(seconds=30, megabytes=1024)
MAX_PAGES: Final = 2000
WIDTH: Final = 1000
"""Pixels of a page's width: about 120 dots per inch on A4."""
MAX_HEIGHT: Final = 4000
"""Pixels of a page's height, however long it is."""
MAX_TEXT: Final = 1_000_000
"""Characters of text that are read, of all pages together."""
PICTURE_TYPE: Final = "image/webp"
_QUALITY: Final = 80


@dataclass(frozen=True)
class PageOutline:
    """What is known of a PDF before any of it is drawn: the width and height of each page in points, and its text.

    Both sides are 1 at least, and none is higher than the picture that is drawn of it.
    """

    sizes: tuple[tuple[float, float], ...]
    texts: tuple[str, ...]


def outline(pdf: bytes) -> PageOutline:
    """The sizes and texts of the pages of a PDF.

    Raises DocumentRefused for a file that is damaged, protected or longer than MAX_PAGES, and DocumentTooHeavy.
    """
    facts = json.loads(run_in_sandbox(__name__, {"task": "outline"}, pdf, LIMITS))
    return PageOutline(tuple((width, height) for width, height in facts["sizes"]), tuple(facts["texts"]))


def draw_pages(pdf: bytes, first: int, last: int) -> list[bytes]:
    """The pages from `first` to `last` (from 1, both included, as far as they exist) as WebP. Raises as `outline`."""
    facts = {"task": "draw", "first": first, "last": last}
    lengths, _line, content = run_in_sandbox(__name__, facts, pdf, LIMITS).partition(b"\n")
    pictures, start = [], 0
    for length in json.loads(lengths):
        pictures.append(content[start : start + length])
        start += length
    return pictures


def sandboxed_task(facts: Mapping[str, Any], pdf: bytes) -> bytes:
    """`outline` or `draw_pages` within the sandboxed process."""
    import pypdfium2  # type: ignore[import-untyped]  # it has no stubs

    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise ValueError(f"the PDF is damaged or protected: {error}") from None
    if len(document) > MAX_PAGES:
        raise ValueError(f"the PDF has more than {MAX_PAGES} pages")
    if facts["task"] == "outline":
        return json.dumps(_outline(document)).encode()
    numbers = range(facts["first"] - 1, min(facts["last"], len(document)))
    pictures = [_drawn(document[number]) for number in numbers]
    return json.dumps([len(picture) for picture in pictures]).encode() + b"\n" + b"".join(pictures)


def _outline(document: Any) -> dict[str, Any]:
    sizes, texts, room = [], [], MAX_TEXT
    for number in range(len(document)):
        page = document[number]
        width, height = (max(round(side, 1), 1.0) for side in page.get_size())
        sizes.append((width, min(height, width * MAX_HEIGHT / WIDTH)))
        text = page.get_textpage().get_text_range()[:room] if room > 0 else ""
        texts.append("".join(char for char in text.replace("\r\n", "\n") if char.isprintable() or char == "\n"))
        room -= len(text)
        page.close()
    return {"sizes": sizes, "texts": texts}


def _drawn(page: Any) -> bytes:
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise ValueError("a page has no size")
    scale = min(WIDTH / width, MAX_HEIGHT / height)
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=_QUALITY, method=2)
    return stream.getvalue()
