"""Errors of a page: each a sentence that knows the control to blame, so that the page marks it and links to it (F6).

Generated forms place their own errors; these are for the controls that a page has around one, or by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from formengine import json_pointer
from formengine.errors import DocumentRefused, Invalid, Refused

Controls = Mapping[str, str]
"""The ids of a page's controls, by the name of the input as services call it (`email`, `comment`, `files`)."""


class PageError(str):
    """A sentence; `control` is the id of the control to blame, "" where none is."""

    control: str

    def __new__(cls, sentence: str, control: str = "") -> PageError:
        error = super().__new__(cls, sentence)
        error.control = control
        return error


def page_errors(sentences: Iterable[str]) -> list[PageError]:
    """Sentences as errors of a page; those that are already stay as they are."""
    return [text if isinstance(text, PageError) else PageError(text) for text in sentences]


def errors_beside(errors: Iterable[PageError]) -> list[tuple[str, str]]:
    """Those of controls around a generated form, for the form's own summary: (id, sentence)."""
    return [(error.control, str(error)) for error in errors if error.control]


def errors_of(error: Refused | Invalid | DocumentRefused, controls: Controls, answers: Any = None) -> list[PageError]:
    """The errors of a refused operation, each at its control where the page has one.

    `answers` are those of the page's generated form (`forms.Answers`): an error of one of its fields is shown there.
    """
    if isinstance(error, Refused):
        blamed = zip(error.reasons, error.inputs, strict=True)
        return [PageError(reason, controls.get(name, "")) for reason, name in blamed]
    if isinstance(error, DocumentRefused):
        return [PageError(str(error), controls.get("files", ""))]
    fields = [failure for failure in error.errors if answers is not None and answers.asks(failure.pointer)]
    if fields:
        answers.refuse(fields)
    return [
        PageError(failure.message, controls.get(json_pointer.first(failure.pointer), ""))
        for failure in error.errors
        if failure not in fields
    ]


def missing(sentence: str, control: str, *, when: bool) -> list[PageError]:
    """The error of a control that was left empty; none where it was not."""
    return [PageError(sentence, control)] if when else []
