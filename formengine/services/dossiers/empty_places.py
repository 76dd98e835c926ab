"""What is stored of a draft with empty places: answers that its template writes bare and that are not there (S1).

Counsel may complete the text, so that an empty place is told on the dossier and does not stop the draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

LONGEST_FAILURE: Final = 500
"""The maximum length of what is stored of a draft, in characters."""
_MISSING: Final = "missing: "


def stored_missing(answers: Sequence[str]) -> str | None:
    """What is stored of missing answers, paths in dots: as many as fit. None where none is missing."""
    lengths = accumulate(len(answer) + 1 for answer in answers)
    fitting = [answer for answer, end in zip(answers, lengths, strict=True) if len(_MISSING) + end <= LONGEST_FAILURE]
    return _MISSING + " ".join(fitting) if fitting else None


def missing_answers(failure: str) -> list[str]:
    """The answers that a draft lacks, from what is stored of it; empty where it failed.

    >>> missing_answers(stored_missing(["total", "us.name"]) or "")
    ['total', 'us.name']
    """
    return failure.removeprefix(_MISSING).split() if failure.startswith(_MISSING) else []
