"""Name references of a workflow document: every use of a name, resolved against what is declared.

An unknown name is one finding, however often it is used; of two spellings, the mistyped one is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from formengine.source import Document, Finding, Path, closest, did_you_mean, list_meant
from formengine.source.yaml_cursor import IDENTIFIER, identifier_like


@dataclass(frozen=True)
class _UnknownName:
    """A name that is declared nowhere: `home` is the path of the map that declares such names in this file, if any."""

    name: str
    kind: str
    code: str
    home: Path | None
    declared: tuple[str, ...]
    note: str | None = None


@dataclass
class NameReferences:
    """Symbol table of a document: the names that were used, and where each unknown name was."""

    _unknown: dict[_UnknownName, list[Path]] = field(default_factory=dict)
    _used: set[tuple[Path, str]] = field(default_factory=set)

    def resolve(
        self,
        name: str,
        declared: Iterable[str],
        path: Path,
        kind: str,
        code: str,
        home: Path | None = None,
        note: str | None = None,
    ) -> bool:
        """Whether a name is declared; if not, it is noted for `findings`.

        `kind` is the word for what it names ("role"), `code` ends the finding's code (`unknown-role`), `note` says what
        to write instead, where that is known better than by the spelling.
        """
        names = tuple(declared)
        if name in names:
            if home is not None:
                self.mark_used(name, home)
            return True
        self._unknown.setdefault(_UnknownName(name, kind, code, home, names, note), []).append(path)
        return False

    def mark_used(self, name: str, home: Path) -> None:
        """Note the use of a name that the map at the path `home` declares."""
        self._used.add((home, name))

    def is_used(self, name: str, home: Path) -> bool:
        """Whether a name that the map at the path `home` declares is used anywhere."""
        return (home, name) in self._used

    def findings(self, document: Document) -> list[Finding]:
        """One finding for each unknown name: at its first use, or (where it is used several times and something
        unused is declared under a similar name) at that declaration."""
        paths_by_name: dict[tuple[str, str, Path | None], list[Path]] = {}
        for unknown, paths in self._unknown.items():
            paths_by_name.setdefault((unknown.name, unknown.code, unknown.home), []).extend(paths)
        firsts = {(unknown.name, unknown.code, unknown.home): unknown for unknown in reversed(self._unknown)}
        return [
            self._finding(document, firsts[key], paths)
            for key, paths in paths_by_name.items()
            if not _is_declared_otherwise(document, firsts[key])
        ]

    def _finding(self, document: Document, unknown: _UnknownName, paths: list[Path]) -> Finding:
        name, kind, home, code = unknown.name, unknown.kind, unknown.home, f"unknown-{unknown.code}"
        first, *further = sorted(document.finding(path, code, "") for path in paths)
        lines = [str(line) for line in sorted({first.line, *(use.line for use in further)})]
        unused = [declared for declared in unknown.declared if (home, declared) not in self._used]
        meant = closest(name, unused) if home is not None and further else None
        if unknown.note is None and meant is not None and home is not None and (*home, meant) in document.keys:
            message = f"nothing uses the {kind} `{meant}`, and {name} is used on line {', '.join(lines)}"
            return document.finding((*home, meant), code, f"{message}; write `{name}`", at_key=True)
        also = f" (also on line {', '.join(lines[1:])})" if len(lines) > 1 else ""
        hint = f"; {unknown.note}" if unknown.note else _suggestion(name, unknown.declared)
        if not hint:
            hint = _DECLARED_IN.get(unknown.kind, "")
        message = f"there is no {kind} `{name}`{hint}{also}"
        return Finding(first.file, first.line, first.column, "error", code, message)


WIDE: Final = ("legal_admin", "counsel", "any")
"""Names that stand for many people or states."""


_DECLARED_IN: Final = {
    "fact": "; ask for it in the form, or declare it under fields:",
    "document": "; declare it under documents:",
    "calendar": "; declare it in config/calendars.yaml",
    "team": "; declare it in config/teams.yaml",
    "position": "; declare it in config/teams.yaml",
}
"""Where a name is declared of which there is none yet that is like it, as the end of a sentence."""


def _suggestion(name: str, declared: Iterable[str]) -> str:
    """As `did_you_mean`; a wide name is suggested only for its own misspelling, so that no suggestion widens power."""
    narrow = [candidate for candidate in declared if candidate not in WIDE or closest(name, [candidate], least=0.85)]
    return list_meant(name, narrow) or did_you_mean(name, narrow)


def _is_declared_otherwise(document: Document, unknown: _UnknownName) -> bool:
    """Whether the name is declared in this file, but written so that it cannot be an id, which is a finding already."""
    if unknown.home is None:
        return False
    depth, meant = len(unknown.home), identifier_like(unknown.name)
    written = (str(path[-1]) for path in document.keys if len(path) == depth + 1 and path[:depth] == unknown.home)
    return any(not IDENTIFIER.match(name) and identifier_like(name) == meant for name in written)
