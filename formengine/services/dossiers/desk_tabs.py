"""The tabs of the desk as SQL conditions: whose turn it is, what is queued, unassigned or late (D1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select

from formengine.services.access.enforcement import current_site, current_viewer, require_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.awaited_decisions import with_awaited_decisions
from formengine.services.dossiers.document_holders import US
from formengine.services.dossiers.dossier_ids import has_id, read_ids
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.rounds import Round, Seat
from formengine.workflow.definition.model import KINDS

DeskTab = Literal["mine", "late_mine", "queue", "unassigned", "waiting", "decisions", "late"]
TABS: Final[tuple[DeskTab, ...]] = get_args(DeskTab)
Turn = Literal["mine", "others"]
TURNS: Final[tuple[Turn, ...]] = get_args(Turn)
OPEN_CATEGORIES: Final = ("open", "in_progress", "waiting")
_DOSSIER, _ROUND, _SEAT = Dossier.__table__.c, Round.__table__.c, Seat.__table__.c
_DOCUMENT: Final = Document.__table__.c
_IS_OPEN: Final = _DOSSIER.state_category.in_(OPEN_CATEGORIES)


def tab_condition(work: UnitOfWork, tab: str) -> ColumnElement[bool]:
    """The condition of a tab for the actor. Raises Refused without `desk.read`."""
    require_permission(work, "desk.read")
    return _CONDITIONS[tab](work)


def turn_condition(work: UnitOfWork, turn: str) -> ColumnElement[bool]:
    """The condition that a dossier waits for the actor (`mine`), or for others: for the client, for whoever decides or
    signs, for whoever has a document.

    It is the actor's turn where they have a seat to decide or a document, and where neither the state, nor an open
    round, nor the turn of a document waits for anybody else.
    """
    of_round = and_(_ROUND.dossier_id == _DOSSIER.id, _ROUND.status == "open")
    someone_decides = select(_ROUND.id).where(of_round).exists()
    others_work = _DOSSIER.id.in_(with_documents_elsewhere(work))
    free = and_(_DOSSIER.state_category != "waiting", ~someone_decides, ~others_work)
    own_document = and_(_DOSSIER.state_category.in_(OPEN_CATEGORIES), _DOSSIER.id.in_(with_own_documents(work)))
    mine = or_(_DOSSIER.id.in_(_seats_of(work)), own_document, free)
    return mine if turn == "mine" else ~mine


def with_documents_elsewhere(work: UnitOfWork) -> Select[int]:
    """The ids of the dossiers with a document that is with the counterparty or a colleague; not of one that is decided
    on at the moment, which is nobody's turn.
    """
    elsewhere = _DOCUMENT.turn.is_not(None) & _DOCUMENT.turn.not_in((US, work.person.id))
    return select(_DOCUMENT.dossier_id).where(elsewhere, ~_is_decided_on(work))


def with_own_documents(work: UnitOfWork) -> Select[int]:
    """The ids of the dossiers with a document that is with the actor, whoever handles them; not of one that is decided
    on at the moment.
    """
    return select(_DOCUMENT.dossier_id).where(_DOCUMENT.turn == work.person.id, ~_is_decided_on(work))


def _is_decided_on(work: UnitOfWork) -> ColumnElement[bool]:
    """The condition that an open round is bound to a version of the document (`settled_documents`)."""
    is_bound: ColumnElement[bool]
    if work.platform.database.is_sqlite:
        is_bound = func.json_type(_ROUND.data, '$.versions."' + _DOCUMENT.name + '"').is_not(None)
    else:
        is_bound = func.jsonb_exists(_ROUND.data["versions"], _DOCUMENT.name)
    about = and_(_ROUND.dossier_id == _DOCUMENT.dossier_id, _ROUND.status == "open", is_bound)
    return select(_ROUND.id).where(about).correlate(Document.__table__).exists()


def teams_of(work: UnitOfWork) -> tuple[str, ...]:
    """The ids of the teams whose queue the actor works on: those they are in, and those they manage."""
    viewer, teams = current_viewer(work), current_site(work).teams.values()
    managed = {team.id for team in teams if team.manager == work.person.email.lower()}
    return tuple(sorted({*viewer.teams, *managed}))


def _mine(work: UnitOfWork) -> ColumnElement[bool]:
    ids = work.remember(("my open dossiers", work.person.id), lambda: read_ids(work, _open_of_actor(work)))
    return has_id(work, ids) if ids is not None else _DOSSIER.id.in_(_open_of_actor(work))


def _open_of_actor(work: UnitOfWork) -> Select[int]:
    """The ids of what is open and with the actor: read from the index of counts, since what has ended stays escalated
    to them, and is many times as much.
    """
    escalated = select(Involvement.dossier_id).where(
        Involvement.person_id == work.person.id, Involvement.part == "escalated"
    )
    own = Dossier.__table__.alias("own")
    listed = [own.c.id.in_(ids) for ids in (escalated, _seats_of(work), with_own_documents(work))]
    return select(own.c.id).where(open_of_kinds(own), or_(own.c.assignee_id == work.person.id, *listed))


def open_of_kinds(dossiers: FromClause) -> ColumnElement[bool]:
    """The condition that a dossier is open, in the terms of the index of counts, which begins with the kinds."""
    return and_(dossiers.c.kind.in_(KINDS), dossiers.c.state_category.in_(OPEN_CATEGORIES))


def _queue(work: UnitOfWork) -> ColumnElement[bool]:
    return and_(_DOSSIER.team.in_(teams_of(work)), _unassigned(work))


def _unassigned(_work: UnitOfWork) -> ColumnElement[bool]:
    return and_(_DOSSIER.assignee_id.is_(None), _IS_OPEN)


def _waiting(work: UnitOfWork) -> ColumnElement[bool]:
    return _DOSSIER.id.in_(_seats_of(work))


def _decisions(_work: UnitOfWork) -> ColumnElement[bool]:
    return _DOSSIER.id.in_(with_awaited_decisions())


def _late_mine(work: UnitOfWork) -> ColumnElement[bool]:
    return and_(_mine(work), _late(work))


def _late(_work: UnitOfWork) -> ColumnElement[bool]:
    return _DOSSIER.is_late.is_(True)


def _seats_of(work: UnitOfWork) -> Select[int]:
    is_open = and_(_SEAT.status == "open", _ROUND.status == "open", ~Round.waits)
    return (
        select(_ROUND.dossier_id)
        .select_from(Round.__table__.join(Seat.__table__))
        .where(_SEAT.person == work.person.id, is_open)
    )


_CONDITIONS: Final[Mapping[str, Callable[[UnitOfWork], ColumnElement[bool]]]] = {
    "mine": _mine,
    "late_mine": _late_mine,
    "queue": _queue,
    "unassigned": _unassigned,
    "waiting": _waiting,
    "decisions": _decisions,
    "late": _late,
}
