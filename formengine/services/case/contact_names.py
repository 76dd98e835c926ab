"""The names of people outside who act on a dossier: the answers, the workflow's fields and the seats tell them."""

from __future__ import annotations

from sqlalchemy import select

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.displayed_names import displayed_name
from formengine.services.people.lookup import contact_name, known_people
from formengine.storage.models.dossiers import Dossier, Fact
from formengine.storage.models.rounds import Round, Seat


def expect_contacts(work: UnitOfWork, dossier: Dossier) -> None:
    """Have `person_name` know the people outside of a dossier by their names; read once in a transaction."""
    work.remember(("contact names", dossier.id), lambda: _add_contacts(work, dossier))


def _add_contacts(work: UnitOfWork, dossier: Dossier) -> bool:
    query = select(Seat.person, Seat.data, Round.data).join(Round, Seat.round_id == Round.id)
    rows = work.session.execute(query.where(Round.dossier_id == dossier.id).order_by(Seat.id)).all()
    fields = work.session.scalars(select(Fact.value).where(Fact.dossier_id == dossier.id))
    facts = [*fields, *dossier.submission.answers.values()]
    names: dict[str, str] = {}
    for address, data, of_round in rows:
        names |= of_round.get("copy_names") or {}
        if "@" in address:
            names[address] = data.get("name") or contact_name(facts, address)
    known_people(work).add_contacts({address: displayed_name(str(name)) for address, name in names.items()})
    return True
