"""Empty places of drafts: answers that a Word template writes bare and that are not there (S1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.documents import NO_ANSWER, Writing, fill
from formengine.errors import DocumentRefused

LONGEST_FAILURE: Final = 500
"""The maximum length of what is stored of a draft that failed or has empty places, in characters."""


def filled(template: bytes, facts: Mapping[str, Any], writing: Writing) -> tuple[bytes, str]:
    """A filled template, and which answers it writes bare that are not there ("" for none): counsel may complete the
    text, so that an empty place is told and does not stop the draft."""
    try:
        return fill(template, facts, writing, whole=True), ""
    except DocumentRefused as error:
        if not str(error).startswith(NO_ANSWER):
            raise
        return fill(template, facts, writing), str(error)[:LONGEST_FAILURE]


def missing_answers(failure: str) -> list[str]:
    """The answers that a draft lacks, as paths in dots, from what is stored of it; empty where it failed."""
    if not failure.startswith(NO_ANSWER):
        return []
    paths = failure.removeprefix(NO_ANSWER).split(", ")
    return paths[:-1] or paths if len(failure) == LONGEST_FAILURE else paths  # the last one may be cut off
