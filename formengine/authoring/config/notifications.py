"""`notifications:` of `config/portal.yaml`: how people are told of each kind, until they choose for themselves (N2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from formengine.authoring.config.mail_templates import DIGEST, KINDS, OVERVIEW, SECURITY
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor

AT_ONCE: Final = "at_once"
NONE: Final = "none"
CHOICES: Final = (AT_ONCE, "daily", "weekly", NONE)
"""How somebody is told: by a mail at once, in a daily or weekly digest, or in the inbox alone."""
WEEKLY_CHOICES: Final = ("weekly", NONE)
"""The choices for the weekly overview of open work: by mail, or not."""
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Notifications:
    """The site's defaults: the choice by kind where it is not AT_ONCE, and when digests go, in the reader's zone.

    `hour` is 0 to 23; `day` is that of the weekly digest, from 0 for Monday.
    """

    defaults: Mapping[str, str] = field(default_factory=dict)
    hour: int = 8
    day: int = 0

    def default(self, kind: str) -> str:
        """How people are told of a kind unless they have chosen."""
        return self.defaults.get(kind, {DIGEST: "weekly", OVERVIEW: NONE}.get(kind, AT_ONCE))


def choices_of(kind: str) -> tuple[str, ...]:
    """The choices that people have for a kind; none for mails about their own account's security."""
    if kind in SECURITY:
        return ()
    return WEEKLY_CHOICES if kind in (DIGEST, OVERVIEW) else CHOICES


def read_notifications(cursor: YamlCursor) -> Notifications:
    """`notifications: {hour: 8, day: monday, defaults: {version: daily}}`; a value with an error is a finding."""
    part = cursor.at("notifications").mapping("hour", "day", "defaults")
    hour, day = part.get("hour"), part.get("day")
    return Notifications(
        defaults=_defaults(part.at("defaults")),
        hour=_hour(hour) if hour else 8,
        day=DAYS.index(day.choice(DAYS, "monday")) if day else 0,
    )


def _hour(cursor: YamlCursor) -> int:
    value = cursor.value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 23:
        return value
    cursor.error("number", "hour is a whole hour of the day, from 0 to 23; write for example hour: 8")
    return 8


def _defaults(cursor: YamlCursor) -> dict[str, str]:
    defaults: dict[str, str] = {}
    for entry in cursor.entries():
        if entry.name in SECURITY:
            message = f"mails of the kind {entry.name} protect people's accounts: they always go at once"
            entry.error("mail-kind", message, at_key=True)
        elif entry.name not in KINDS:
            entry.error(
                "mail-kind", f"no mail is of the kind {entry.name}{did_you_mean(entry.name, KINDS)}", at_key=True
            )
        else:
            defaults[entry.name] = entry.choice(choices_of(entry.name), AT_ONCE)
    return defaults
