"""The desk of the legal team: assigned, queued, unassigned, waiting and late dossiers, in tabs (D1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from formengine.i18n import pick
from formengine.services.access.enforcement import (
    current_site,
    current_viewer,
    read_involvements,
    readable_dossiers,
    require_permission,
)
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.listing import OPEN_CATEGORIES, DossierRow, fetch_page
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.rounds import Deadline, Round, Seat

DeskTab = Literal["mine", "queue", "unassigned", "waiting", "late"]


@dataclass(frozen=True)
class DeskRow:
    """A dossier on the desk; `due` is its next deadline or, where `late`, the first one missed."""

    dossier: DossierRow
    state_title: str
    team_title: str
    assignee_name: str
    due: datetime | None
    late: bool
    last_day: str | None = None
    """The date to whose end the deadline lasts; None where it ends at an hour."""


@dataclass(frozen=True)
class DeskPage:
    """One page of a tab: its rows, the number of dossiers in each tab, and the `after` of the following page."""

    items: list[DeskRow]
    next: str | None
    counts: dict[str, int]


def desk(work: UnitOfWork, tab: DeskTab, after: str | None = None, limit: int = 25) -> DeskPage:
    """One page of a tab of the desk, newest first, and the number of dossiers in each tab. Raises Refused without
    `desk.read`.
    """
    require_permission(work, "desk.read")
    conditions = _tab_conditions(work)
    page = fetch_page(work, [readable_dossiers(work), conditions[tab]], after=after, limit=limit)
    read_involvements(work, page.items)
    dues = next_deadlines(work, page.items)
    return DeskPage([_row(work, row, dues.get(row.id)) for row in page.items], page.next, _counts(work, conditions))


def desk_conditions(work: UnitOfWork, tab: DeskTab) -> list[ColumnElement[bool]]:
    """The SQL conditions of a tab; the first one is that the actor may read the dossier. Raises Refused without
    `desk.read`.
    """
    require_permission(work, "desk.read")
    return [readable_dossiers(work), _tab_conditions(work)[tab]]


def _counts(work: UnitOfWork, conditions: dict[DeskTab, ColumnElement[bool]]) -> dict[str, int]:
    columns = [func.count(case((condition, 1))).label(tab) for tab, condition in conditions.items()]
    row = work.session.execute(select(*columns).select_from(Dossier).where(readable_dossiers(work))).one()
    return dict(row._mapping)


def _tab_conditions(work: UnitOfWork) -> dict[DeskTab, ColumnElement[bool]]:
    actor = current_viewer(work)
    unassigned = and_(Dossier.assignee_id.is_(None), Dossier.state_category.in_(OPEN_CATEGORIES))
    return {
        "mine": and_(
            or_(Dossier.assignee_id == actor.person, Dossier.id.in_(_escalated_dossiers(actor.person))),
            Dossier.state_category.in_(OPEN_CATEGORIES),
        ),
        "queue": and_(unassigned, Dossier.team.in_(list(actor.teams))),
        "unassigned": unassigned,
        "waiting": Dossier.id.in_(_waiting_dossiers(actor.person)),
        "late": and_(Dossier.state_category.in_(OPEN_CATEGORIES), Dossier.id.in_(_late_dossiers())),
    }


def _escalated_dossiers(person: str) -> Select[int]:
    """The condition for dossiers with a missed deadline that was escalated to a person."""
    return select(Involvement.dossier_id).where(Involvement.person_id == person, Involvement.part == "escalated")


def _waiting_dossiers(person: str) -> Select[int]:
    open_seat = and_(Seat.person == person, Seat.status == "open", Round.status == "open")
    return select(Round.dossier_id).join(Seat, Seat.round_id == Round.id).where(open_seat)


def _late_dossiers() -> Select[int]:
    return select(Deadline.dossier_id).where(Deadline.status == "missed", Deadline.current.is_(True))


class NextDeadline(NamedTuple):
    """The first deadline of a dossier that was missed, or the next one that is running."""

    late: bool
    due: datetime
    last_day: str | None


def next_deadlines(work: UnitOfWork, dossiers: Iterable[DossierRow]) -> dict[int, NextDeadline]:
    """By dossier, its next deadline."""
    query = (
        select(Deadline.dossier_id, Deadline.status, Deadline.due, Deadline.data)
        .where(Deadline.dossier_id.in_([dossier.id for dossier in dossiers]), Deadline.current)
        .where(Deadline.status.in_(("missed", "running")))
    )
    rows = [
        (status != "missed", due, dossier, data) for dossier, status, due, data in work.session.execute(query) if due
    ]
    first: dict[int, NextDeadline] = {}
    for runs, due, dossier, data in sorted(rows, key=lambda row: row[:3]):
        first.setdefault(dossier, NextDeadline(not runs, due, data.get("last_day")))
    return first


def _row(work: UnitOfWork, dossier: DossierRow, deadline: NextDeadline | None) -> DeskRow:
    team = current_site(work).teams.get(dossier.team or "")
    return DeskRow(
        dossier=dossier,
        state_title=state_title(work, dossier),
        team_title=pick(team.title, work.language) if team else "",
        assignee_name=dossier.assignee_name or "",
        due=deadline.due if deadline else None,
        late=deadline is not None and deadline.late,
        last_day=deadline.last_day if deadline else None,
    )
