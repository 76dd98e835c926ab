"""What people without an account are called on a dossier: told alike on its page, in its history and in mails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import select

from formengine.services.case.writer import fact_rows
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.displayed_names import displayed_name
from formengine.services.people.lookup import contact_names, known_people
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round, Seat
from formengine.workflow.engine.case import Case

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

RoundNames: TypeAlias = tuple[Mapping[str, str], Iterable[tuple[str, str | None]]]
"""What a round calls people: the names of those in copy, by address, and the person and name of each seat."""


def names_by_address(facts: Iterable[object], rounds: Iterable[RoundNames]) -> dict[str, str]:
    """The names of people without an account, by address; who has no name is left out.

    The newest round that names an address counts, and in it a seat before a copy: whoever is in charge has named both.
    A seat without a name takes no name away. What no round names is called as the facts say.
    """
    names = contact_names(facts)
    for copy_names, seats in rounds:
        named = {**copy_names, **{person: name for person, name in seats if name and "@" in person}}
        shown = {address: displayed_name(name) for address, name in named.items()}
        names |= {address: name for address, name in shown.items() if name}
    return names


def outside_names(case: Case) -> dict[str, str]:
    """`names_by_address` of a dossier that is loaded."""
    rounds = ((round_.copy_names, [(seat.person, seat.name) for seat in round_.seats]) for round_ in case.rounds)
    return names_by_address((*case.fields.values(), *case.answers.values()), rounds)


def name_seats(loaded: LoadedCase) -> None:
    """Give the seats of people without an account that have no name the one by which they are asked; answers that
    change later rename nobody who is asked or has signed (S9). Before a change, those are seats from before names were
    kept; after it, those that it opened.

    A name that whoever is in charge has typed counts, in this round or an earlier one; else the one that the fact of
    the seat's role gives, else any fact; without a name it is the address.
    """
    case = loaded.case
    seats = [seat for round_ in case.rounds for seat in round_.seats]
    unnamed = [seat for seat in seats if not seat.name and "@" in seat.person]
    if not unnamed:
        return
    facts = {**case.answers, **case.fields}
    typed = names_by_address(
        (),
        (
            (round_.copy_names, [(seat.person, seat.name) for seat in round_.seats if seat.name_is_typed])
            for round_ in case.rounds
        ),
    )
    anywhere = contact_names((*case.fields.values(), *case.answers.values()))
    for seat in unnamed:
        role = loaded.workflow.roles.get(seat.role)
        of_role = contact_names([facts.get(role.source_name)]) if role is not None else {}
        names = {**anywhere, **of_role, **typed}
        seat.name, seat.name_is_typed = names.get(seat.person, seat.person), seat.person in typed


def expect_contacts(work: UnitOfWork, dossier: Dossier) -> None:
    """Have `person_name` know the people outside of a dossier by their names; read once in a transaction."""
    work.remember(("contact names", dossier.id), lambda: _add_contacts(work, dossier))


def _add_contacts(work: UnitOfWork, dossier: Dossier) -> bool:
    query = select(Round.id, Round.data, Seat.person, Seat.data).outerjoin(Seat, Seat.round_id == Round.id)
    rows = work.session.execute(query.where(Round.dossier_id == dossier.id).order_by(Round.id, Seat.id)).all()
    fields = [fact.value for fact in fact_rows(work, dossier).values()]
    rounds = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        seats = list(group)
        named = [(person, data.get("name")) for _, _, person, data in seats if person is not None]
        rounds.append((seats[0][1].get("copy_names") or {}, named))
    known_people(work).add_contacts(names_by_address([*fields, *dossier.submission.answers.values()], rounds))
    return True
