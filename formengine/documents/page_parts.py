"""What a Word document prints beside its body: headers, footers, footnotes and endnotes; in the sandboxed process.

A file may hold others, which no page shows: the header of first pages where they have none of their own, or a note
that nothing refers to. Those are neither read nor compared (ECMA-376 part 1, 17.10 and 17.11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from formengine.documents.word_templates.number_formats import formatted

_ORDER: Final[tuple[tuple[Literal["header", "footer"], str], ...]] = (
    ("header", "first"),
    ("header", "default"),
    ("header", "even"),
    ("footer", "first"),
    ("footer", "default"),
    ("footer", "even"),
)
"""In which headers and footers are read."""
_NOTES: Final[tuple[Literal["footnote", "endnote"], ...]] = ("footnote", "endnote")
_RESTARTS: Final = ("eachPage", "eachSect")
_GONE: Final = (qn("w:del"), qn("w:moveFrom"))


Kind = Literal["header", "footer", "footnote", "endnote"]


@dataclass(frozen=True)
class PagePart:
    """A header, footer or note: its `kind` ("header", "footer", "footnote", "endnote"), for which pages a header or
    footer is ("default", "first", "even"; "" for a note), the number of a note as it is printed, the part of the file
    and the element in it.
    """

    kind: Kind
    pages: str
    number: str
    part: Any
    element: Any


def headers_and_footers(document: Any) -> Iterator[PagePart]:
    """The headers and footers that pages of a python-docx document show, those of all sections of one kind together;
    each file part once.
    """
    for kind, pages in _ORDER:
        seen: set[Any] = set()
        for section, part in zip(document.sections, shown_parts(document, kind, pages), strict=True):
            if part is None or part in seen or not _is_shown(document, section, pages):
                continue
            seen.add(part)
            yield PagePart(kind, pages, "", part, part.element)


def shown_parts(document: Any, kind: str, pages: str) -> list[Any]:
    """The part of the header or footer that each section shows, its own or that of a section before (17.10.1); None
    where there is none.
    """
    shown, parts = None, []
    for own in own_parts(document, kind, pages):
        shown = own if own is not None else shown
        parts.append(shown)
    return parts


def own_parts(document: Any, kind: str, pages: str) -> list[Any]:
    """The part of each section's own header or footer; None where it has none."""
    parts = []
    for section in document.sections:
        references = section._sectPr.findall(qn(f"w:{kind}Reference"))
        ids = [item.get(qn("r:id")) for item in references if item.get(qn("w:type"), "default") == pages]
        part = document.part.related_parts.get(ids[0]) if ids else None
        parts.append(part if getattr(part, "element", None) is not None else None)
    return parts


def _is_shown(document: Any, section: Any, pages: str) -> bool:
    if pages == "first":
        return bool(section.different_first_page_header_footer)
    return pages == "default" or bool(document.settings.odd_and_even_pages_header_footer)


def notes(document: Any) -> dict[Any, PagePart]:
    """The notes that the body of a document refers to, in its order, by the element that refers to each."""
    result: dict[Any, PagePart] = {}
    for kind in _NOTES:
        part, contents = _contents(document, kind)
        format_, number = _numbering(document, kind)
        for reference in document.element.body.iter(qn(f"w:{kind}Reference")):
            content = contents.get(reference.get(qn("w:id")))
            if content is None or any(parent.tag in _GONE for parent in reference.iterancestors()):
                continue
            if reference.get(qn("w:customMarkFollows"), "0") in ("1", "true", "on"):
                result[reference] = PagePart(kind, "", "", part, content)
                continue
            text = formatted(number, format_) if format_ else "*"
            result[reference] = PagePart(kind, "", text, part, content)
            number += 1
    return result


def _contents(document: Any, kind: str) -> tuple[Any, dict[str | None, Any]]:
    """The part that holds the notes of a kind, and they by their ids; the lines above them are none."""
    relations = document.part.rels.values()
    part = next((r.target_part for r in relations if not r.is_external and r.reltype.endswith(f"/{kind}s")), None)
    if part is None:
        return None, {}
    usual = (None, "normal")
    notes = [note for note in root_of(part).iter(qn(f"w:{kind}")) if note.get(qn("w:type")) in usual]
    return part, {note.get(qn("w:id")): note for note in notes}


def _numbering(document: Any, kind: str) -> tuple[str, int]:
    """The format of the numbers of notes and the first of them; the format is "" where each page or section counts
    anew, which nobody knows before there are pages.
    """
    format_, start = "lowerRoman" if kind == "endnote" else "decimal", "1"
    for parent in (document.settings.element, document.element.body.find(qn("w:sectPr"))):
        properties = parent.find(qn(f"w:{kind}Pr")) if parent is not None else None
        if properties is None:
            continue
        values = {child.tag: child.get(qn("w:val"), "") for child in properties}
        if values.get(qn("w:numRestart")) in _RESTARTS:
            return "", 1
        format_, start = values.get(qn("w:numFmt"), format_), values.get(qn("w:numStart"), start)
    return format_, int(start) if start.isdecimal() else 1


def root_of(part: Any) -> Any:
    """The root element of a part of a document, parsed where python-docx left it as bytes."""
    element = getattr(part, "element", None)
    return element if element is not None else parse_xml(part.blob)
