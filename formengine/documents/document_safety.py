"""What an uploaded document must not carry: what would run or fetch anything where it is opened (T31, T35).

Word documents and PDFs alike are read in the sandboxed process. Links that people follow by themselves are fine.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.content_type import PDF
from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.zip_safety import check_zip
from formengine.errors import DocumentRefused, DocumentTooHeavy

LIMITS: Final = SandboxLimits(seconds=20, megabytes=768)
HAZARDS: Final = (
    "macros", "template", "object", "control", "merged", "link", "field", "script", "launch", "attachment", "password",
    "damaged", "heavy",
)  # fmt: skip
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
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r"\b(Type|TargetMode|Target)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_FAR: Final = re.compile(r"(?:https?|ftp|smb|webdav):|file:/{2,}(?![A-Za-z]:|/)[^/]|file:/{4,}|\\\\|//", re.IGNORECASE)
"""Addresses on another machine. Word writes that of the template on the author's own disk into many files: Word of
somebody else does not find it, and asks for nothing."""
_FIELDS: Final = re.compile(r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD|DATABASE)\b")
_INSTRUCTION: Final = re.compile(r"<w:fldSimple\b[^>]*\bw:instr\s*=\s*[\"']([^\"']*)|<w:instrText\b[^>]*>([^<]*)")
_STREAM: Final = re.compile(rb"\bstream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_OBJECT_STREAM: Final = re.compile(rb"/Type\s*/ObjStm\b[^>]*>>\s*$")
_NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_NAMES: Final = (
    ("password", re.compile(rb"/Encrypt\b")),
    ("launch", re.compile(rb"/(?:Launch|ImportData|SubmitForm|GoToE|Rendition|RichMedia)\b")),
    ("script", re.compile(rb"/(?:JavaScript|JS)\b")),
    ("attachment", re.compile(rb"/EmbeddedFiles?\b")),
)
_UNPACKED: Final = 64 * 1024 * 1024
"""How many bytes of the object streams of a PDF are unpacked."""


def find_hazard(content: bytes, type_: str) -> str:
    """What makes a document unsafe to pass on, one of HAZARDS; "" where nothing does. `type_` is its content type."""
    try:
        return run_in_sandbox(__name__, {"type": type_}, content, LIMITS).decode()
    except DocumentTooHeavy:
        return "heavy"
    except DocumentRefused:
        return "damaged"


def sandboxed_task(facts: Mapping[str, Any], content: bytes) -> bytes:
    """`find_hazard` within the sandboxed process; raises DocumentRefused for a container that is not safe to unpack."""
    hazards = _in_pdf(content) if facts["type"] == PDF else _in_word(content)
    return next(iter(hazards), "").encode()


def _in_word(content: bytes) -> Iterator[str]:
    try:
        check_zip(content)
    except DocumentRefused as error:
        yield "password" if "password" in str(error) else "damaged"
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield from (kind for prefix, kind in _PARTS.items() if name.lower().startswith(prefix))
            if name.endswith(".rels"):
                yield from _in_relations(archive.read(name).decode("utf-8", "replace"))
            elif name.startswith("word/") and name.endswith(".xml"):
                text = archive.read(name).decode("utf-8", "replace")
                words = "".join(simple or complex_ for simple, complex_ in _INSTRUCTION.findall(text))
                yield from ("field" for _match in _FIELDS.findall(words))


def _in_relations(text: str) -> Iterator[str]:
    for relation in _RELATION.findall(text):
        attributes = {name: double or single for name, double, single in _ATTRIBUTE.findall(relation)}
        kind, target = attributes.get("Type", "").rsplit("/", 1)[-1], attributes.get("Target", "")
        is_far = attributes.get("TargetMode", "").lower() == "external" and _FAR.match(target.strip())
        if kind in _RELATIONS and (is_far or kind != "attachedTemplate"):
            yield _RELATIONS[kind]
        elif is_far and kind != "hyperlink":
            yield "link"


def _in_pdf(content: bytes) -> Iterator[str]:
    """The names of actions and files in the objects of a PDF, also in packed ones; what pages draw is not looked at.

    ISO 32000-2: 7.3.5 (names), 7.5.7 (object streams), 12.6 (actions), 7.11.4 (embedded files).
    """
    objects = _plain_names(b"".join([_STREAM.sub(b" ", content), *_object_streams(content)]))
    yield from (kind for kind, names in _PDF_NAMES if names.search(objects))


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
