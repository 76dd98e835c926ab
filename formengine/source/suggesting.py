"""Did you mean: the known name that a mistyped one is closest to."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that suggests a name, or that lists the few there are; empty when there are none.

    >>> did_you_mean("sumitted", ["submitted", "review"])
    '; did you mean "submitted"?'
    >>> did_you_mean("qqq", ["a", "b"])
    '; known are a, b'
    """
    names = sorted({str(one) for one in known})
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    if names and len(names) <= 12:
        return f"; known are {', '.join(names)}"
    return ""
