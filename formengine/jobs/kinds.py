"""Kinds of jobs: the checked names that may be enqueued, and how patiently each is tried again.

A name that nobody registered is refused where it is enqueued, not found out by a worker later. A job that fails waits
`first_wait` seconds, then twice that, and so on up to `longest_wait`, until `tries` are used up; then it is dead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

KINDS: Final[dict[str, Kind]] = {}
"""Every registered kind by name; `register` adds to it."""


@dataclass(frozen=True)
class Kind:
    """What is known of a kind of job: its name, how often it is tried, and the waits between tries in seconds."""

    name: str
    tries: int = 24
    first_wait: float = 2.0
    longest_wait: float = 3600.0

    def wait(self, attempt: int) -> float:
        """Seconds to wait after the attempt of this number (from 1) has failed.

        >>> [Kind("mail").wait(n) for n in (1, 2, 3, 20)]
        [2.0, 4.0, 8.0, 3600.0]
        """
        return float(min(self.first_wait * 2 ** (attempt - 1), self.longest_wait))


def register(name: str, *, tries: int = 24, first_wait: float = 2.0, longest_wait: float = 3600.0) -> Kind:
    """Register a kind of job under its name, once; the same again is fine, something else is a ValueError."""
    kind = Kind(name, tries, first_wait, longest_wait)
    known = KINDS.setdefault(name, kind)
    if known != kind:
        raise ValueError(f"the job {name!r} is registered already, as {known}")
    return known


def kind_named(name: str, kinds: Mapping[str, Kind]) -> Kind:
    """The kind of that name; a ValueError that lists what there is when there is none."""
    if name in kinds:
        return kinds[name]
    close = get_close_matches(name, kinds, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"no job is named {name!r}{hint} Registered are: {', '.join(sorted(kinds)) or 'none'}")
