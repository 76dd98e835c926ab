"""Did you mean: the known name that a mistyped one is closest to."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one was probably meant to be: case, spaces and dashes do not count; None for none.

    >>> closest("Legal-Review", ["legal_review", "draft"])
    'legal_review'
    """
    names = {_folded(str(one)): str(one) for one in known}
    found = get_close_matches(_folded(name), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that suggests a name, or that lists the few there are; empty when there are none.

    >>> did_you_mean("sumitted", ["submitted", "review"])
    '; did you mean "submitted"?'
    >>> did_you_mean("qqq", ["a", "b"])
    '; known are a, b'
    """
    names = sorted({str(one) for one in known})
    close = closest(name, names)
    if close is not None:
        return f'; did you mean "{close}"?'
    if names and len(names) <= 12:
        return f"; known are {', '.join(names)}"
    return ""
