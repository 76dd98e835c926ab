"""A clean copy of a document: without tracked changes, comments, hidden text and metadata (S3, S4)."""

from __future__ import annotations

import io
import zipfile

from formengine.documents.document_safety import count_remarks
from formengine.documents.word_versions.clean_copy import TakenOut, clean_copy
from formengine.documents.word_versions.word_text import read_word_text
from tests.documents.conftest import saved, word
from tests.documents.word_versions.builders import negotiated, opened


def signed_by(docx: bytes) -> bytes:
    """The document with properties that name people and a firm."""
    document = opened(docx)
    document.core_properties.author = "Ana Ruiz"
    document.core_properties.last_modified_by = "Opposing Counsel LLP"
    return saved(document)


def text(docx: bytes) -> bytes:
    """Every part of a document, unpacked."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def test_a_clean_copy_reads_as_the_document_and_says_nothing_of_its_authors() -> None:
    """S3, S4: tracked changes are accepted; comments, hidden text and names are gone, wherever they stood."""
    source = signed_by(negotiated())
    assert count_remarks(source) == 4  # a deletion, an insertion, a comment, a hidden sentence
    cleaned, taken = clean_copy(source)
    assert (taken.tracked, taken.comments, taken.hidden) == (2, 1, 1)
    assert taken.metadata >= 2
    assert count_remarks(cleaned) == 0
    everything = text(cleaned)
    for gone in (b"Ana Ruiz", b"Bo Lind", b"Opposing Counsel", b"Is this net?", b"Hidden sentence", b"two"):
        assert gone not in everything, gone
    assert [paragraph.text for paragraph in read_word_text(cleaned).paragraphs] == [
        paragraph.text for paragraph in read_word_text(source).paragraphs if paragraph.text != "Hidden sentence."
    ]


def test_a_clean_document_stays_as_it_is() -> None:
    """S3: nothing is taken out of a copy that is clean already."""
    once, _taken = clean_copy(word("A contract."))
    assert clean_copy(once)[1] == TakenOut()
