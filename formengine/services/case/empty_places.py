"""What is stored of a draft with empty places: answers that its template writes bare and that are not there (S1).

Counsel may complete the text, so that an empty place is told on the dossier and does not stop the draft. Nobody is
asked to sign it before the text is complete, or the legal team has said that it stays so (decision 59).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from formengine.workflow.engine.bound_versions import VersionContent

LONGEST_FAILURE: Final = 500
"""The maximum length of what is stored of a draft, in characters."""
_MISSING: Final = "missing: "
_KEPT: Final = "kept: "
"""The same once somebody has said that the version stays as it is."""


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
    prefix = next((prefix for prefix in (_MISSING, _KEPT) if failure.startswith(prefix)), None)
    return failure.removeprefix(prefix).split() if prefix else []


def is_kept(failure: str) -> bool:
    """Whether a version with empty places stays as it is, from what is stored of the draft."""
    return failure.startswith(_KEPT)


def kept(failure: str) -> str:
    """What is stored once somebody has said that a version with empty places stays as it is.

    >>> missing_answers(kept("missing: total")), is_kept(kept("missing: total"))
    (['total'], True)
    """
    return _KEPT + failure.removeprefix(_MISSING)


def with_empty_places(content: VersionContent, failure: str | None) -> VersionContent:
    """A version with what is stored of its draft (None for nothing): the answers that it lacks."""
    if failure is None:
        return content
    return replace(content, missing=tuple(missing_answers(failure)), kept=is_kept(failure))
