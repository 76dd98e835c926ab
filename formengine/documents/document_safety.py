"""What an uploaded document must not carry: what would run or fetch anything where it is opened (T31, T35).

Word documents and PDFs alike are read in the sandboxed process. Links that people follow by themselves are fine.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.content_type import PDF
from formengine.documents.page_pictures import MAX_PAGES
from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.zip_safety import check_zip
from formengine.errors import DocumentRefused, DocumentTooHeavy

LIMITS: Final = SandboxLimits(seconds=20, megabytes=1024)
HAZARDS: Final = (
    "macros", "kind", "template", "object", "control", "merged", "link", "field", "script", "launch", "attachment",
    "form", "encrypted", "pages", "size", "unreadable", "damaged", "heavy",
)  # fmt: skip
SMALLEST_SIDE: Final = 36
"""Points, half an inch: a page that is narrower or lower shows nobody what they sign."""
_RELATIONS: Final = {
    "attachedTemplate": "template",
    "aFChunk": "merged",
    "subDocument": "merged",
    "oleObject": "object",
    "package": "object",
    "control": "control",
    "vbaProject": "macros",
}
_PARTS: Final = {
    "word/embeddings/": "object",
    "word/activex/": "control",
    "word/vbaproject": "macros",
    "word/vbadata": "macros",
    "customui/": "control",
}
_WORD_KIND: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}.main+xml"
_DOCUMENT: Final = ("officeDocument/2006", _WORD_KIND.format("document"))
_KINDS: Final = {
    ("ooxml/officeDocument", _WORD_KIND.format("document")): "kind",
    ("ooxml/officeDocument", _WORD_KIND.format("template")): "kind",
    ("officeDocument/2006", _WORD_KIND.format("template")): "kind",
}
"""Files that Word opens and other programs read in part or not at all: templates, and those in the strict variant of
the format, whose names are in other namespaces (ECMA-376 part 1, annex A)."""
_WHOLE_FILES: Final = frozenset((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
"""How archives and older Office files begin: a part that does, whatever its name, is another file."""
_FAR: Final = re.compile(r"(?:https?|ftp|smb|webdav):|file:/{2,}(?![A-Za-z]:|/)[^/]|file:/{4,}|\\\\|//", re.IGNORECASE)
"""Addresses on another machine. Word writes that of the template on the author's own disk into many files: Word of
somebody else does not find it, and asks for nothing."""
_FIELDS: Final = re.compile(r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD|DATABASE)\b")
_FIELD: Final = re.compile(rf"\W*{_FIELDS.pattern}", re.IGNORECASE)
"""The name of such a field, which Word reads in any case, where an instruction begins."""
_STREAM: Final = re.compile(rb"\bstream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_OBJECT_STREAM: Final = re.compile(rb"/Type\s*/ObjStm\b[^>]*>>\s*$")
_NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_NAMES: Final = (
    ("encrypted", re.compile(rb"/Encrypt\b")),
    ("launch", re.compile(rb"/(?:Launch|ImportData|SubmitForm|GoToE|Rendition|RichMedia)\b")),
    ("script", re.compile(rb"/(?:JavaScript|JS)\b")),
    ("attachment", re.compile(rb"/EmbeddedFiles?\b")),
    ("form", re.compile(rb"/XFA\b")),
)
_PAGE_COUNT: Final = re.compile(rb"/Count\s+(\d{1,9})\b")
_UNPACKED: Final = 64 * 1024 * 1024
"""How many bytes of the object streams of a PDF are unpacked."""


@dataclass(frozen=True)
class Findings:
    """What was found in a document: the `hazard` that makes it unsafe to pass on, one of HAZARDS, "" for none; and how
    many `remarks` of its authors a Word file holds: tracked changes, comments, hidden passages.
    """

    hazard: str = ""
    remarks: int = 0


def look_at(content: bytes, type_: str) -> Findings:
    """What a document holds that it should not; `type_` is its content type."""
    try:
        hazard, remarks = run_in_sandbox(__name__, {"type": type_}, content, LIMITS).decode().split()
    except DocumentTooHeavy:
        return Findings("heavy")
    except DocumentRefused:
        return Findings("unreadable" if type_ == PDF else "damaged")
    return Findings("" if hazard == "none" else hazard, int(remarks))


def sandboxed_task(facts: Mapping[str, Any], content: bytes) -> bytes:
    """`look_at` within the sandboxed process: the hazard or "none", and the number of remarks."""
    is_pdf = facts["type"] == PDF
    hazard = next(iter(_in_pdf(content) if is_pdf else _in_word(content)), "none")
    remarks = 0 if is_pdf or hazard != "none" else count_remarks(content)
    return f"{hazard} {remarks}".encode()


def count_remarks(docx: bytes) -> int:
    """How many tracked changes, comments and hidden passages a Word file holds; its container was checked before."""
    from formengine.documents.word_parts import WordParts

    return WordParts(docx).count_remarks()


def _in_word(content: bytes) -> Iterator[str]:
    from formengine.documents.word_parts import WordParts

    try:
        check_zip(content)
    except DocumentRefused as error:
        yield "encrypted" if "password" in str(error) else "damaged"
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        beginnings = [archive.open(name).read(4) for name in names]
    yield from (kind for name in names for prefix, kind in _PARTS.items() if name.lower().startswith(prefix))
    if not _WHOLE_FILES.isdisjoint(beginnings):
        yield "object"
    try:
        parts = WordParts(content)
    except ValueError:
        yield "damaged"
        return
    if parts.main_kind != _DOCUMENT:
        yield _KINDS.get(parts.main_kind, "damaged")
    for relation in parts.relations:
        is_far = relation.is_external and _FAR.match(relation.target)
        if relation.kind in _RELATIONS and (is_far or relation.kind != "attachedTemplate"):
            yield _RELATIONS[relation.kind]
        elif is_far and relation.kind != "hyperlink":
            yield "link"
    for instruction in parts.instructions:
        if _FIELDS.search(instruction) or _FIELD.match(instruction):
            yield "field"


def _in_pdf(content: bytes) -> Iterator[str]:
    """The names of actions and files in the objects of a PDF, also in packed ones; what pages draw is not looked at.

    ISO 32000-2: 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions), 7.11.4 (embedded files).
    """
    objects = _plain_names(b"".join([_STREAM.sub(b" ", content), *_object_streams(content)]))
    yield from (kind for kind, names in _PDF_NAMES if names.search(objects))
    yield from _in_pages(content, objects)


def _in_pages(content: bytes, objects: bytes) -> Iterator[str]:
    """What keeps a PDF from being shown and signed: PDFium, which draws it, cannot open it; or it has no pages, too
    many, or one that is too small to read.

    PDFium does not open a file without pages either: what such a file counts is told apart from damage.
    """
    import pypdfium2  # type: ignore[import-untyped]  # it has no stubs

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        counts = _PAGE_COUNT.findall(objects)
        yield "pages" if counts and not any(map(int, counts)) else "unreadable"
        return
    count = len(document)
    if not 0 < count <= MAX_PAGES:
        yield "pages"
    elif any(min(document.get_page_size(number)) < SMALLEST_SIDE for number in range(count)):
        yield "size"


def _object_streams(content: bytes) -> Iterator[bytes]:
    budget = _UNPACKED
    for match in _STREAM.finditer(content):
        if not _OBJECT_STREAM.search(_plain_names(content[max(match.start() - 500, 0) : match.start()])):
            continue
        unpacker = zlib.decompressobj()
        try:
            objects = unpacker.decompress(match[1], budget)
        except zlib.error:
            objects = match[1]
        if unpacker.unconsumed_tail:
            raise MemoryError
        budget -= len(objects)
        yield objects


def _plain_names(content: bytes) -> bytes:
    """The bytes with escaped characters of names written plainly: `/J#53` is `/JS`."""
    return _NAME_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), content)
