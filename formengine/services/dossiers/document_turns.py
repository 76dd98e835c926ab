"""Handing a document over to whoever has to work on it next: the legal team, the counterparty, or a person (S2)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.access.enforcement import readable_dossiers, require_permission
from formengine.services.case.document_titles import document_title
from formengine.services.case.repository import LoadedCase, expect_cases, get_dossier, load, load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.decided_documents import settled_documents
from formengine.services.dossiers.document_holders import (
    US,
    Turn,
    edit_lock_of,
    end_edit_lock,
    give_turn,
    record_lock,
    turn_of,
)
from formengine.services.dossiers.documents import require_replaceable
from formengine.services.dossiers.possible_holders import require_holder
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document

MOST_TURNS: Final = 20
"""How many documents that somebody has are listed on their home page."""


def hand_over(work: UnitOfWork, reference: str, document: str, holder: str) -> Turn:
    """Say whose turn it is with a document: `holder` is one of SIDES or the id of an account. Returns the turn.

    Raises NotFound for a document that there is not, and Refused for somebody who may not add a version now, for a
    document without a version, and for an account that may not add one either.
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.add_version", dossier)
    loaded = load(work, dossier)
    require_replaceable(loaded, document)
    require_holder(loaded, document, holder)  # before the dossier is locked
    loaded = load_for_update(work, reference, "dossier.add_version")
    require_replaceable(loaded, document)
    row = document_with_version(loaded, document)
    give_turn(loaded, row, holder, with_version=False)
    turn = turn_of(row)
    assert turn is not None  # it has a version
    return turn


def turns_of_actor(work: UnitOfWork) -> list[tuple[Dossier, str]]:
    """The open dossiers with a document that the actor has, each with the title of the document; the oldest first;
    without those that are decided on or signed at the moment, which is nobody's turn.
    """
    query = (
        select(Dossier, Document.name)
        .join(Document, Document.dossier_id == Dossier.id)
        .where(Document.turn == work.actor_id, Dossier.ended_at.is_(None), readable_dossiers(work))
        .order_by(Document.turn_since)
        .limit(MOST_TURNS)
        .options(joinedload(Dossier.submission))
    )
    held = [(dossier, name) for dossier, name in work.session.execute(query)]
    if not held:
        return []
    expect_cases(work, {dossier.id: dossier for dossier, _name in held}.values())
    return [
        (dossier, document_title(work, dossier, name))
        for dossier, name in held
        if name not in settled_documents(load(work, dossier))
    ]


def give_back_documents(work: UnitOfWork, person_id: str) -> None:
    """Give every document of an open dossier that somebody has whose account is closed back to the legal team, and end
    their editing; with an entry each.

    As in `release_seats`, the engine is the actor.
    """
    is_theirs = or_(Document.turn == person_id, Document.editor == person_id)
    of_open = select(Dossier.reference).join(Document, Document.dossier_id == Dossier.id)
    references = sorted(set(work.session.scalars(of_open.where(is_theirs, Dossier.ended_at.is_(None)))))
    engine_work = UnitOfWork(work.platform, work.session, None, work.now, work.language)
    for reference in references:
        loaded = load_for_update(engine_work, reference)
        rows = work.session.scalars(select(Document).where(Document.dossier_id == loaded.dossier.id, is_theirs))
        for row in rows.all():
            if row.editor == person_id:
                if edit_lock_of(row, work.now) is not None:
                    record_lock(loaded, row, "ended for", person_id)
                end_edit_lock(row)
            if row.turn == person_id:
                give_turn(loaded, row, US, with_version=False)


def document_with_version(loaded: LoadedCase, document: str) -> Document:
    """The row of a document of a dossier that is locked. Raises Refused where it has no version yet."""
    query = select(Document).where(Document.dossier_id == loaded.dossier.id, Document.name == document)
    row = loaded.work.session.scalar(query)
    if row is None or not row.versions:
        raise Refused([say(loaded.work.language, "This document has no version yet.")])
    return row
