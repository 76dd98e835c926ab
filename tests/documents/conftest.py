"""Builders of Word documents and zip archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest
from docx import Document


def word(*paragraphs: str) -> bytes:
    """A Word document with these paragraphs."""
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def saved(document: object) -> bytes:
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def changed(archive: bytes, parts: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The archive with parts replaced or added, by bytes or by a function of the old bytes."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in dict.fromkeys((*source.namelist(), *parts)):
            old = source.read(name) if name in source.namelist() else b""
            new = parts.get(name, old)
            target.writestr(name, new(old) if callable(new) else new)
    return result.getvalue()


def words_of(docx: bytes) -> str:
    """The text of a document, one line for each paragraph."""
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(docx)).paragraphs)


@pytest.fixture
def nda() -> bytes:
    return word("Agreement between {{ us }} and {{ counterparty }}.", "{% if mutual %}Mutual.{% endif %}")
