"""How each person is told of each kind of event: at once, in a digest, or in the inbox alone (N2).

A person's choices are a column of their account: `{"kinds": {kind: choice}, "hour": 8, "day": 0, "own": true}`, each
key only where it was chosen. What was not chosen is as the site says (`notifications:` in `config/portal.yaml`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from formengine.authoring.config.mail_templates import DIGEST, KINDS, SECURITY
from formengine.authoring.config.notifications import AT_ONCE, DAYS, NONE, Notifications, choices_of
from formengine.errors import Invalid
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, require_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person

CHOSEN_KINDS: Final = tuple(kind for kind in KINDS if kind not in (*SECURITY, DIGEST))
"""The kinds that people choose about."""
OF_ACTS: Final = frozenset(
    (
        *("transition", "sent_back", "approval_decided", "outcome", "signature_declined", "assigned", "note"),
        *("version", "turn", "hearing", "milestone", "extended"),
    )
)
"""The kinds that tell what somebody did: whoever did it is mailed only where they chose so (`own`)."""
EVERYTHING: Final = (AT_ONCE, "daily", "weekly")
"""The choices that may be made about all kinds together."""
BY_KIND: Final = "by_kind"
"""In place of a choice about all kinds: each is as it is chosen for itself."""


@dataclass(frozen=True)
class MailChoices:
    """A person's choices, with the site's where they made none: the choice by kind, the hour and the day of digests,
    and whether they are mailed what they did themselves.
    """

    kinds: Mapping[str, str]
    hour: int
    day: int
    own: bool = False

    def everything(self, offered: Collection[str]) -> str:
        """The choice that is the same for all kinds that somebody is offered: one of EVERYTHING, else BY_KIND.

        >>> MailChoices({"note": "daily", "version": "daily"}, 8, 0).everything(["note", "version"])
        'daily'
        >>> MailChoices({"note": "daily", "version": "at_once"}, 8, 0).everything(["note", "version"])
        'by_kind'
        """
        chosen = {self.kinds[kind] for kind in offered if AT_ONCE in choices_of(kind)}
        return chosen.pop() if len(chosen) == 1 and chosen <= set(EVERYTHING) else BY_KIND


def mail_choices(person: Person, site: Notifications) -> MailChoices:
    """The choices of a person about every kind that there is a choice about."""
    stored = person.mail_choices or {}
    kinds = {kind: choice_for(person, kind, site) for kind in CHOSEN_KINDS}
    hour, day = int(stored.get("hour", site.hour)), int(stored.get("day", site.day))
    return MailChoices(kinds, hour, day, own=is_told_of_own(person))


def is_told_of_own(person: Person) -> bool:
    """Whether somebody wants to be mailed what they did themselves."""
    return bool((person.mail_choices or {}).get("own"))


def choice_for(person: Person, kind: str, site: Notifications) -> str:
    """How a person is told of a kind."""
    if kind in SECURITY:
        return AT_ONCE
    chosen = ((person.mail_choices or {}).get("kinds") or {}).get(kind)
    return chosen if chosen in choices_of(kind) else site.default(kind)


def due_at(person: Person, choice: str, site: Notifications, zone: str, now: datetime) -> datetime | None:
    """When the digest goes that holds what happened now; None for a choice that is not of a digest."""
    stored = person.mail_choices or {}
    hour, day = int(stored.get("hour", site.hour)), int(stored.get("day", site.day))
    if choice == "daily":
        return next_digest(now, zone, hour)
    return next_digest(now, zone, hour, day) if choice == "weekly" else None


def next_digest(now: datetime, zone: str, hour: int, day: int | None = None) -> datetime:
    """The next moment after `now` at a full hour of a zone's clock, on any day or on one of the week (0: Monday).

    >>> from datetime import UTC
    >>> next_digest(datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Paris", 8).isoformat()  # summer time begins
    '2026-03-29T08:00:00+02:00'
    """
    local = now.astimezone(ZoneInfo(zone))
    moment = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    while moment <= now or (day is not None and moment.weekday() != day):
        moment += timedelta(days=1)
    return moment


def save_choices(
    work: UnitOfWork, kinds: Mapping[str, str], hour: str, day: str, everything: str = BY_KIND, *, own: bool = False
) -> None:
    """Store the choices of the actor, and change when what is gathered for them goes.

    `everything` is a choice about all kinds, also about those that the actor is not offered; the choices in `kinds`
    then count only for what comes in no digest. `own` is as in `MailChoices`. Raises Invalid for a
    choice, an hour or a day that there is not. What is as the site says is not stored, so that it follows the site.
    """
    require_permission(work, "account.own")
    site, person = current_site(work).portal.notifications, work.person
    if everything in EVERYTHING:
        kinds = {**kinds, **{kind: everything for kind in CHOSEN_KINDS if everything in choices_of(kind)}}
    _check_choices(work.language, kinds, hour, day, everything)
    stored: dict[str, Any] = {"kinds": {kind: choice for kind, choice in kinds.items() if choice != site.default(kind)}}
    stored |= {"hour": int(hour)} if int(hour) != site.hour else {}
    stored |= {"day": int(day)} if int(day) != site.day else {}
    stored |= {"own": True} if own else {}
    _store(work, person, stored)


def _check_choices(language: str, kinds: Mapping[str, str], hour: str, day: str, everything: str) -> None:
    """Raises Invalid for what is not on offer."""
    option = say(language, "Choose one of the options.")
    errors = [
        FieldError(f"/{kind}", kind, "enum", option) for kind, choice in kinds.items() if choice not in choices_of(kind)
    ]
    if everything not in (*EVERYTHING, BY_KIND):
        errors.append(FieldError("/everything", "everything", "enum", option))
    if not (hour.isascii() and hour.isdecimal() and int(hour[:9]) < 24):
        errors.append(FieldError("/hour", "hour", "enum", say(language, "Choose one of the hours.")))
    if not (day.isascii() and day.isdecimal() and int(day[:9]) < len(DAYS)):
        errors.append(FieldError("/day", "day", "enum", say(language, "Choose one of the days.")))
    if errors:
        raise Invalid(errors)


def choose_fewer(work: UnitOfWork, person: Person, kind: str, choice: str = NONE) -> None:
    """Store one choice of somebody who came by the link in a mail, which is signed; raises Invalid for no choice."""
    if choice not in choices_of(kind):
        raise Invalid([FieldError("/choice", "choice", "enum", say(work.language, "Choose one of the options."))])
    stored = person.mail_choices or {}
    _store(work, person, {**stored, "kinds": {**(stored.get("kinds") or {}), kind: choice}})


def _store(work: UnitOfWork, person: Person, stored: dict[str, Any]) -> None:
    """Store choices; mails that are held go by them, those that would go at once now with the next digest."""
    person.mail_choices = stored
    site, zone = current_site(work).portal.notifications, person.zone
    held = select(Mail).where(Mail.person_id == person.id, Mail.state == "held", Mail.due_at.is_not(None))
    for mail in work.session.scalars(held):
        choice = choice_for(person, mail.kind, site)
        if choice == NONE:
            mail.state, mail.due_at = "kept", None
        elif choice != AT_ONCE:
            mail.due_at = due_at(person, choice, site, zone, work.now)
