"""What stands in a person's calendar: hearings, milestones, and for the legal team the deadlines of its dossiers (D8).

The client's side gets what is shown to the client, of the dossiers that they may read (P27, P28); the legal team what
is on the dossiers that they are involved in, or that are of a team of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from formengine.documents.calendar_file import Event
from formengine.errors import NotFound
from formengine.i18n import pick, say
from formengine.services.access.enforcement import READING_PARTS, current_viewer, is_client_side, readable_dossiers
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.children import child_view
from formengine.services.dossiers.hearings import moment_of
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.rounds import Child, Deadline
from formengine.value_format import format_date_time
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.state_machine import compiled

KINDS: Final = ("hearing", "milestone")
MOST_EVENTS: Final = 2000
"""How many children, and how many deadlines, a calendar holds at most: the newest."""
KEPT: Final = timedelta(days=365)
"""How long a dossier stays in the calendars after its end."""
_DOSSIER: Final = (Dossier.reference, Dossier.title, Dossier.titles, Dossier.pack_hash, Dossier.opened_at)


def calendar_events(work: UnitOfWork) -> list[Event]:
    """The events of the actor's calendar, in a fixed order, in two statements."""
    client = is_client_side(work)
    in_calendar = and_(
        readable_dossiers(work),
        or_(Dossier.ended_at.is_(None), Dossier.ended_at > work.now - KEPT),
        *([] if client else [_is_own(work)]),
    )
    events = list(_children(work, in_calendar, only_shown=client))
    return events if client else [*events, *_deadlines(work, in_calendar)]


def hearing_event(work: UnitOfWork, dossier: Dossier, number: int) -> Event:
    """The event of one hearing; raises NotFound for one that the actor may not see, or that has no moment."""
    child_view(work, dossier, "hearing", number)
    where = and_(Dossier.id == dossier.id, Child.kind == "hearing", Child.number == number)
    event = next(_children(work, where), None)
    if event is None:
        raise NotFound(f"no moment of hearing {number}")
    return event


def _is_own(work: UnitOfWork) -> ColumnElement[bool]:
    """The dossiers that somebody of the legal team is involved in, or that are of a team of theirs."""
    viewer = current_viewer(work)
    involved = select(Involvement.dossier_id).where(
        Involvement.dossier_id == Dossier.id, Involvement.person_id == viewer.person, READING_PARTS
    )
    # with an OFFSET, PostgreSQL looks it up for each of the newest instead of reading all that they were involved in
    return or_(Dossier.team.in_(sorted(viewer.teams)), involved.offset(0).exists())


def _children(work: UnitOfWork, where: ColumnElement[bool], *, only_shown: bool = False) -> Iterator[Event]:
    query = select(Child, *_DOSSIER).join(Dossier, Child.dossier_id == Dossier.id).where(where, Child.kind.in_(KINDS))
    if only_shown:
        query = query.where(Child.visible_to_client.is_(True))
    for row in work.session.execute(query.order_by(Child.id.desc()).limit(MOST_EVENTS)):
        workflow = _workflow(work, row.pack_hash)
        make = _hearing if row.Child.kind == "hearing" else _milestone
        if row.Child.kind in workflow.children and (event := make(work, workflow, row)) is not None:
            yield event


def _workflow(work: UnitOfWork, pack_hash: str) -> Workflow:
    return work.remember(
        ("workflow of pack", pack_hash), lambda: work.platform.definitions.pack(work.session, pack_hash).workflow
    )


def _hearing(work: UnitOfWork, workflow: Workflow, row: Any) -> Event | None:
    at = moment_of(row.Child.fields.get("at"))
    if at is None:
        return None
    fields = {name: str(value) for name, value in row.Child.fields.items() if isinstance(value, str)}
    at_portal = format_date_time(at, work.language, work.portal_zone)
    lines = [
        title_in(row, work.language),
        f"{at_portal} ({work.portal_zone})",
        *(_line(workflow, "hearing", name, fields, work.language) for name in ("judge", "type", "stage", "outcome")),
    ]
    title = pick(workflow.children["hearing"].title, work.language)
    summary = f"{title} – {fields['court']}" if fields.get("court") else title
    make = partial(_event, work, workflow, row, summary=summary, lines=lines, starts=at)
    return make(location=", ".join(filter(None, (fields.get("court"), fields.get("room")))), is_busy=True)


def _milestone(work: UnitOfWork, workflow: Workflow, row: Any) -> Event | None:
    due = _day(row.Child.fields.get("due"))
    if due is None:
        return None
    kind = workflow.children["milestone"]
    state = kind.states.get(row.Child.state)
    title = str(row.Child.fields.get("title") or "")
    summary = f"{pick(kind.title, work.language)} – {title}"
    lines = [title_in(row, work.language), pick(state.title, work.language) if state else ""]
    return _event(work, workflow, row, summary=summary, lines=lines, starts=due)


def _event(
    work: UnitOfWork,
    workflow: Workflow,
    row: Any,
    *,
    summary: str,
    lines: list[str],
    starts: datetime | date,
    location: str = "",
    is_busy: bool = False,
) -> Event:
    child, settings = row.Child, work.platform.settings
    state = workflow.children[child.kind].states.get(child.state)
    changed = child.data.get("changed_at")
    url = f"{settings.base_url.rstrip('/')}/dossiers/{row.reference}/children/{child.kind}/{child.number}"
    return Event(
        uid=f"{child.kind}-{child.number}.{row.reference}@{settings.host_name}",
        summary=f"{summary} ({row.reference})",
        starts=starts,
        changed_at=datetime.fromisoformat(changed) if changed else row.opened_at,
        sequence=child.data.get("revision", 0),
        description="\n".join(filter(None, (*lines, url))),
        location=location,
        url=url,
        is_cancelled=state is not None and state.category == "cancelled",
        is_busy=is_busy,
    )


def _line(workflow: Workflow, kind: str, name: str, fields: Mapping[str, str], language: str) -> str:
    """A field with its title, "" without a value."""
    if not fields.get(name):
        return ""
    title = pick(workflow.children[kind].fields.get(name, {}).get("title") or name, language)
    return say(language, "{title}: {value}", title=title, value=fields[name])


def _deadlines(work: UnitOfWork, where: ColumnElement[bool]) -> Iterator[Event]:
    """The deadlines that run or were missed; those that can no longer be missed are left out."""
    query = (
        select(Deadline, *_DOSSIER)
        .join(Dossier, Deadline.dossier_id == Dossier.id)
        .where(where, Deadline.current.is_(True), Deadline.status.in_(("running", "missed")), Deadline.due.is_not(None))
        .order_by(Deadline.id.desc())
        .limit(MOST_EVENTS)
    )
    for row in work.session.execute(query):
        if not row.Deadline.data.get("unused"):
            yield _deadline(work, row)


def _deadline(work: UnitOfWork, row: Any) -> Event:
    deadline, settings = row.Deadline, work.platform.settings
    rule = compiled(_workflow(work, row.pack_hash)).deadlines.get(str(deadline.data.get("rule")))
    name = pick(rule.name, work.language) if rule else deadline.name
    extensions = deadline.data.get("extensions") or []
    changed = extensions[-1].get("at") if extensions else None
    last_day = _day(deadline.data.get("last_day"))
    url = f"{settings.base_url.rstrip('/')}/dossiers/{row.reference}"
    due = deadline.due.astimezone(ZoneInfo(work.portal_zone))
    return Event(
        uid=f"deadline-{deadline.id}.{row.reference}@{settings.host_name}",
        summary=f"{say(work.language, 'Deadline')} – {name} ({row.reference})",
        starts=last_day or due,
        changed_at=datetime.fromisoformat(changed) if changed else row.opened_at,
        sequence=len(extensions),
        description=f"{title_in(row, work.language)}\n{url}",
        url=url,
        length=timedelta(),
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
