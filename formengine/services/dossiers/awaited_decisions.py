"""The approvals and signatures that dossiers of the desk wait for, and from whom (D1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, select

from formengine.i18n import pick
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.displayed_names import displayed_name
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.rounds import Round, Seat

KINDS: Final = ("approval", "signature")
"""The kinds of rounds in which somebody decides; what is only to be read is not among them."""


@dataclass(frozen=True)
class AwaitedDecision:
    """An approval or a signature that is open: its name, and the names of those who are asked and have not decided."""

    name: str
    people: tuple[str, ...]


def with_awaited_decisions() -> Select[int]:
    """The ids of the dossiers with an open seat of an approval or a signature, on which its holder can decide now."""
    return select(Round.dossier_id).join(Seat, Seat.round_id == Round.id).where(_is_awaited())


def awaited_decisions(work: UnitOfWork, pack_hashes: Mapping[int, str]) -> dict[int, list[AwaitedDecision]]:
    """By the id of a dossier, what `with_awaited_decisions` finds, the oldest round first. `pack_hashes` has the
    published workflow of each dossier, which the actor may read.
    """
    query = (
        select(Round, Seat)
        .join(Seat, Seat.round_id == Round.id)
        .where(Round.dossier_id.in_(pack_hashes), _is_awaited())
        .order_by(Round.id, Seat.id)
    )
    seats: dict[Round, list[Seat]] = {}
    for round_, seat in work.session.execute(query):
        seats.setdefault(round_, []).append(seat)
    known_people(work).expect_ids(seat.person for asked in seats.values() for seat in asked)
    awaited: dict[int, list[AwaitedDecision]] = {}
    for round_, asked in seats.items():
        workflow = work.platform.definitions.pack(work.session, pack_hashes[round_.dossier_id]).workflow
        name = pick(workflow.round_rule(round_.definition).title, work.language)
        awaited.setdefault(round_.dossier_id, []).append(AwaitedDecision(name, _names(work, asked)))
    return awaited


def _is_awaited() -> ColumnElement[bool]:
    return and_(Seat.status == "open", Round.status == "open", Round.kind.in_(KINDS), ~Round.waits)


def _names(work: UnitOfWork, seats: Iterable[Seat]) -> tuple[str, ...]:
    """The names of the holders of seats, each once; of somebody without an account the one by which they are asked."""
    names = (
        displayed_name(seat.data.get("name") or "") or seat.person
        if "@" in seat.person
        else person_name(work, seat.person)
        for seat in seats
    )
    return tuple(dict.fromkeys(names))
