"""Handing a document over to whoever has to work on it next: the legal team, the counterparty, or a person (S2)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.case.repository import LoadedCase, get_dossier, load, load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.document_holders import Turn, give_turn, require_holder, turn_of
from formengine.services.dossiers.documents import require_replaceable
from formengine.storage.models.files_and_notes import Document


def hand_over(work: UnitOfWork, reference: str, document: str, holder: str) -> Turn:
    """Say whose turn it is with a document: `holder` is one of SIDES or the id of an account. Returns the turn.

    Raises NotFound for a document that there is not, and Refused for somebody who may not add a version now, for a
    document without a version, and for an account that may not see the dossier.
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.add_version", dossier)
    require_replaceable(load(work, dossier), document)
    require_holder(work, dossier, holder)  # before the dossier is locked
    loaded = load_for_update(work, reference, "dossier.add_version")
    require_replaceable(loaded, document)
    row = document_with_version(loaded, document)
    give_turn(loaded, row, holder, with_version=False)
    turn = turn_of(row)
    assert turn is not None  # it has a version
    return turn


def document_with_version(loaded: LoadedCase, document: str) -> Document:
    """The row of a document of a dossier that is locked. Raises Refused where it has no version yet."""
    query = select(Document).where(Document.dossier_id == loaded.dossier.id, Document.name == document)
    row = loaded.work.session.scalar(query)
    if row is None or not row.versions:
        raise Refused([say(loaded.work.language, "This document has no version yet.")])
    return row
