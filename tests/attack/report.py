"""What was tried, what was expected, and what came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attempt:
    """One attack; `threat` is its number in docs/reference/threats.md, `tries` the requests that it stands for."""

    threat: str
    attack: str
    expected: str
    came: str
    held: bool
    tries: int = 1


@dataclass
class Report:
    """The attempts in the order in which they were made; each is printed at once."""

    attempts: list[Attempt] = field(default_factory=list)

    def note(self, threat: str, attack: str, expected: str, came: object, held: bool, tries: int = 1) -> None:
        """Add an attempt."""
        self.attempts.append(Attempt(threat, attack, expected, str(came)[:300], held, tries))
        mark = "held  " if held else "BROKEN"
        print(f"{mark} {threat:4} {attack} [{tries}]: expected {expected}; came {str(came)[:300]}", flush=True)

    def statuses(self, threat: str, attack: str, came: dict[str, int], allowed: set[int], *, among: str = "") -> None:
        """Add an attempt of many requests: the status of each, by what was asked, and the allowed ones."""
        wrong = {what: status for what, status in came.items() if status not in allowed}
        counts = dict(sorted(Counter(came.values()).items()))
        expected = among or " or ".join(str(status) for status in sorted(allowed))
        self.note(threat, attack, expected, f"{counts}" + (f", wrong: {wrong}" if wrong else ""), not wrong, len(came))

    @property
    def broken(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if not attempt.held]

    def summary(self) -> str:
        tries = sum(attempt.tries for attempt in self.attempts)
        return f"{len(self.attempts)} attacks, {tries} tries, {len(self.broken)} not held off"
