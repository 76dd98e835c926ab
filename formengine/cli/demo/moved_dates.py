"""The texts of a prototype as one format: dates are moved once for many copies, and marks filled in for each copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Final
from zoneinfo import ZoneInfo

from formengine.cli.demo.prototypes import CLOSE, OPEN, mark
from formengine.storage.models.dossiers import NO_DUE

_SEPARATOR: Final = "\ue002"
"""Stands between the texts; no text of the demo contains it."""
_NO_DUE: Final = NO_DUE.date().isoformat()
_SECONDS: Final = mark("seconds")
_DIFFERING: Final = re.compile(
    rf"{OPEN}(?P<mark>\w+){CLOSE}|"
    r"(?P<day>\d{4}-\d\d-\d\d)"
    rf"(?:(?P<between>[T ])(?P<time>\d\d:\d\d)(?P<seconds>:(?:\d\d|{_SECONDS})(?:\.\d+)?)(?P<offset>[+-]\d\d:\d\d)?)?"
)
"""A mark or a date; of a moment also what stands between, hour and minute, seconds (or their mark), and the offset from
UTC."""
Moment = tuple[str, str | None, str | None, str | None, str | None]
"""A date or moment in its parts, as written: day, what stands between, hour and minute, seconds, offset."""


@dataclass(frozen=True)
class FormatOfTexts:
    """Texts as a `%`-format for dates, whose result is one for the words of marks."""

    dated: str
    dates: Sequence[Moment]
    words_of: Callable[[Mapping[str, str]], tuple[str, ...]]

    @staticmethod
    def differs(text: str) -> bool:
        """Whether a text has a mark or a date."""
        return _DIFFERING.search(text) is not None

    def moved(self, days: int, zone: ZoneInfo) -> str:
        """The format for the words of marks, with dates so many days earlier."""
        return self.dated % tuple(_moved_date(moment, days, zone) for moment in self.dates)

    def texts(self, moved: str, words: Mapping[str, str]) -> list[str]:
        """The texts with the words for the marks."""
        return (moved % self.words_of(words)).split(_SEPARATOR)


def format_of(texts: Sequence[str]) -> FormatOfTexts:
    """The format of some texts."""
    text, end = _SEPARATOR.join(texts), 0
    parts: list[str] = []
    dates: list[Moment] = []
    names: list[str] = []
    for match in _DIFFERING.finditer(text):
        parts += [text[end : match.start()].replace("%", "%%%%"), "%%s" if match["mark"] else "%s"]
        end = match.end()
        if match["mark"]:
            names.append(match["mark"])
            continue
        seconds = match["seconds"]
        if seconds and _SECONDS in seconds:
            names.append("seconds")
            seconds = seconds.replace(_SECONDS, "%s")
        dates.append((match["day"], match["between"], match["time"], seconds, match["offset"]))
    parts.append(text[end:].replace("%", "%%%%"))
    return FormatOfTexts("".join(parts), dates, _words_of(names))


def _words_of(names: Sequence[str]) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda words: tuple(words[name] for name in names)


@lru_cache(maxsize=200_000)
def _moved_date(moment: Moment, days: int, zone: ZoneInfo) -> str:
    """A date or moment, as written, so many days earlier, at the same time by the portal's clock."""
    day, between, time, seconds, offset = moment
    if day == _NO_DUE:
        return f"{day}{between or ''}{time or ''}{seconds or ''}{offset or ''}"
    if time is None:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    written = datetime.fromisoformat(f"{day}T{time}{offset or '+00:00'}")
    moved = written.astimezone(zone) - timedelta(days=days)  # by the wall clock, over changes of summer time
    shown = moved if offset and written.utcoffset() else moved.astimezone(UTC)
    text = shown.isoformat()
    return f"{text[:10]}{between}{text[11:16]}{seconds}" + ((offset and text[-6:]) or "")
