"""What a Word template must not carry: macros, links that Word follows by itself, remote templates, embedded objects.

A template is filled over and over and sent to other companies, so it is held to more than a document that somebody
uploads to be read: refused is what would run, or fetch anything, on the machine of whoever opens it (T31).
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from formengine.errors import DocumentRefused

_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r"\b(Type|TargetMode|Target)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_KINDS: Final = {
    "attachedTemplate": "it is attached to another template ({target}); detach it (Developer, Document Template)",
    "aFChunk": "it carries another file that Word would merge into it ({target}); paste its text instead",
    "subDocument": "it is a master document with a part outside ({target}); put the text into it",
    "oleObject": "it carries an embedded object ({target}); paste a picture or a table instead",
    "package": "it carries an embedded file ({target}); paste a picture or a table instead",
    "control": "it carries a control that can run code ({target}); take it out",
    "vbaProject": "it carries macros; save it as .docx without them",
}
_PARTS: Final = {
    "word/embeddings/": "oleObject",
    "word/activeX/": "control",
    "word/vbaProject": "vbaProject",
    "word/vbaData": "vbaProject",
    "customUI/": "control",
}
_FIELDS: Final = re.compile(
    r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD|DATABASE|MACROBUTTON)\b", re.IGNORECASE
)
_INSTRUCTION: Final = re.compile(
    r"<w:fldSimple\b[^>]*\bw:instr\s*=\s*[\"']([^\"']*)|<w:instrText\b[^>]*>([^<]*)", re.IGNORECASE
)


def require_safe_template(template: bytes) -> None:
    """Raise DocumentRefused with what to take out, unless a template carries nothing that runs or fetches.

    Its container was checked before (`check_zip`).
    """
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        for name in archive.namelist():
            kind = next((kind for prefix, kind in _PARTS.items() if name.startswith(prefix)), None)
            if kind is not None:
                raise DocumentRefused("the template cannot be used: " + _KINDS[kind].format(target=name))
            if name.endswith(".rels"):
                _check_relations(archive.read(name).decode("utf-8", "replace"))
            elif name.startswith("word/") and name.endswith(".xml"):
                _check_fields(archive.read(name).decode("utf-8", "replace"))


def _check_relations(text: str) -> None:
    for relation in _RELATION.findall(text):
        attributes = {name: double or single for name, double, single in _ATTRIBUTE.findall(relation)}
        kind, target = attributes.get("Type", "").rsplit("/", 1)[-1], attributes.get("Target", "")
        if kind in _KINDS:
            raise DocumentRefused("the template cannot be used: " + _KINDS[kind].format(target=target[:100]))
        if attributes.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
            reason = f"it links to {target[:100]}, which Word would fetch; put the picture or text into it"
            raise DocumentRefused(f"the template cannot be used: {reason}")


def _check_fields(text: str) -> None:
    """Fields are split over runs: the words of all of a part are read together."""
    words = "".join(simple or complex_ for simple, complex_ in _INSTRUCTION.findall(text))
    match = _FIELDS.search(words)
    if match is not None:
        reason = f"it has a field {match[1].upper()}, which fetches or runs something; take it out"
        raise DocumentRefused(f"the template cannot be used: {reason}")
