"""Counsel's desk: what is mine, what my teams have to take, what waits for a decision, what is late (D1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from formengine.i18n import pick
from formengine.services.access.enforcement import demand, in_sight, site_of, viewer
from formengine.services.core.unit_of_work import Work
from formengine.services.dossiers.listing import OPEN, page
from formengine.services.dossiers.overview import state_title
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.rounds import Deadline, Round, Seat

DeskTab = Literal["mine", "queue", "unassigned", "waiting", "late"]
TABS: Final[tuple[DeskTab, ...]] = get_args(DeskTab)


@dataclass(frozen=True)
class DeskRow:
    """A dossier on the desk; `due` is its next deadline, or the last one missed (`late`)."""

    dossier: Dossier
    state_title: str
    team_title: str
    assignee_name: str
    due: datetime | None
    late: bool


@dataclass(frozen=True)
class DeskPage:
    items: list[DeskRow]
    next: str | None
    counts: dict[str, int]


def desk(work: Work, tab: DeskTab, after: str | None = None, limit: int = 25) -> DeskPage:
    """A tab of the desk, newest first, and how much is in each."""
    demand(work, "desk.read")
    rows, following = page(work, select(Dossier).where(*_where(work, tab)), after, limit)
    counts: dict[str, int] = {one: _count(work, _where(work, one)) for one in TABS}
    return DeskPage([_row(work, dossier) for dossier in rows], following, counts)


def _count(work: Work, where: list[ColumnElement[bool]]) -> int:
    return work.session.scalar(select(func.count()).select_from(Dossier).where(*where)) or 0


def _where(work: Work, tab: DeskTab) -> list[ColumnElement[bool]]:
    me = viewer(work)
    nobody, alive = Dossier.assignee_id.is_(None), Dossier.state_category.in_(OPEN)
    conditions: dict[DeskTab, list[ColumnElement[bool]]] = {
        "mine": [or_(Dossier.assignee_id == me.person, Dossier.id.in_(_escalated(me.person))), alive],
        "queue": [nobody, alive, Dossier.team.in_(list(me.teams))],
        "unassigned": [nobody, alive],
        "waiting": [Dossier.id.in_(_waiting(me.person))],
        "late": [alive, Dossier.id.in_(_late())],
    }
    return [in_sight(work), *conditions[tab]]


def _escalated(person: str) -> Select[int]:
    """Dossiers that a deadline missed was escalated to somebody with."""
    return select(Involvement.dossier_id).where(Involvement.person_id == person, Involvement.part == "escalated")


def _waiting(person: str) -> Select[int]:
    open_seat = and_(Seat.person == person, Seat.status == "open", Round.status == "open")
    return select(Round.dossier_id).join(Seat, Seat.round_id == Round.id).where(open_seat)


def _late() -> Select[int]:
    return select(Deadline.dossier_id).where(Deadline.status == "missed", Deadline.current.is_(True))


def _row(work: Work, dossier: Dossier) -> DeskRow:
    team = site_of(work).teams.get(dossier.team or "")
    late, due = _due(work, dossier)
    return DeskRow(
        dossier=dossier,
        state_title=state_title(work, dossier),
        team_title=pick(team.title, work.language) if team else "",
        assignee_name=dossier.assignee.name if dossier.assignee else "",
        due=due,
        late=late,
    )


def _due(work: Work, dossier: Dossier) -> tuple[bool, datetime | None]:
    live = Deadline.status.in_(("missed", "running"))
    query = select(Deadline.status, Deadline.due).where(Deadline.dossier_id == dossier.id, live, Deadline.current)
    found = sorted((status != "missed", due) for status, due in work.session.execute(query) if due is not None)
    return (not found[0][0], found[0][1]) if found else (False, None)
