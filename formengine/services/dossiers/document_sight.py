"""Who reads a document: everybody who reads the dossier, or, of those, the legal team alone (`client` of the workflow).

Whoever is asked to decide on a document, or has decided, reads it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from formengine.services.access.enforcement import has_permission
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.workflow.definition.model import DocumentSight
from formengine.workflow.engine.case import VOTED
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
