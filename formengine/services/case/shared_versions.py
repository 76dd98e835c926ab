"""Showing versions of a document to the client, who does not see the others (`client: when_shared`, S2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formengine.services.case.guest_links import newest_version
from formengine.services.core.audit_log import append_entry
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.history import HistoryEntry
from formengine.workflow.engine.document_titles import title_of_document

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase


def show_version(loaded: LoadedCase, document: str, version: DocumentVersion) -> HistoryEntry:
    """Show a version to the client from now on, with an entry that the client reads."""
    version.shared_at, version.shared_by = loaded.work.now, loaded.work.actor_id
    return _record(loaded, "version_shared", document, version, visible=True)


def hide_version(loaded: LoadedCase, document: str, version: DocumentVersion) -> HistoryEntry:
    """Show a version to the client no longer, with an entry for the legal team alone."""
    version.shared_at = version.shared_by = None
    return _record(loaded, "version_hidden", document, version, visible=False)


def show_newest_version(loaded: LoadedCase, document: str) -> None:
    """Show the newest version of a document with a step; nothing where there is none, or it is shown already."""
    version = newest_version(loaded.work, loaded.dossier, document)
    if version is not None and version.shared_at is None:
        show_version(loaded, document, version)


def _record(loaded: LoadedCase, kind: str, document: str, version: DocumentVersion, *, visible: bool) -> HistoryEntry:
    title = title_of_document(document, loaded.workflow, loaded.context.document_titles)
    payload = {"title": title, "document": document, "version": version.number, "sha256": version.file.sha256}
    return append_entry(loaded.work, kind, payload, loaded.dossier, visible_to_client=visible)
