"""Where a Word document is signed: the marks that its template carries, or a page of its own at the end (S4).

A template writes `[[sign:ROLE]]` where somebody of a role signs, and `[[date:ROLE]]`, `[[initials:ROLE]]` and
`[[place:ROLE]]` where the date, their initials and the city are filled in with it. Each mark becomes a bookmark, whose
place LibreOffice exports with the PDF; its text is taken out.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.word_properties import MAX_TITLE, describe

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

MARK: Final = re.compile(r"\[\[(sign|date|initials|place):([A-Za-z0-9_.:-]{1,100})\]\]")
BOX: Final = (215.0, 80.0)
"""Width and height, in points, of the stamp of a signature."""
WIDTHS: Final = {"date": 110.0, "place": 110.0, "initials": 44.0}
"""Width, in points, of the other fields."""
_LIMITS: Final = SandboxLimits(seconds=30, megabytes=1024)
_SPACE: Final = 70
"""Points kept free above a mark, into which the stamp reaches."""
_CONTROL: Final = {code: None for code in range(32) if chr(code) not in "\t\n"}


@dataclass(frozen=True)
class Mark:
    """A mark of a document: what stands there ("sign", "date", "initials" or "place"), and of whom.

    Its bookmark has letters and digits alone, as LibreOffice writes other characters as codes.
    """

    bookmark: str
    kind: str
    role: str


@dataclass(frozen=True)
class SignatureLine:
    """A line of the page of signatures: the bookmark at which the stamp stands, and who is to sign."""

    bookmark: str
    name: str
    role: str


@dataclass(frozen=True)
class SignaturePage:
    """The page of signatures at the end of a document: its title, a sentence, and the lines."""

    title: str
    sentence: str
    lines: Sequence[SignatureLine]


def find_marks(docx: bytes) -> list[Mark]:
    """The marks of a document, in its order. Raises DocumentRefused for what is no Word document, DocumentTooHeavy."""
    answer = run_in_sandbox(__name__, {"page": None}, docx, _LIMITS)
    return [Mark(**mark) for mark in json.loads(answer.partition(b"\n")[0])]


def prepare(docx: bytes, page: SignaturePage | None, title: str = "") -> bytes:
    """The document with bookmarks in place of its marks, and with a page of signatures and a title in its properties
    where they are given: the title that its author's program wrote may be that of another contract.

    Raises as `find_marks`.
    """
    facts: dict[str, Any] = {"page": None, "title": title}
    if page is not None:
        facts["page"] = {**asdict(page), "lines": [asdict(line) for line in page.lines]}
    return run_in_sandbox(__name__, facts, docx, _LIMITS).partition(b"\n")[2]


def signature_page(page: SignaturePage, language: str) -> bytes:
    """The page of signatures alone, as a Word document: for a document that is a PDF already."""
    from docx import Document

    document = Document()
    describe(document, _text(page.title), language)
    _add_page(document, page, first=True)
    return _saved(document)


def sandboxed_task(facts: Mapping[str, Any], document: bytes) -> bytes:
    """Replace the marks and add the page, in the sandboxed process: the marks as a line of JSON, then the document."""
    from docx import Document

    from formengine.documents.word_versions.clean_copy import take_metadata_out

    word = Document(io.BytesIO(document))
    take_metadata_out(word, keep=("title",))  # who wrote it is nobody's business who signs it, or reads the PDF
    if facts.get("title"):
        word.core_properties.title = _text(facts["title"])[:MAX_TITLE]
    marks = [mark for paragraph in _paragraphs(word) for mark in _replace_marks(paragraph)]
    numbered = [Mark(f"feMark{number}", kind, role) for number, (kind, role, _tag) in enumerate(marks)]
    for mark, (_kind, _role, tag) in zip(numbered, marks, strict=True):
        _set_bookmark(tag, mark.bookmark)
    if facts["page"] is not None:
        lines = [SignatureLine(**line) for line in facts["page"]["lines"]]
        _add_page(word, SignaturePage(facts["page"]["title"], facts["page"]["sentence"], lines))
    return json.dumps([asdict(mark) for mark in numbered]).encode() + b"\n" + _saved(word)


def _paragraphs(word: WordDocument) -> list[Any]:
    from docx.oxml.ns import qn

    return list(word.element.body.iter(qn("w:p")))


def _replace_marks(paragraph: Any) -> list[tuple[str, str, Any]]:
    """Take the marks out of a paragraph: (kind, role, bookmark element) of each, in the order of the text."""
    from docx.oxml.ns import qn

    marks: list[tuple[str, str, Any]] = []
    while True:
        pieces = [text for text in paragraph.iter(qn("w:t")) if text.getparent().tag == qn("w:r")]
        words = "".join(text.text or "" for text in pieces)
        match = MARK.search(words)
        if match is None:
            break
        follows = bool(words[match.end() :].strip())
        tag = _cut(pieces, match.start(), match.end())
        if match[1] != "sign":
            _keep_width(tag, WIDTHS[match[1]])
        elif follows:  # in the same line, beside the stamp
            _keep_width(tag, BOX[0])
        marks.append((match[1], match[2], tag))
    for tag in (tag for kind, _role, tag in reversed(marks) if kind == "sign"):
        _keep_space(_below_label(paragraph, tag))
    return marks


def _cut(pieces: list[Any], start: int, end: int) -> Any:
    """Take characters out of the runs of a paragraph; returns the bookmark that stands there instead."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    tag, position = OxmlElement("w:bookmarkStart"), 0
    is_put = False
    for text in pieces:
        value = text.text or ""
        first, last = max(start - position, 0), min(end - position, len(value))
        position += len(value)
        if first >= last:
            continue
        run = text.getparent()
        if not is_put:
            before, index = deepcopy(run), run.index(text)
            for child in list(before)[index + 1 :]:
                before.remove(child)
            _set_text(before[index], value[:first])
            for child in list(run)[:index]:
                if child.tag != qn("w:rPr"):
                    run.remove(child)
            run.addprevious(before)
            run.addprevious(tag)
            is_put = True
            _set_text(text, value[last:])
        else:
            _set_text(text, value[:first] + value[last:])
    return tag


def _set_text(text: Any, value: str) -> None:
    text.text = value
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _set_bookmark(tag: Any, name: str) -> None:
    """Name a bookmark, and end it at once: it marks a point."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    number = str(900_000 + crc32(name.encode()) % 1_000_000)  # an id that no bookmark of the document has
    tag.set(qn("w:id"), number)
    tag.set(qn("w:name"), name)
    end = OxmlElement("w:bookmarkEnd")
    end.set(qn("w:id"), number)
    tag.addnext(end)


def _keep_width(tag: Any, width: float) -> None:
    """Put blanks after a mark, about as wide as the field that is filled in there.

    A word joiner, which nobody sees, ends them: LibreOffice cuts blanks from the end of a cell, and the mark too.
    """
    from docx.oxml import OxmlElement

    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    _set_text(text, "\N{NO-BREAK SPACE}" * round(width / 2.6) + "\N{WORD JOINER}")
    run.append(text)
    tag.addnext(run)


def _below_label(paragraph: Any, tag: Any) -> Any:
    """The paragraph of a mark. One that begins a line under a label ("Signature:") gets a paragraph of its own, for the
    room that its stamp needs would else be kept above the label, which the stamp would cover.
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    own = [node for before in tag.itersiblings(preceding=True) for node in reversed(list(before.iter()))]
    last = next((node for node in own if node.tag in (qn("w:br"), qn("w:t")) and node.text != ""), None)
    if tag.getparent() is not paragraph or last is None or last.tag != qn("w:br") or last.get(qn("w:type")):
        return paragraph
    last.getparent().remove(last)
    below = OxmlElement("w:p")
    below.append(deepcopy(paragraph.get_or_add_pPr()))
    below.extend([tag, *tag.itersiblings()])
    below.pPr.get_or_add_numPr().get_or_add_numId().val = 0  # the number of a clause stands before the label alone
    for properties, name in ((paragraph.pPr, "w:sectPr"), (below.pPr, "w:pageBreakBefore")):
        for property_ in properties.findall(qn(name)):
            properties.remove(property_)
    Paragraph(paragraph, None).paragraph_format.keep_with_next = True  # type: ignore[arg-type]  # as in _keep_space
    paragraph.addnext(below)
    return below


def _keep_space(paragraph: Any) -> None:
    from docx.shared import Pt
    from docx.text.paragraph import Paragraph

    shape = Paragraph(paragraph, None).paragraph_format  # type: ignore[arg-type]  # its parent is asked for nothing
    shape.space_before, shape.keep_together = Pt(_SPACE), True


def _add_page(document: WordDocument, page: SignaturePage, *, first: bool = False) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    if not first:
        document.add_page_break()  # type: ignore[no-untyped-call]  # of python-docx
    title = document.add_paragraph().add_run(_text(page.title))
    title.bold, title.font.size = True, Pt(16)
    document.add_paragraph(_text(page.sentence))
    table = document.add_table(rows=0, cols=2)
    for number, line in enumerate(page.lines):
        row = table.add_row()
        row.height = Pt(BOX[1] + 22)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # a stamp has its room on one page
        name = row.cells[0].paragraphs[0].add_run(_text(line.name))
        name.bold = True
        row.cells[0].add_paragraph(_text(line.role))
        tag = OxmlElement("w:bookmarkStart")
        row.cells[1].paragraphs[0]._p.append(tag)
        _set_bookmark(tag, line.bookmark or f"feLine{number}")
    for cells in (row.cells for row in table.rows):
        cells[0].width, cells[1].width = Pt(210), Pt(BOX[0] + 10)


def _text(text: str) -> str:
    """A text without characters that XML 1.0 does not allow."""
    return text.translate(_CONTROL)


def _saved(document: WordDocument) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
