"""The search index of dossiers, written anew: after an upgrade, after somebody is renamed, and by command (D2)."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import false, func, insert, literal, or_, select, true, update
from sqlalchemy.orm import Session

from formengine.errors import FormengineError
from formengine.services.case.repository import load, lock_dossier
from formengine.services.case.search_documents import about_words, replace_note_words
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.lists import SearchDocument

log = logging.getLogger(__name__)

INDEX_JOB: Final = "index_dossiers"
"""The periodic job that writes the documents which are stale."""
BATCH: Final = 1000
"""The maximum number of dossiers that one run of the job indexes."""
_STALE: Final = SearchDocument.stale.is_(True)


def is_index_due(session: Session, _now: datetime) -> bool:
    """Whether any document is stale."""
    return session.scalar(select(SearchDocument.dossier_id).where(_STALE).limit(1)) is not None


def stale_count(work: UnitOfWork) -> int:
    """How many dossiers are not found yet by what changed last."""
    return work.session.scalar(select(func.count()).select_from(SearchDocument).where(_STALE)) or 0


def mark_dossiers_of(work: UnitOfWork, person_id: str) -> None:
    """Have the dossiers of somebody who is renamed indexed anew, by the job: there may be thousands."""
    of_person = select(Involvement.dossier_id).where(Involvement.person_id == person_id)
    requested = select(Dossier.id).where(Dossier.requester_id == person_id)
    concerned = or_(SearchDocument.dossier_id.in_(of_person), SearchDocument.dossier_id.in_(requested))
    _mark(work, update(SearchDocument).where(concerned, SearchDocument.stale.is_(False)))


def mark_all(work: UnitOfWork) -> int:
    """Have all dossiers indexed anew, those included that have no document; returns how many."""
    columns = ["dossier_id", "about", "about_internal", "notes", "notes_internal", "stale"]
    missing = select(Dossier.id, *(literal("") for _ in range(4)), true()).where(
        Dossier.id.not_in(select(SearchDocument.dossier_id))
    )
    work.session.execute(insert(SearchDocument).from_select(columns, missing))
    _mark(work, update(SearchDocument))
    return stale_count(work)


def _mark(work: UnitOfWork, statement: object) -> None:
    work.session.execute(statement.values(stale=True), execution_options={"synchronize_session": False})  # type: ignore[attr-defined]  # an Update of any table


def index_stale_dossiers(platform: Platform, limit: int = BATCH) -> int:
    """Write the documents that are stale, at most `limit`, each in a transaction of its own; returns how many.

    A dossier that cannot be read (its pack is broken) is logged, keeps its words, and is no longer stale.
    """
    with platform.database.reading() as session:
        ids = session.scalars(select(SearchDocument.dossier_id).where(_STALE).order_by(SearchDocument.dossier_id))
        chosen = ids.fetchmany(limit)
    for dossier_id in chosen:
        try:
            run_in_transaction(platform, lambda work, dossier_id=dossier_id: write_document(work, dossier_id))  # type: ignore[misc]
        except FormengineError:
            log.exception("dossier %d cannot be indexed", dossier_id)
            run_in_transaction(platform, lambda work, dossier_id=dossier_id: _set_fresh(work, dossier_id))  # type: ignore[misc]
    return len(chosen)


def write_document(work: UnitOfWork, dossier_id: int) -> None:
    """Write the document of a dossier anew. The dossier is locked first, then its document, so that nothing that is
    written meanwhile is lost.
    """
    dossier = lock_dossier(work, select(Dossier).where(Dossier.id == dossier_id))
    if dossier is None:
        return
    locked = select(SearchDocument.dossier_id).where(SearchDocument.dossier_id == dossier_id).with_for_update()
    work.session.execute(locked)
    about, internal = about_words(load(work, dossier))
    replace_note_words(work, dossier, about=about, about_internal=internal, stale=false())


def _set_fresh(work: UnitOfWork, dossier_id: int) -> None:
    fresh = update(SearchDocument).where(SearchDocument.dossier_id == dossier_id).values(stale=False)
    work.session.execute(fresh, execution_options={"synchronize_session": False})
