"""What the paragraphs of a Word document say, as `print_copy` leaves them: words, breaks, pictures, what is struck out,
and what stands in boxes and drawings beside them; in the sandboxed process.

Characters of `reader_words` stand for what the reader's language has to say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final

from docx.oxml.ns import qn

from formengine.documents.page_parts import root_of
from formengine.documents.reader_words import END, PICTURE, STRUCK

GONE: Final = frozenset((qn("w:del"), qn("w:moveFrom")))
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BREAKS: Final = {
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:noBreakHyphen"): "\u2011",
}
BOX: Final = qn("w:txbxContent")
HOLDERS: Final = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
    qn("w:drawing"),
    qn("w:pict"),
)
"""What holds a drawing in a run."""
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PICTURES: Final = {
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip": f"{_RELATION}embed",
    "{urn:schemas-microsoft-com:vml}imagedata": f"{_RELATION}id",
}
_WORD_ART: Final = "{urn:schemas-microsoft-com:vml}textpath"
_DRAWN: Final = (
    ("{http://schemas.openxmlformats.org/drawingml/2006/chart}chart", f"{_RELATION}id"),
    ("{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds", f"{_RELATION}dm"),
)
"""What refers to a chart or a diagram (SmartArt), and by which attribute."""
_LINE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}p"
_LINE_TEXT: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_CHART_VALUE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}v"


def text_of(paragraph: Any, part: Any = None) -> str:
    """The text of a paragraph with its tracked changes accepted, blanks at its ends left out, without that of boxes in
    it. Of a picture it has the beginning of its hash where the `part` of the file is given that holds it.
    """
    pieces: list[str] = []
    was_struck = False
    for run in own_runs(paragraph):
        text = run_text(run) + "".join(
            text for holder in run.iterchildren(*HOLDERS) for text in picture_texts(holder, part)
        )
        if text and is_struck(run) != was_struck:
            pieces.append(END if was_struck else STRUCK)
            was_struck = not was_struck
        pieces.append(text)
    return squeezed("".join(pieces) + (END if was_struck else ""))


def squeezed(text: str) -> str:
    """A text with one blank for each stretch of them, and none at its ends."""
    return re.sub(r"[ \t\n]+", " ", text).strip()


def runs_of(paragraph: Any) -> Iterator[Any]:
    """The runs in a paragraph, in order, those of its boxes too, but for those in tracked deletions and repetitions in
    older markup.
    """
    for run in paragraph.iter(qn("w:r")):
        if not any(parent.tag in GONE or parent.tag == FALLBACK for parent in run.iterancestors()):
            yield run


def own_runs(paragraph: Any) -> Iterator[Any]:
    """The runs of a paragraph itself, in order, but for those in tracked deletions."""
    for run in paragraph.iter(qn("w:r")):
        for parent in run.iterancestors():
            if parent is paragraph:
                yield run
                break
            if parent.tag in GONE or parent.tag == qn("w:p"):
                break


def run_text(run: Any) -> str:
    """The text of one run, without that of runs in it (text boxes)."""
    pieces = []
    for child in run:
        if child.tag in (qn("w:t"), qn("w:delText")):
            pieces.append(child.text or "")
        elif child.tag in BREAKS:
            pieces.append(BREAKS[child.tag])
    return "".join(pieces)


def is_struck(run: Any) -> bool:
    """Whether the words of a run are struck out; `print_copy` writes into a run what its styles say."""
    return has_property(run, "w:strike") or has_property(run, "w:dstrike")


def has_property(run: Any, tag: str) -> bool:
    """Whether a run has a property by its own formatting that is on or off (`w:b`, `w:strike` ...)."""
    properties = run.find(qn("w:rPr"))
    toggle = properties.find(qn(tag)) if properties is not None else None
    return toggle is not None and toggle.get(qn("w:val"), "1") not in ("0", "false", "none", "off")


def picture_texts(holder: Any, part: Any = None) -> Iterator[str]:
    """What stands for each picture that a run holds in a drawing, but for those in boxes: a character of
    `reader_words`, and the beginning of the picture's hash where the `part` of the file is given.
    """
    for picture in holder.iter(*_PICTURES):
        if next(picture.iterancestors(BOX, FALLBACK, qn("w:r"))) is holder.getparent():
            yield PICTURE + _hash_of_picture(picture, part)


def _hash_of_picture(picture: Any, part: Any) -> str:
    image = part.related_parts.get(picture.get(_PICTURES[picture.tag])) if part is not None else None
    return hashlib.sha256(image.blob).hexdigest()[:6] if image is not None else ""


def boxes_of(paragraph: Any) -> Iterator[Any]:
    """The contents of the text boxes that are anchored in a paragraph; those in boxes are in these."""
    for box in paragraph.iter(BOX):
        around = next(box.iterancestors(qn("w:p"), FALLBACK), None)
        if around is paragraph and not any(parent.tag in GONE for parent in box.iterancestors()):
            yield box


def drawn_texts(paragraph: Any, part: Any) -> Iterator[str]:
    """What drawings in a paragraph say that have no text boxes: WordArt, such as a watermark, charts and diagrams."""
    for run in own_runs(paragraph):
        for holder in run.iterchildren(*HOLDERS):
            for art in holder.iter(_WORD_ART):
                if text := squeezed(art.get("string", "")):
                    yield text
            for tag, attribute in _DRAWN:
                for reference in holder.iter(tag):
                    drawn = part.related_parts.get(reference.get(attribute))
                    yield from _texts_of_drawing(root_of(drawn)) if drawn is not None else ()


def _texts_of_drawing(root: Any) -> Iterator[str]:
    """The lines of a chart or diagram, and the names and values that a chart shows."""
    for element in root.iter(_LINE, _CHART_VALUE):
        texts = [element.text] if element.tag == _CHART_VALUE else [text.text for text in element.iter(_LINE_TEXT)]
        if line := squeezed("".join(text or "" for text in texts)):
            yield line
