"""The private address of a person's calendar: a secret for calendar programs, made, renewed and ended by its owner.

The row has the secret's hash, and the recipe from which the portal's key derives it again to show it (T17): the
database alone reveals nothing. Without the key that made it the address goes on working, but cannot be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from formengine.documents.calendar_file import calendar_file
from formengine.errors import NotFound
from formengine.services.access.enforcement import current_site, require_permission
from formengine.services.accounts.secrets import hash_secret_token
from formengine.services.core import rate_limits
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.rate_limits import Limit
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.calendar_events import calendar_events
from formengine.services.notifications.secret_text import SecretText
from formengine.storage.models.people import CalendarFeed, Person

READS: Final = Limit("calendar:feed", 120, timedelta(hours=1))
"""How often a calendar is read: a program asks every few minutes at most, and several may."""
UNKNOWN: Final = Limit("calendar:unknown", 60, timedelta(minutes=15))
"""Addresses without a calendar, from one network address."""


@dataclass(frozen=True)
class CalendarAddress:
    """The address of a person's calendar: `url` is "" where the key that made it is gone."""

    url: str
    made_at: datetime


def calendar_address(work: UnitOfWork) -> CalendarAddress | None:
    """The address of the actor's calendar; None where they have none."""
    row = work.session.get(CalendarFeed, work.person.id)
    if row is None:
        return None
    secret = SecretText.from_json(row.recipe, work.platform.settings.secret).secret
    known = hash_secret_token(secret) == row.secret_hash
    return CalendarAddress(_url(work, secret) if known else "", row.created_at)


def renew_calendar_address(work: UnitOfWork) -> None:
    """Make an address for the actor's calendar; one that there was before ends at once."""
    lock_site_chain(work)
    require_permission(work, "account.own")
    secret = SecretText(work.platform.settings.secret)
    row = work.session.get(CalendarFeed, work.person.id)
    event = "calendar_address_made" if row is None else "calendar_address_renewed"
    if row is None:
        row = CalendarFeed(person_id=work.person.id)
        work.session.add(row)
    row.secret_hash, row.recipe, row.created_at = hash_secret_token(secret.secret), secret.to_json(), work.now
    append_entry(work, event, {"person": work.person.id})


def end_calendar_address(work: UnitOfWork, person: Person | None = None) -> None:
    """End the address of a person's calendar, the actor's own unless another is given; nothing without one."""
    owner = person or work.person
    row = work.session.get(CalendarFeed, owner.id)
    if row is not None:
        work.session.delete(row)
        append_entry(work, "calendar_address_ended", {"person": owner.id})


def read_calendar(work: UnitOfWork, secret: str) -> bytes:
    """The calendar of a secret address, in its owner's language.

    Raises NotFound for an unknown address and for a closed account, TooManyTries for one that is read too often.
    """
    query = select(Person).join(CalendarFeed, CalendarFeed.person_id == Person.id)
    hash_ = hash_secret_token(secret)
    person = work.session.scalar(query.where(CalendarFeed.secret_hash == hash_, Person.state == "active"))
    if person is None:
        rate_limits.consume(work, (UNKNOWN, work.address))
        raise NotFound("no such calendar")
    rate_limits.consume(work, (READS, hash_))
    reader = replace(work, actor=person, language=person.language)
    return calendar_file(calendar_events(reader), current_site(reader).portal.title(person.language))


def _url(work: UnitOfWork, secret: str) -> str:
    return f"{work.platform.settings.base_url.rstrip('/')}/calendar/{secret}.ics"
