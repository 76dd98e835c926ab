"""The day of a member of the legal team: what is their turn, what is late or due soon, what waits for others (D1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, case, func, literal, or_, select, union_all

from formengine.i18n import pick
from formengine.services.access.enforcement import (
    current_site,
    current_viewer,
    readable_dossiers,
    require_permission,
)
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.desk_tabs import open_of_kinds, with_documents_elsewhere, with_own_documents
from formengine.services.dossiers.dossier_ids import has_id, read_ids
from formengine.services.dossiers.facets import count_query
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.hearings import KIND as HEARING
from formengine.services.dossiers.hearings import moment_of
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import OPEN_CATEGORIES, DossierRow, fetch_page
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.rounds import Child, Deadline, Round, Seat

SOON: Final = timedelta(days=7)
"""What is due within this time is due soon."""
MAX_READ: Final = 200
"""How many of somebody's open dossiers their day is made from: those that are late or due first."""
_DOSSIER: Final = Dossier.__table__.c
_INVOLVEMENT: Final = Involvement.__table__.c
_DEADLINE: Final = Deadline.__table__.c


@dataclass(frozen=True)
class AgendaRow:
    """A dossier of the day, with its first deadline: the one that was missed, else the next."""

    dossier: DossierRow
    state_title: str
    due: datetime | None
    last_day: str | None
    late: bool
    soon: bool
    hearing: datetime | None = None
    """Its next hearing."""


@dataclass(frozen=True)
class Agenda:
    """The day: `turn` and `waiting` (for others) are the dossiers that somebody handles, or has a document of, what is
    late first, then by due date; `asked` those of them in which they are themselves asked to decide; `queue` is what
    nobody of their teams has taken yet, of `queued` in all. `is_whole` says that these are all that are open, and
    `is_whole_queue` that all are counted that nobody has taken.
    """

    turn: list[AgendaRow]
    asked: list[AgendaRow]
    waiting: list[AgendaRow]
    queue: list[AgendaRow]
    queued: int
    is_whole: bool
    is_whole_queue: bool

    @property
    def soon(self) -> int:
        """How many of them are due soon."""
        return sum(row.soon for row in (*self.turn, *self.asked, *self.waiting))


@dataclass(frozen=True)
class LateCounts:
    """How many dossiers are late: the actor's own, as on the desk's tab `late_mine`, and all that they may read, as on
    its tab `late`.
    """

    own: int
    readable: int


def late_counts(work: UnitOfWork) -> LateCounts:
    """How many dossiers are late, in one statement. Raises Refused without `desk.read`."""
    own, readable = (count_query(work, ListFilter(tab=tab)).scalar_subquery() for tab in ("late_mine", "late"))
    return LateCounts(*work.session.execute(select(own, readable)).one())


def agenda(work: UnitOfWork, queue_length: int = 5, limit: int = MAX_READ) -> Agenda:
    """The day of the actor, made from at most `limit` dossiers. Raises Refused without `desk.read`."""
    require_permission(work, "desk.read")
    viewer = current_viewer(work)
    escalated = select(_INVOLVEMENT.dossier_id).where(
        _INVOLVEMENT.person_id == viewer.person, _INVOLVEMENT.part == "escalated"
    )
    is_open = _DOSSIER.state_category.in_(OPEN_CATEGORIES)
    unclaimed = and_(_DOSSIER.assignee_id.is_(None), _DOSSIER.team.in_(list(viewer.teams)))
    handed = _DOSSIER.id.in_(with_own_documents(work))
    own = or_(_DOSSIER.assignee_id == viewer.person, _DOSSIER.id.in_(escalated), handed)
    own_ids = read_ids(work, select(_DOSSIER.id).where(open_of_kinds(Dossier.__table__), own))
    is_own = and_(is_open, own) if own_ids is None else has_id(work, own_ids)
    mine_page = fetch_page(work, [readable_dossiers(work), is_own], "due", limit=limit)
    queue_page = fetch_page(work, [readable_dossiers(work), is_open, unclaimed], "due", limit=limit)
    mine, queued = mine_page.items, queue_page.items
    dues, hearings = first_deadlines(work, [*mine, *queued]), _next_hearings(work, [*mine, *queued])
    decisions = _own_decisions(work, [*mine, *queued])
    asked = {dossier for dossier, is_own in decisions.items() if is_own}
    rows = sorted((_row(work, row, dues.get(row.id), hearings.get(row.id)) for row in mine), key=_by_due)
    held, elsewhere = _with_documents(work, [*mine, *queued])
    waiting = {row.id for row in (*mine, *queued) if row.state_category == "waiting"}
    waits = (waiting | elsewhere | decisions.keys()) - asked - held
    to_take = [row for row in queued if row.id not in waits | held]
    return Agenda(
        turn=[row for row in rows if row.dossier.id not in waits | asked],
        asked=[row for row in rows if row.dossier.id in asked],
        waiting=[row for row in rows if row.dossier.id in waits],
        queue=sorted((_row(work, row, dues.get(row.id), hearings.get(row.id)) for row in to_take), key=_by_due)[
            :queue_length
        ],
        queued=len(queued),
        is_whole=mine_page.next is None,
        is_whole_queue=queue_page.next is None,
    )


def _own_decisions(work: UnitOfWork, dossiers: Iterable[DossierRow]) -> dict[int, bool]:
    """Those in which somebody is asked to approve, sign or acknowledge, with whether the actor is, and can do so."""
    own = case((and_(Seat.person == work.actor_id, Seat.status == "open", ~Round.waits), 1), else_=0)
    query = select(Round.dossier_id, func.max(own)).outerjoin(Seat, Seat.round_id == Round.id)
    of_dossiers = (Round.dossier_id.in_([row.id for row in dossiers]), Round.status == "open")
    rows = work.session.execute(query.where(*of_dossiers).group_by(Round.dossier_id))
    return {dossier: bool(is_own) for dossier, is_own in rows}


def _with_documents(work: UnitOfWork, dossiers: Iterable[DossierRow]) -> tuple[set[int], set[int]]:
    """Those of which the actor has a document, and those of which somebody else has one: the counterparty, or a
    colleague.
    """
    of_dossiers = Document.dossier_id.in_([row.id for row in dossiers])
    held = with_own_documents(work).add_columns(literal(True)).where(of_dossiers)
    elsewhere = with_documents_elsewhere(work).add_columns(literal(False)).where(of_dossiers)
    rows = work.session.execute(union_all(held, elsewhere)).all()
    return {id for id, is_held in rows if is_held}, {id for id, is_held in rows if not is_held}


def first_deadlines(work: UnitOfWork, dossiers: Iterable[DossierRow]) -> dict[int, tuple[bool, datetime, str | None]]:
    """By dossier, the deadline that counts: (late, due, last day); the missed before the running, then the earliest."""
    query = select(_DEADLINE.dossier_id, _DEADLINE.status, _DEADLINE.due, _DEADLINE.data).where(
        _DEADLINE.dossier_id.in_([row.id for row in dossiers]),
        _DEADLINE.current.is_(True),
        _DEADLINE.due.is_not(None),
    )
    first: dict[int, tuple[bool, datetime, str | None]] = {}
    for dossier, status, due, data in work.session.execute(query):
        if status not in ("missed", "running"):  # not asked in SQL: SQLite would read all that run, of every dossier
            continue
        candidate = (status == "missed", due, data.get("last_day"))
        known = first.get(dossier)
        if known is None or (not candidate[0], candidate[1]) < (not known[0], known[1]):
            first[dossier] = candidate
    return first


def _next_hearings(work: UnitOfWork, dossiers: Iterable[DossierRow]) -> dict[int, datetime]:
    """By dossier, when its next hearing is listed."""
    packs = {row.id: work.platform.definitions.pack(work.session, row.pack_hash) for row in dossiers}
    kinds = {id: pack.workflow.children[HEARING] for id, pack in packs.items() if HEARING in pack.workflow.children}
    if not kinds:
        return {}
    query = select(Child.dossier_id, Child.state, Child.fields).where(
        Child.dossier_id.in_(kinds), Child.kind == HEARING
    )
    following: dict[int, datetime] = {}
    for dossier, state, fields in work.session.execute(query):
        at = moment_of(fields.get("at"))
        if at is not None and at >= work.now and not kinds[dossier].states[state].ends:
            following[dossier] = min(at, following.get(dossier, at))
    return following


def _row(
    work: UnitOfWork, dossier: DossierRow, deadline: tuple[bool, datetime, str | None] | None, hearing: datetime | None
) -> AgendaRow:
    late, due, last_day = deadline or (False, None, None)
    first = min((at for at in (due, hearing) if at is not None), default=None)
    soon = first is not None and not late and first <= work.now + SOON
    return AgendaRow(dossier, state_title(work, dossier), due, last_day, late, soon, hearing)


def _by_due(row: AgendaRow) -> tuple[bool, bool, float]:
    """What is late first, then what is due or heard on a date, the earliest first."""
    first = min((at.timestamp() for at in (row.due, row.hearing) if at is not None), default=0.0)
    return not row.late, row.due is None and row.hearing is None, first


@dataclass(frozen=True)
class MemberLoad:
    """How much somebody of a team handles: open dossiers, and those of them that are late."""

    name: str
    open: int
    late: int


@dataclass(frozen=True)
class TeamLoad:
    """How much a team has: its open dossiers, those that are late, those that nobody has taken, and who handles how
    many.
    """

    id: str
    title: str
    open: int
    late: int
    unclaimed: int
    members: list[MemberLoad]


def led_teams(work: UnitOfWork) -> list[str]:
    """The ids of the teams that the actor manages."""
    address = work.person.email.lower()
    return [team.id for team in current_site(work).teams.values() if (team.manager or "").lower() == address]


def team_loads(work: UnitOfWork, teams: Iterable[str]) -> list[TeamLoad]:
    """What teams have to do, as far as the actor may read it; teams without an open dossier are left out."""
    require_permission(work, "desk.read")
    late = func.count(case((_DOSSIER.is_late.is_(True), 1)))
    query = (
        select(_DOSSIER.team, _DOSSIER.assignee_id, func.count(), late)
        .where(readable_dossiers(work), _DOSSIER.state_category.in_(OPEN_CATEGORIES), _DOSSIER.team.in_(list(teams)))
        .group_by(_DOSSIER.team, _DOSSIER.assignee_id)
    )
    counts: dict[str, dict[str | None, tuple[int, int]]] = {}
    for team, assignee, open_, late_ in work.session.execute(query):
        counts.setdefault(team, {})[assignee] = (open_, late_)
    known_people(work).expect_ids(person for of_team in counts.values() for person in of_team)
    return [_team_load(work, team, counts[team]) for team in current_site(work).teams if team in counts]


def _team_load(work: UnitOfWork, team: str, counts: Mapping[str | None, tuple[int, int]]) -> TeamLoad:
    members = [MemberLoad(person_name(work, id), *numbers) for id, numbers in counts.items() if id is not None]
    return TeamLoad(
        id=team,
        title=pick(current_site(work).teams[team].title, work.language),
        open=sum(open_ for open_, _late in counts.values()),
        late=sum(late for _open, late in counts.values()),
        unclaimed=counts.get(None, (0, 0))[0],
        members=sorted(members, key=lambda member: (-member.open, member.name)),
    )


def counts_by_kind(work: UnitOfWork) -> dict[str, dict[str, int]]:
    """By kind of dossier, and in it by category of states, how many dossiers the actor may read."""
    query = select(_DOSSIER.kind, _DOSSIER.state_category, func.count()).where(readable_dossiers(work))
    counts: dict[str, dict[str, int]] = {}
    for kind, category, count in work.session.execute(query.group_by(_DOSSIER.kind, _DOSSIER.state_category)):
        counts.setdefault(kind, {})[category] = count
    return counts


def latest_moves(work: UnitOfWork, limit: int = 10) -> list[tuple[DossierRow, str]]:
    """The dossiers that entered their state last, with the title of the state."""
    rows = fetch_page(work, [readable_dossiers(work)], "-entered", limit=limit).items
    return [(row, state_title(work, row)) for row in rows]
