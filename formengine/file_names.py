"""Names of files that stand together, in a mail or an archive: each is another one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def distinct_names(names: Iterable[str]) -> list[str]:
    """Each name or path, in the same order; the second of one gets a number, as file managers do it. Names that differ
    in case alone are one, as they are on many systems.

    >>> distinct_names(["Contract.pdf", "contract.PDF", "Contract (2).pdf", "a.b/notes", "a.b/notes"])
    ['Contract.pdf', 'contract (2).PDF', 'Contract (2) (2).pdf', 'a.b/notes', 'a.b/notes (2)']
    """
    taken: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 2
        while _folded(candidate) in taken:
            candidate, number = _numbered(name, number), number + 1
        taken.add(_folded(candidate))
        distinct.append(candidate)
    return distinct


def _numbered(name: str, number: int) -> str:
    folder, slash, last = name.rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    own = f"{stem} ({number}).{suffix}" if stem and dot else f"{last} ({number})"
    return f"{folder}{slash}{own}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
