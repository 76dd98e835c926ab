"""Sharing versions of a document with the client, and no longer (S2, D6)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from formengine.errors import NotFound, Refused
from formengine.i18n import pick, say
from formengine.services.case.document_sight import client_sight
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.case.repository import LoadedCase, load_for_update
from formengine.services.case.shared_versions import hide_version, show_version
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.documents import require_document
from formengine.services.notifications.mails import Recipient, notify
from formengine.storage.models.files_and_notes import Document, DocumentVersion


def share_version(work: UnitOfWork, reference: str, document: str, number: int | None = None) -> DocumentVersion:
    """Show a version of a document, the newest unless `number` says which, to everybody who reads the dossier. Its
    requester is told by mail. Nothing happens where it is shown already.

    Raises NotFound for a document or version that there is not, and Refused without `dossier.share`, and for a document
    that the client always or never sees.
    """
    loaded, version = _version_to_change(work, reference, document, number)
    if version.shared_at is None:
        entry = show_version(loaded, document, version)
        _tell_requester(loaded, document, version.number, entry.number)
    return version


def stop_sharing(work: UnitOfWork, reference: str, document: str, number: int | None = None) -> DocumentVersion:
    """Show a version to the client no longer; who read it meanwhile keeps what they know. Raises as `share_version`."""
    loaded, version = _version_to_change(work, reference, document, number)
    if version.shared_at is not None:
        hide_version(loaded, document, version)
    return version


def _version_to_change(
    work: UnitOfWork, reference: str, document: str, number: int | None
) -> tuple[LoadedCase, DocumentVersion]:
    loaded = load_for_update(work, reference, "dossier.share")
    require_document(loaded, document)
    if client_sight(work, loaded.dossier, document) != "when_shared":
        raise Refused([say(work.language, "The workflow says who sees this document: it is not shared by hand.")])
    query = (
        select(DocumentVersion)
        .join(Document, DocumentVersion.document_id == Document.id)
        .where(Document.dossier_id == loaded.dossier.id, Document.name == document)
        .order_by(DocumentVersion.number.desc())
        .options(joinedload(DocumentVersion.file))
        .limit(1)
    )
    version = work.session.scalar(query if number is None else query.where(DocumentVersion.number == number))
    if version is None and number is None:
        raise Refused([say(work.language, "This document has no version yet.")])
    if version is None:
        raise NotFound(f"no version {number} of {document}")
    return loaded, version


def _tell_requester(loaded: LoadedCase, document: str, number: int, entry: int) -> None:
    title = title_in_all_languages(loaded, document)

    def data(to: Recipient) -> dict[str, object]:
        return {"document": pick(title, to.language), "number": number, "void": False, "shared": True}

    people = [loaded.dossier.requester_id] if loaded.dossier.requester_id != loaded.work.actor_id else []
    notify(loaded.work, "version", people, data, dossier=loaded.dossier, entry=entry)
