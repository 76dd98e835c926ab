"""Name references of a workflow document: every use of a name, resolved against what is declared.

An unknown name is one finding, however often it is used; of two spellings, the mistyped one is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from formengine.source import Document, Finding, Path, closest, did_you_mean


@dataclass(frozen=True)
class _UnknownName:
    """A name that is declared nowhere: `home` is the path of the map that declares such names in this file, if any."""

    name: str
    kind: str
    code: str
    home: Path | None
    declared: tuple[str, ...]


@dataclass
class NameReferences:
    """Symbol table of a document: the names that were used, and where each unknown name was."""

    _unknown: dict[_UnknownName, list[Path]] = field(default_factory=dict)
    _used: set[tuple[Path, str]] = field(default_factory=set)

    def resolve(
        self, name: str, declared: Iterable[str], path: Path, kind: str, code: str, home: Path | None = None
    ) -> bool:
        """Whether a name is declared; if not, it is noted for `findings`.

        `kind` is the word for what it names ("role"), `code` ends the finding's code (`unknown-role`).
        """
        names = tuple(declared)
        if name in names:
            if home is not None:
                self.mark_used(name, home)
            return True
        self._unknown.setdefault(_UnknownName(name, kind, code, home, names), []).append(path)
        return False

    def mark_used(self, name: str, home: Path) -> None:
        self._used.add((home, name))

    def is_used(self, name: str, home: Path) -> bool:
        return (home, name) in self._used

    def findings(self, document: Document) -> list[Finding]:
        """One finding for each unknown name: at its first use, or (where it is used several times and something
        unused is declared under a similar name) at that declaration."""
        return [self._finding(document, unknown, paths) for unknown, paths in self._unknown.items()]

    def _finding(self, document: Document, unknown: _UnknownName, paths: list[Path]) -> Finding:
        name, kind, home, code = unknown.name, unknown.kind, unknown.home, f"unknown-{unknown.code}"
        first, *further = sorted(document.finding(path, code, "") for path in paths)
        lines = [str(line) for line in sorted({first.line, *(use.line for use in further)})]
        unused = [declared for declared in unknown.declared if (home, declared) not in self._used]
        meant = closest(name, unused) if home is not None and further else None
        if meant is not None and home is not None and (*home, meant) in document.keys:
            message = f"nothing speaks of the {kind} `{meant}`, and {name} is spoken of on line {', '.join(lines)}"
            return document.finding((*home, meant), code, f"{message}; write `{name}`", at_key=True)
        also = f" (also on line {', '.join(lines[1:])})" if len(lines) > 1 else ""
        message = f"there is no {kind} `{name}`{did_you_mean(name, unknown.declared)}{also}"
        return Finding(first.file, first.line, first.column, "error", code, message)
