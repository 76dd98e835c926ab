"""The documents of a round as one of its people reads them: title, version and text (S5, S11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from formengine.services.case.document_titles import document_title
from formengine.services.case.repository import LoadedCase
from formengine.services.files.reading_copies import ReadingCopyView, reading_copy
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.workflow.engine.bound_versions import hash_of_all


@dataclass(frozen=True)
class RoundDocument:
    """A document that a round is about: `version` is the one to read, None while there is none; `reading` its text."""

    id: str
    title: str
    version: DocumentVersion | None
    reading: ReadingCopyView


def round_document(loaded: LoadedCase, document: str, version: DocumentVersion | None) -> RoundDocument:
    """A document with a version of it, in the actor's language."""
    reading = reading_copy(loaded.work, version.file if version else None)
    return RoundDocument(document, document_title(loaded.work, loaded.dossier, document), version, reading)


def shown_hash(documents: Sequence[RoundDocument]) -> str | None:
    """The hash of what a page shows: that of the version, or of all versions of several documents; None of none."""
    return hash_of_all(
        {document.id: document.version.file.sha256 for document in documents if document.version is not None}
    )
