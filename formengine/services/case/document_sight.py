"""Who reads a document: everybody who reads the dossier, or, of those, the legal team alone (`client` of the workflow).

Whoever is asked to decide on a document, or has decided, reads it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from formengine.services.access.enforcement import has_permission
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.workflow.definition.model import DocumentSight
from formengine.workflow.engine.case import VOTED, Round
from formengine.workflow.engine.document_kinds import rule_of_document


def client_sight(work: UnitOfWork, dossier: Dossier, document: str) -> DocumentSight:
    """What the client reads of a document, by its workflow."""
    rule = rule_of_document(work.platform.definitions.pack(work.session, dossier.pack_hash).workflow, document)
    return rule.client if rule is not None else "sees"


def sight_of(work: UnitOfWork, dossier: Dossier, document: str) -> DocumentSight:
    """What the actor, who may read the dossier, reads of a document: all of it, what was shared, or nothing."""
    sight = client_sight(work, dossier, document)
    if sight == "sees" or has_permission(work, "dossier.read_internal", dossier):
        return "sees"
    return "sees" if document in _decided_on(work, dossier) else sight


def readable_versions(versions: Iterable[DocumentVersion], sight: DocumentSight) -> list[DocumentVersion]:
    """The versions that somebody with this sight of their document reads, in their order."""
    if sight == "never":
        return []
    return [version for version in versions if sight == "sees" or version.shared_at is not None]


def documents_shown_of(work: UnitOfWork, dossier: Dossier, round_: Round, documents: Iterable[str]) -> list[str]:
    """Those of the documents of a round of which the actor, who may read its dossier, reads the version that it is
    about; whoever came by a link was asked, and reads them all.
    """
    if isinstance(work.actor, Guest):
        return list(documents)
    shown = []
    for document in documents:
        sight, bound = sight_of(work, dossier, document), round_.versions.get(document)
        is_shared = sight == "when_shared" and bound and (document, bound.number) in _shared_versions(work, dossier)
        if sight == "sees" or is_shared:
            shown.append(document)
    return shown


def _shared_versions(work: UnitOfWork, dossier: Dossier) -> set[tuple[str, int]]:
    """The names and numbers of the versions that were shared with the client."""
    query = (
        select(Document.name, DocumentVersion.number)
        .join(Document, DocumentVersion.document_id == Document.id)
        .where(Document.dossier_id == dossier.id, DocumentVersion.shared_at.is_not(None))
    )
    return work.remember(
        ("shared versions", dossier.id), lambda: {(name, number) for name, number in work.session.execute(query)}
    )


def _decided_on(work: UnitOfWork, dossier: Dossier) -> set[str]:
    """The documents on which the actor is asked to decide, or has decided."""
    loaded = load(work, dossier)
    return {
        document
        for round_ in loaded.case.rounds
        for seat in round_.seats
        if seat.person == work.actor_id and seat.status in ("open", *VOTED)
        for document in loaded.workflow.round_rule(round_.rule).documents
    }
