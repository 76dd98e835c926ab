"""Date-times as people type them: by the clock of a time zone, where JSON Schema asks for an offset (RFC 3339).

Where clocks change, a time on the clock is skipped (spring) or comes twice (autumn): it has no one meaning, and is
refused with the readings that it may have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

_TYPED: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)
_EARLY: Final = re.compile(r"0\d{3}-\d\d-\d\d(T[\d:.]*)?", re.ASCII)
_STORED: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True)
class UnclearTime:
    """A time on the clock without one meaning: `skipped`, or `doubled`; `readings` are the two that it may have.

    Those of a skipped time are times on the clock (`02:30` may stand for `01:30` or `03:30`), those of a doubled one
    have an offset.
    """

    kind: Literal["skipped", "doubled"]
    day: str
    time: str
    readings: tuple[str, str]


def is_typed_time(text: str) -> bool:
    """Whether a text is a date-time without an offset, as browsers post it."""
    if not _TYPED.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_early(text: str) -> bool:
    """Whether a date, or a date-time without an offset, is of a year before 1000: typed, it is taken for a year that
    was begun (0026 for 2026), and is told; what was stored so is shown as text.
    """
    return bool(_EARLY.fullmatch(text))


def with_offset(text: str, zone: str) -> str | UnclearTime:
    """A typed time in a zone (an IANA name) with its offset; other text as it is.

    >>> with_offset("2026-03-02T14:30", "Europe/Paris")
    '2026-03-02T14:30:00+01:00'
    >>> with_offset("2026-03-29T02:30", "Europe/Paris").readings
    ('01:30', '03:30')
    """
    if not _TYPED.fullmatch(text):
        return text
    seconds = f"{text}:00" if len(text) == len("2026-03-02T14:30") else text
    if zone == "UTC":
        return f"{seconds}Z"
    try:
        local = datetime.fromisoformat(seconds)
        offsets = [_offset_text(local.replace(fold=fold), ZoneInfo(zone)) for fold in (0, 1)]
    except (ValueError, OverflowError):  # no such day or hour: the format of the schema says so
        return f"{seconds}Z"
    if offsets[0] == offsets[1]:
        return f"{seconds}{offsets[0]}"
    return _unclear(local, ZoneInfo(zone), (f"{seconds}{offsets[0]}", f"{seconds}{offsets[1]}"))


def _unclear(local: datetime, zone: tzinfo, with_offsets: tuple[str, str]) -> UnclearTime:
    moments = sorted(datetime.fromisoformat(text).astimezone(zone) for text in with_offsets)
    day, time = f"{local:%Y-%m-%d}", f"{local:%H:%M}"
    if moments[0].replace(tzinfo=None, fold=0) == local:
        return UnclearTime("doubled", day, time, with_offsets)
    return UnclearTime("skipped", day, time, (f"{moments[0]:%H:%M}", f"{moments[1]:%H:%M}"))


def _offset_text(local: datetime, zone: tzinfo) -> str:
    """The offset of a zone at a time on its clock, such as `+01:00`; without the seconds that some had before 1972."""
    text = local.replace(tzinfo=zone).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def to_typed(text: str, zone: str) -> str:
    """A stored date-time as it would be typed in a zone; as it is stored where that would not give the same moment.

    >>> to_typed("2026-03-02T13:30:00Z", "Europe/Paris")
    '2026-03-02T14:30:00'
    """
    match = _STORED.fullmatch(text)
    if match is None or text.startswith("0"):  # browsers show no year before 1000 as one means it
        return text
    if zone == "UTC":
        return match[1] if match[2] == "Z" else text
    try:
        moment = datetime.fromisoformat(text)
        typed = f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}"
        read = with_offset(typed, zone)
        same = isinstance(read, str) and datetime.fromisoformat(read) == moment
    except (ValueError, OverflowError):
        return text
    return typed if same and not typed.startswith("0") else text
