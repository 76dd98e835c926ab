"""What somebody leaves behind whose account is closed, or may not decide any more: open seats are reassigned, or
reported when nobody can decide (W7, W8, P25), and so are children that nobody is in charge of any more (W23).
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, union, update

from formengine.services.access.enforcement import IN_CHARGE, current_viewer
from formengine.services.case.repository import load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.fillings import FilledPart, Filling, PartSource
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Round, Seat
from formengine.workflow.engine import api as engine


def release_seats(work: UnitOfWork, person_id: str) -> int:
    """Give up every open seat of somebody whose account has just been closed, or has a role by now that may not decide.
    Of a closed account, report the children that they were in charge of as well, and release the open dossiers that
    they had claimed. Returns the number of dossiers looked at.

    The engine is the actor, not the person who changed the account, who may not have access to the dossier.
    """
    query = (
        select(Dossier.reference)
        .join(Round, Round.dossier_id == Dossier.id)
        .join(Seat, Seat.round_id == Round.id)
        .where(Seat.person == person_id, Seat.status == "open", Round.status == "open")
    )
    in_charge = (
        select(Dossier.reference)
        .join(Involvement, Involvement.dossier_id == Dossier.id)
        .where(Involvement.person_id == person_id, Involvement.part == IN_CHARGE, Dossier.ended_at.is_(None))
    )
    claimed = (
        select(Dossier.reference)
        .join(Involvement, Involvement.dossier_id == Dossier.id)
        .where(Involvement.person_id == person_id, Involvement.part == "assignee")
        .where(Dossier.state_category.not_in(("done", "cancelled")))
    )
    references = sorted(work.session.scalars(union(query, in_charge, claimed)))
    engine_work = UnitOfWork(work.platform, work.session, None, work.now, work.language)
    for reference in references:
        load_for_update(engine_work, reference).run(engine.account_closed, person_id)
    return len(references)


def wake_parts(work: UnitOfWork, person: Person) -> None:
    """Have the requests looked at of which somebody whose account was just closed was asked for a part, by themselves
    or in a team or position: where nobody is left, the legal admins are told (F20).
    """
    sources = current_viewer(replace(work, actor=person)).sources
    asked = select(FilledPart.filling_id).join(PartSource, PartSource.part_id == FilledPart.id)
    asked = asked.where(FilledPart.state == "open", PartSource.source.in_(sorted(sources)))
    of_person = Filling.state == "filling", Filling.id.in_(asked)
    work.session.execute(update(Filling).where(*of_person).values(wake_at=work.now))
