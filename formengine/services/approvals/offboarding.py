"""Closed accounts: the open seats of somebody who leaves are reassigned, or reported when nobody can decide (W7,
W8).
"""

from __future__ import annotations

from sqlalchemy import select

from formengine.services.case.repository import load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round, Seat
from formengine.workflow.engine import api as engine


def release_seats(work: UnitOfWork, person_id: str) -> int:
    """Give up every open seat of somebody whose account has just been closed; returns the number of dossiers concerned.

    The engine is the actor, not the person who closed the account, who may not have access to the dossier.
    """
    query = (
        select(Dossier.reference)
        .join(Round, Round.dossier_id == Dossier.id)
        .join(Seat, Seat.round_id == Round.id)
        .where(Seat.person == person_id, Seat.status == "open", Round.status == "open")
        .distinct()
        .order_by(Dossier.reference)
    )
    references = list(work.session.scalars(query))
    engine_work = UnitOfWork(work.platform, work.session, None, work.now, work.language)
    for reference in references:
        load_for_update(engine_work, reference).run(engine.account_closed, person_id)
    return len(references)
