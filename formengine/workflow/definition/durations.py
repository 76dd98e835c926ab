"""Durations as authors write them: `2 working days` (business days), `1 month`, `every 3 working days`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

Unit = Literal["minutes", "hours", "days", "weeks", "months", "years", "working hours", "working days"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
_FORM = re.compile(r"(?:every\s+)?(\d{1,5})\s+(working\s+)?(minute|hour|day|week|month|year)s?\Z")


@dataclass(frozen=True)
class Duration:
    """An amount of a unit; its length depends on a calendar (`engine.calendar`)."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        unit = self.unit[:-1] if self.amount == 1 else self.unit
        return f"{self.amount} {unit}"


def parse_duration(text: object) -> Duration:
    """A duration from its text; raises ValueError with what to write instead.

    >>> parse_duration("2 working days")
    Duration(amount=2, unit='working days')
    >>> parse_duration("every 3 weeks").unit
    'weeks'
    """
    match = _FORM.match(str(text).strip())
    if not match:
        raise ValueError(f"{text!r} is not a duration; write for example 5 working days, 4 working hours, 1 month")
    unit = f"{'working ' if match[2] else ''}{match[3]}s"
    if unit not in UNITS:
        raise ValueError(f"{text!r} is not a duration; only hours and days can be working ones")
    return Duration(int(match[1]), next(name for name in UNITS if name == unit))
