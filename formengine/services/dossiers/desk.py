"""The desk of the legal team: assigned, queued, unassigned, waiting and late dossiers, in tabs (D1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, select

from formengine.i18n import pick
from formengine.services.access.enforcement import (
    current_site,
    current_viewer,
    has_permission,
    read_involvements,
    require_permission,
)
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.awaited_decisions import AwaitedDecision, awaited_decisions
from formengine.services.dossiers.desk_tabs import OPEN_CATEGORIES, TABS
from formengine.services.dossiers.facets import Total, count_dossiers, count_query
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.keyset import Page
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import PAGE_SIZE, DossierRow, dossier_page
from formengine.services.people.lookup import known_people
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Deadline
from formengine.value_format import title_of_id

BY_TURN: Final = ("mine", "queue")
"""The tabs that show apart what waits for others."""
OTHERS_SHOWN: Final = 10
"""How many dossiers that wait for others such a tab shows below those whose turn it is."""


@dataclass(frozen=True)
class DeskRow:
    """A dossier on the desk; `due` is its next deadline or, where `late`, the first one missed."""

    dossier: DossierRow
    state_title: str
    request_title: str
    team_title: str
    assignee_name: str
    due: datetime | None
    late: bool
    last_day: str | None = None
    """The date to whose end the deadline lasts; None where it ends at an hour."""
    may_claim: bool = False
    may_release: bool = False
    may_assign: bool = False
    decisions: Sequence[AwaitedDecision] = ()
    """The approvals and signatures that it waits for; read for the tab that lists them."""


@dataclass(frozen=True)
class DeskPage:
    """One page of a tab: the rows whose turn it is, then the first of those that wait for others (of the tabs BY_TURN),
    and the number of dossiers in each tab.
    """

    page: Page[DossierRow]
    items: list[DeskRow]
    others: list[DeskRow]
    others_total: Total
    """How many of the tab wait for others, by the filter."""
    counts: dict[str, int]


def desk(
    work: UnitOfWork,
    chosen: ListFilter,
    *,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE_SIZE,
) -> DeskPage:
    """One page of a tab of the desk, and the number of dossiers in each tab. Raises Refused without `desk.read`.

    A tab of BY_TURN without a `turn` shows what waits for the actor, or can be taken by them, and the beginning of what
    waits for others: for the client, for a decision, for a signature.
    """
    require_permission(work, "desk.read")
    both = chosen.tab in BY_TURN and not chosen.turn
    shown = replace(chosen, turn="mine") if both else chosen
    page = dossier_page(work, shown, after=after, before=before, limit=limit)
    waiting = replace(chosen, turn="others")
    others = dossier_page(work, waiting, limit=OTHERS_SHOWN).items if both else []
    rows = _rows(work, [*page.items, *others])
    if chosen.tab == "decisions":
        awaited = awaited_decisions(work, {row.id: row.pack_hash for row in page.items})
        rows = [replace(row, decisions=awaited.get(row.dossier.id, [])) for row in rows]
    counts = _counts(work, waiting if both and not chosen.q else None)
    others_total = count_dossiers(work, waiting) if both and chosen.q else Total(counts.pop("others", 0))
    return DeskPage(page, rows[: len(page.items)], rows[len(page.items) :], others_total, counts)


def _counts(work: UnitOfWork, others: ListFilter | None) -> dict[str, int]:
    """The number of dossiers in each tab, and of `others`, in one statement: each is counted from an index of its
    own.
    """
    queries: dict[str, Select[int]] = {tab: count_query(work, ListFilter(tab=tab)) for tab in TABS}
    if others is not None:
        queries["others"] = count_query(work, others)
    columns = [query.scalar_subquery().label(name) for name, query in queries.items()]
    return dict(work.session.execute(select(*columns)).one()._mapping)


def assignable_people(work: UnitOfWork, rows: Iterable[DeskRow]) -> list[Person]:
    """The people to whom dossiers of these rows can be assigned: the active members of their teams, by name."""
    teams = {row.dossier.team for row in rows if row.may_assign}
    addresses = {address for id in teams for address in _members(work, id)}
    return sorted(known_people(work).by_email(sorted(addresses)), key=lambda person: person.name.casefold())


def _members(work: UnitOfWork, team: str | None) -> Sequence[str]:
    known = current_site(work).teams.get(team or "")
    return known.members if known else ()


class NextDeadline(NamedTuple):
    """The first deadline of a dossier that was missed, or the next one that is running."""

    late: bool
    due: datetime
    last_day: str | None


def next_deadlines(work: UnitOfWork, dossiers: Iterable[DossierRow]) -> dict[int, NextDeadline]:
    """By dossier, its next deadline."""
    columns = (Deadline.dossier_id, Deadline.status, Deadline.due, Deadline.data, Deadline.current)
    # the dossiers alone are looked up: by the status of deadlines SQLite would go through those of all dossiers
    query = select(*columns).where(Deadline.dossier_id.in_([dossier.id for dossier in dossiers]))
    rows = [
        (status != "missed", due, dossier, data)
        for dossier, status, due, data, current in work.session.execute(query)
        if due and current and status in ("missed", "running")
    ]
    first: dict[int, NextDeadline] = {}
    for runs, due, dossier, data in sorted(rows, key=lambda row: row[:3]):
        first.setdefault(dossier, NextDeadline(not runs, due, data.get("last_day")))
    return first


def _rows(work: UnitOfWork, dossiers: Sequence[DossierRow]) -> list[DeskRow]:
    """The rows of dossiers, read together."""
    read_involvements(work, dossiers)
    deadlines = next_deadlines(work, dossiers)
    teams = {id for id in (dossier.team for dossier in dossiers) if id}
    known_people(work).expect_emails(address for team in teams for address in _members(work, team))
    return [_row(work, dossier, deadlines) for dossier in dossiers]


def _row(work: UnitOfWork, dossier: DossierRow, deadlines: Mapping[int, NextDeadline]) -> DeskRow:
    site, deadline = current_site(work), deadlines.get(dossier.id)
    ended = dossier.state_category not in OPEN_CATEGORIES
    team = site.teams.get(dossier.team or "")
    request_type = site.request_types.get(dossier.request_type)
    return DeskRow(
        dossier=dossier,
        state_title=state_title(work, dossier),
        request_title=request_type.title_in(work.language) if request_type else title_of_id(dossier.request_type),
        team_title=pick(team.title, work.language) if team else "",
        assignee_name=dossier.assignee_name or "",
        due=deadline.due if deadline and not ended else None,
        late=deadline is not None and deadline.late and not ended,
        last_day=deadline.last_day if deadline else None,
        may_assign=(assigns := _may_assign(work, dossier)),
        may_claim=assigns and dossier.assignee_id is None and dossier.team in current_viewer(work).teams,
        may_release=assigns and dossier.assignee_id == work.actor_id,
    )


def _may_assign(work: UnitOfWork, dossier: DossierRow) -> bool:
    """Whether the actor may hand a dossier to a member of its team: it has one, and has not ended (`engine.claims`)."""
    role = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow.team_role
    is_open = dossier.state_category in OPEN_CATEGORIES
    return role is not None and is_open and has_permission(work, "dossier.assign", dossier)
