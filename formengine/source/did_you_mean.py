"""Suggestions for mistyped names (difflib)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_JOINED: Final = re.compile(r"\s*[,;/]\s*|\s+(?:and|or|et|ou)\s+")
"""What stands between names that are written as one text."""


def closest(name: str, names: Iterable[str], *, least: float = 0.6, by_beginning: bool = True) -> str | None:
    """The name that a mistyped one is closest to, or None; case, spaces and dashes do not count.

    Of a name with slashes the last part will do: Paris for Europe/Paris. So will the first words of a single name,
    where these count (`by_beginning`): `term` for `term_years`.

    `least` is how alike they have to be, from 0 to 1 (difflib's ratio).

    >>> closest("Legal-Review", ["legal_review", "draft"])
    'legal_review'
    >>> closest("term", ["term_years", "other", "form"])
    'term_years'
    """
    by_folded = {_folded(str(candidate)): str(candidate) for candidate in names}
    ending = f"/{_folded(name)}"
    whole = next((candidate for folded, candidate in sorted(by_folded.items()) if folded.endswith(ending)), None)
    if whole is not None and _folded(name) not in by_folded:
        return whole
    if by_beginning and len(name) > 2 and _folded(name) not in by_folded:
        begun = [folded for folded in by_folded if folded.startswith(f"{_folded(name)}_")]
        if len(begun) == 1:
            return by_folded[begun[0]]
    matches = get_close_matches(_folded(name), by_folded, n=1, cutoff=least)
    return by_folded[matches[0]] if matches else None


def list_meant(text: str, names: Iterable[str]) -> str:
    """The end of a sentence for several names that were written as one text; "" where it is no such text.

    >>> list_meant("draft and review", ["review", "draft"])
    '; write a list: [draft, review]'
    """
    parts = _JOINED.split(text.strip())
    return f"; write a list: [{', '.join(parts)}]" if len(parts) > 1 and set(parts) <= set(map(str, names)) else ""


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """The end of a sentence that suggests the closest name, or lists all when they are at most 12, or is empty.

    >>> did_you_mean("sumitted", ["submitted", "review"])
    '; did you mean "submitted"?'
    >>> did_you_mean("qqq", ["a", "b"])
    '; known are a, b'
    """
    candidates = sorted({str(candidate) for candidate in names})
    match = closest(name, candidates)
    if match is not None:
        return f'; did you mean "{match}"?'
    return f"; known are {', '.join(candidates)}" if 0 < len(candidates) <= 12 else ""
