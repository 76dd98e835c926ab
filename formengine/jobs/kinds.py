"""Kinds of jobs: registered names, each with its retry policy (exponential backoff).

An unknown name is refused when a job is enqueued. A job that fails waits `first_wait` seconds, then twice as long each
time up to `longest_wait`; after `tries` attempts it is dead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from formengine.source.did_you_mean import did_you_mean

KINDS: Final[dict[str, Kind]] = {}
"""Every registered kind by name; `register` adds to it."""


@dataclass(frozen=True)
class Kind:
    """A kind of job: its name, the number of attempts, and the waits between them in seconds."""

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
    """Register a kind of job. Idempotent; ValueError when the name has another policy."""
    kind = Kind(name, tries, first_wait, longest_wait)
    registered = KINDS.setdefault(name, kind)
    if registered != kind:
        raise ValueError(f"the job {name!r} is registered already, as {registered}")
    return registered


def kind_named(name: str, kinds: Mapping[str, Kind]) -> Kind:
    """The kind of that name; ValueError that suggests the closest registered name."""
    if name not in kinds:
        raise ValueError(f"no job is named {name!r}{did_you_mean(name, kinds)}")
    return kinds[name]
