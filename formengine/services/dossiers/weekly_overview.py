"""The weekly overview: a mail with somebody's open work, for those who chose it (N1, N2).

The legal team reads what is late, due within a week, and waiting for others; clients their open matters, those that
wait for them first. It goes at the hour and on the day of the weekly digest, by the reader's clock, and not at all when
there is nothing to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import select

from formengine.authoring.config.mail_templates import OVERVIEW
from formengine.authoring.config.notifications import Notifications
from formengine.mail import message_id
from formengine.services.access.enforcement import current_site, has_permission
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.agenda import AgendaRow, agenda
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.listing import DossierRow, open_dossiers_of_actor
from formengine.services.dossiers.overview import dossiers_waiting_for_client
from formengine.services.notifications.choices import choice_for, mail_choices, next_digest
from formengine.services.notifications.mails import notify
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.time_zones import reader_zone
from formengine.value_format import format_due

OVERVIEW_JOB: Final = "write_overviews"
"""The periodic job that writes the overviews that are due."""
BATCH: Final = 50
"""Readers whose overviews one transaction writes."""
LENGTH: Final = 10
"""How many dossiers a list of an overview names; it says how many more there are."""
STILL_SENT: Final = timedelta(hours=3)
"""How long after its moment an overview is still sent, where no worker ran then."""
_MOST_OPEN: Final = 50


def write_overviews(work: UnitOfWork, after: str = "") -> str | None:
    """Write the overviews that are due, of BATCH people at most, in the order of their ids `after` one; returns the id
    to go on after, None for the last batch. What is told is read before anything is written.
    """
    due = list(islice(_due_readers(work, after), BATCH + 1))
    batch = due[:BATCH]
    written = _written(work, batch)
    overviews = []
    for person, moment in batch:
        if _ident(work, person, moment) in written:
            continue
        zone = reader_zone(person.zone, work.portal_zone)
        reader = replace(work, actor=person, language=person.language)
        overviews.append((person, f"{moment:%G-W%V}", overview_of(reader, zone)))
    for person, week, data in overviews:
        if data is not None:
            notify(work, OVERVIEW, [person.id], data, entry=week)
    return batch[-1][0].id if len(due) > BATCH else None


def overview_of(work: UnitOfWork, zone: str) -> dict[str, Any] | None:
    """The variables of the actor's overview, in their language and with dates in a zone; None where there is nothing to
    tell.
    """
    if has_permission(work, "desk.read"):
        day = agenda(work)
        rows = [*day.turn, *day.asked, *day.waiting]
        late = [row for row in rows if row.late]
        due = [row for row in rows if row.soon]
        waiting = [row for row in day.waiting if not (row.late or row.soon)]
        lists = {"overdue": late, "due": due, "waiting": waiting}
        if not (any(lists.values()) or day.queued):
            return None
        named = {name: _listed(work, chosen, zone) for name, chosen in lists.items()}
        others = sum(not (row.late or row.soon) for row in (*day.turn, *day.asked))
        return {**named, "open": {"rows": [], "more": 0}, "others": others, "queued": day.queued}
    return _of_client(work)


def _of_client(work: UnitOfWork) -> dict[str, Any] | None:
    rows = open_dossiers_of_actor(work, limit=_MOST_OPEN)
    if not rows:
        return None
    asked = {dossier.id for dossier in dossiers_waiting_for_client(work, rows)}
    ordered = sorted(rows, key=lambda row: row.id not in asked)
    lines = [{**_line(work, row), "asked": row.id in asked} for row in ordered]
    nothing: dict[str, Any] = {"rows": [], "more": 0}
    shown = {"rows": lines[:LENGTH], "more": max(0, len(lines) - LENGTH)}
    return {"overdue": nothing, "due": nothing, "waiting": nothing, "open": shown, "others": 0, "queued": 0}


def _listed(work: UnitOfWork, rows: Sequence[AgendaRow], zone: str) -> dict[str, Any]:
    lines = [
        {
            **_line(work, row.dossier),
            "due": format_due(row.due, row.last_day, work.language, zone) if row.due else "",
        }
        for row in rows[:LENGTH]
    ]
    return {"rows": lines, "more": max(0, len(rows) - LENGTH)}


def _line(work: UnitOfWork, row: DossierRow) -> dict[str, Any]:
    base = work.platform.settings.base_url.rstrip("/")
    return {
        "title": title_in(row, work.language),
        "reference": row.reference,
        "url": f"{base}/dossiers/{row.reference}",
        "state": state_title(work, row),
    }


def _due_readers(work: UnitOfWork, after: str) -> Iterator[tuple[Person, datetime]]:
    """The people whose overview is due, with its moment, read as far as they are asked for; the auditor, who has no
    work, has none.
    """
    site, portal_zone = current_site(work).portal.notifications, work.portal_zone
    people = select(Person).where(Person.state == "active", Person.role != "auditor", Person.id > after)
    with closing(work.session.scalars(people.order_by(Person.id), execution_options={"yield_per": BATCH})) as rows:
        for person in rows:
            moment = _moment(person, site, reader_zone(person.zone, portal_zone), work.now)
            if choice_for(person, OVERVIEW, site) == "weekly" and moment > work.now - STILL_SENT:
                yield person, moment


def _moment(person: Person, site: Notifications, zone: str, now: datetime) -> datetime:
    """The last moment until now at which the overview of somebody was due."""
    chosen = mail_choices(person, site)
    return next_digest(now - timedelta(days=7), zone, chosen.hour, chosen.day)


def _written(work: UnitOfWork, due: Iterable[tuple[Person, datetime]]) -> set[str]:
    idents = [_ident(work, person, moment) for person, moment in due]
    return set(work.session.scalars(select(Mail.message_id).where(Mail.message_id.in_(idents)))) if idents else set()


def _ident(work: UnitOfWork, person: Person, moment: datetime) -> str:
    return message_id(OVERVIEW, "-", f"{moment:%G-W%V}", person.email, work.platform.settings.host_name)
