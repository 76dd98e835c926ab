"""A Word document as it is printed and read: each text once, as the file shows it, whatever program opens it (S4, T35).

The reading copy, the comparison of versions and the PDF are made of this copy, so that what people read, what they
approve and what they sign say the same. Programs differ in what they make of fields, of alternatives for older programs
(ECMA-376 part 3, 7.7), of controls filled from data, and of text that is hidden on web pages alone; LibreOffice would
write the date of the day on which the PDF is made.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]  # it has no stubs

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.word_fields import LAID_OUT, Field, bindings_of, fields_of, moments_of, unwrap
from formengine.documents.word_markup import child_of, names
from formengine.documents.zip_safety import looks_like_xml

LIMITS: Final = SandboxLimits(seconds=60, megabytes=1024)
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_UNDERSTOOD: Final = {
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup": "wpg",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
}
"""What both Word and LibreOffice draw, with the prefix by which LibreOffice knows it."""
_MATTERS: Final = tuple(
    name.encode() for name in ("fldChar", "fldSimple", "AlternateContent", "webHidden", "sdt", "Short", "Long")
)


def print_copy(docx: bytes) -> bytes:
    """The document as it is printed. Raises DocumentRefused for a file that cannot be read, DocumentTooHeavy."""
    return run_in_sandbox(__name__, {}, docx, LIMITS)


def sandboxed_task(_facts: Mapping[str, Any], docx: bytes) -> bytes:
    """`print_copy` within the sandboxed process."""
    return as_printed(docx)


def as_printed(docx: bytes) -> bytes:
    """The document as it is printed, inside a sandboxed process; its container was checked before."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            data = source.read(part)
            target.writestr(part.filename, _printed_part(data) if _is_text(part.filename, data) else data)
    return copy.getvalue()


def _is_text(name: str, data: bytes) -> bool:
    """Whether a part holds something that is not the same for each program; in UTF-16, it may."""
    if not (name.lower().endswith(".xml") or looks_like_xml(data[:500])):
        return False
    return any(mark in data for mark in _MATTERS) or b"\0" in data[:100]


def _printed_part(data: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(data, parser)
    _choose_alternatives(root)
    for found in fields_of(root):
        _settle_field(found)
    for control in list(root.iter(*names("sdt"))):
        _unwrap_control(control)
    for mark in [*root.iter(*names("webHidden")), *moments_of(root), *bindings_of(root)]:
        mark.getparent().remove(mark)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content


def _choose_alternatives(root: Any) -> None:
    """Keep one alternative of each text: the first that all programs draw, else the one for programs that know none."""
    for alternatives in list(root.iter(f"{_COMPATIBILITY}AlternateContent")):
        if alternatives.getparent() is None:
            continue
        chosen = next((choice for choice in alternatives if _is_understood(choice)), None)
        if chosen is None:
            chosen = next(alternatives.iterchildren(f"{_COMPATIBILITY}Fallback"), None)
        for alternative in list(alternatives):
            if alternative is not chosen:
                alternatives.remove(alternative)
        if chosen is not None and _is_drawing(chosen):
            chosen.set("Requires", _requirements(chosen)[0])
            continue
        if chosen is not None:
            unwrap(chosen)
        unwrap(alternatives)


def _is_understood(choice: Any) -> bool:
    return choice.tag == f"{_COMPATIBILITY}Choice" and all(_requirements(choice))


def _requirements(choice: Any) -> list[str]:
    """What a choice requires, as LibreOffice knows it; "" for what is not understood."""
    prefixes = choice.get("Requires", "").split()
    return [_UNDERSTOOD.get(choice.nsmap.get(prefix, ""), "") for prefix in prefixes] or [""]


def _is_drawing(choice: Any) -> bool:
    """Whether LibreOffice draws a choice where it stands, and not what stands in its place."""
    return choice.tag == f"{_COMPATIBILITY}Choice" and next(choice.iter(*names("drawing")), None) is not None


def _settle_field(found: Field) -> None:
    """Have a field printed as the file shows it; one that is laid out shows nothing of its instruction."""
    words = found.instruction.split()
    if found.name == "REF" and "\\h" in words[2:] and not found.changes:
        found.link_to_bookmark(words[1])
    elif found.name not in LAID_OUT or found.changes:
        found.freeze()
    else:
        for element in found.code:
            if element.tag in names("t") and element.getparent() is not None:
                element.getparent().remove(element)


def _unwrap_control(control: Any) -> None:
    """Leave the content of a content control: its program would fill it from data, or format it as a date anew."""
    content = child_of(control, "sdtContent")
    for other in [child for child in control if child is not content]:
        control.remove(other)
    if content is not None:
        unwrap(content)
    unwrap(control)
