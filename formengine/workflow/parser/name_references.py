"""Names that stand for something else: who speaks of what, and which of two spellings is the mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from formengine.source import Document, Finding, Path, closest, did_you_mean


@dataclass(frozen=True)
class _Wanted:
    """A name that nothing has: `home` is the path of the map where it would be declared, if it is in this file."""

    name: str
    called: str
    code: str
    home: Path | None
    known: tuple[str, ...]


@dataclass
class NameReferences:
    """Every name that a document speaks of; what is unknown becomes one finding a name, however often it stands."""

    _wanted: dict[_Wanted, list[Path]] = field(default_factory=dict)
    _used: set[tuple[Path, str]] = field(default_factory=set)

    def has(
        self, name: str, known: Iterable[str], path: Path, called: str, code: str, home: Path | None = None
    ) -> bool:
        """Whether a name is known; `called` is the word for what it names, `code` ends the finding's code."""
        names = tuple(known)
        if name in names:
            if home is not None:
                self._used.add((home, name))
            return True
        self._wanted.setdefault(_Wanted(name, called, code, home, names), []).append(path)
        return False

    def uses(self, name: str, home: Path) -> None:
        """A name of this file is spoken of."""
        self._used.add((home, name))

    def is_used(self, name: str, home: Path) -> bool:
        return (home, name) in self._used

    def findings(self, document: Document) -> list[Finding]:
        """One finding for each unknown name: where it first stands, or where what it was meant to be is declared under
        a name that nobody speaks of."""
        return [self._finding(document, wanted, paths) for wanted, paths in self._wanted.items()]

    def _finding(self, document: Document, wanted: _Wanted, paths: list[Path]) -> Finding:
        code, home = f"unknown-{wanted.code}", wanted.home
        places = sorted({document.finding(path, "", "").line for path in paths})
        idle = [one for one in wanted.known if (home, one) not in self._used]
        meant = closest(wanted.name, idle) if home is not None and len(paths) > 1 else None
        if meant is not None and home is not None and (*home, meant) in document.keys:
            lines = ", ".join(map(str, places))
            message = f"nothing speaks of the {wanted.called} `{meant}`, and {wanted.name} is spoken of on line {lines}"
            return document.finding((*home, meant), code, f"{message}; write `{wanted.name}`", at_key=True)
        first = min(
            paths, key=lambda path: (document.finding(path, "", "").line, document.finding(path, "", "").column)
        )
        also = f" (also on line {', '.join(map(str, places[1:]))})" if len(places) > 1 else ""
        message = f"there is no {wanted.called} `{wanted.name}`{did_you_mean(wanted.name, wanted.known)}{also}"
        return document.finding(first, code, message)
