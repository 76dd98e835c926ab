"""The values that a simulation returns: seats, deadlines, mails, steps and children (W15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Seat:
    """An open seat.

    `round` is the number of the round, `step` counts from 0, `name` is the step's; `kind` is approval, signature or
    acknowledgement.
    `shows` are the facts that its holder reads beside the buttons.
    """

    round: int
    step: int
    name: str
    role: str
    person: str
    kind: str
    status: str
    shows: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Deadline:
    """A deadline with its due moment (UTC); `status` is running, paused, met or missed.

    `shown` is what people read: the last day, to the end of it, or the moment by the clock of the calendar.
    """

    name: str
    due: datetime
    status: str
    shown: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mail:
    """A mail that would be sent; `to` is a person id or the address of a guest, `at` the moment in UTC."""

    kind: str
    to: str
    at: datetime


@dataclass(frozen=True)
class Step:
    """A step of the dossier from the state `before` to `after`.

    `transition` is its id, or decide, approved, rejected, signed, declined, expired, deadline, automatic; `by` is None
    where the engine acted by itself.
    """

    at: datetime
    by: str | None
    transition: str
    before: str
    after: str
    comment: str | None


@dataclass(frozen=True)
class Child:
    """A hearing, milestone or task with its state and fields; `number` counts from 1 per kind."""

    kind: str
    number: int
    state: str
    fields: Mapping[str, Any]
