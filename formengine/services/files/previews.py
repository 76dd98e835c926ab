"""What a page can show of a file: a picture, a PDF, a text, or the reading copy of a Word document (D6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from formengine.content_type import PDF
from formengine.documents import DOCX
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.uploads import open_file
from formengine.storage.models.files_and_notes import StoredFile

PICTURES: Final = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
"""Pictures that every browser shows and in which nothing runs: no SVG."""
TEXTS: Final = frozenset(("text/plain", "text/markdown", "text/csv", "text/calendar", "application/json"))
MOST_TEXT: Final = 200_000
"""Bytes of a text that are shown."""


@dataclass(frozen=True)
class Preview:
    """How a file is shown; `text` is the beginning of a text, which `is_cut` where there is more."""

    kind: Literal["picture", "pdf", "text", "word", "none"]
    text: str = ""
    is_cut: bool = False


def preview_kind(content_type: str) -> Literal["picture", "pdf", "text", "word", "none"]:
    """How a file of a content type is shown."""
    if content_type in PICTURES:
        return "picture"
    if content_type in TEXTS:
        return "text"
    return "pdf" if content_type == PDF else "word" if content_type == DOCX else "none"


def preview(work: UnitOfWork, file: StoredFile) -> Preview:
    """The preview of a file; raises ContentLost as `open_file` does, for a text."""
    kind = preview_kind(file.type)
    if kind != "text":
        return Preview(kind)
    with open_file(work, file) as stream:
        content = stream.read(MOST_TEXT + 1)
    text = content[:MOST_TEXT].decode("utf-8-sig", "replace")
    return Preview(kind, text, len(content) > MOST_TEXT)
