"""Accounts that a page offers in the place of somebody who is asked, or in addition: those that are accepted (S9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from formengine.services.approvals.round_views import RoundView
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people, selectable_people
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.seat_changes import fits_seat, is_addable


@dataclass(frozen=True)
class SeatCandidates:
    """Rows with `id` and `name`: `in_place` by the id of an open seat, `besides` by the id of an open round."""

    in_place: dict[int, list[Any]] = field(default_factory=dict)
    besides: dict[int, list[Any]] = field(default_factory=dict)


def seat_candidates(work: UnitOfWork, dossier: Dossier, views: Iterable[RoundView]) -> SeatCandidates:
    """Whom the actor may ask on the open seats, and in the rounds, that they may change."""
    candidates, changeable = SeatCandidates(), {view.id for view in views if view.may_change or view.may_add}
    if not changeable:
        return candidates
    loaded, people = load(work, dossier), selectable_people(work)
    known_people(work).expect_ids(person.id for person in people)
    asked = [seat.person for round_ in loaded.case.rounds for seat in round_.seats]
    known_people(work).expect_emails(person for person in asked if "@" in person)
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    for round_ in loaded.case.rounds:
        if round_.key not in changeable:
            continue
        candidates.besides[round_.key] = [row for row in people if is_addable(execution, round_, row.id)]
        for seat in round_.seats:
            if seat.status == "open" and seat.key is not None:
                candidates.in_place[seat.key] = [row for row in people if fits_seat(execution, round_, seat, row.id)]
    return candidates
