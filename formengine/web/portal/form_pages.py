"""Pages of a long form (F7): which fields are on which page, where a button leads, and the summary at the end.

All answers are in every post, so that one can go back to any page, and nothing is stored on the server meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formengine import json_pointer
from formengine.authoring import RequestType
from formengine.forms import FieldError

if TYPE_CHECKING:
    from formengine.forms import Answers

SUBMIT = -1
"""The target of the last button."""


@dataclass(frozen=True)
class FormPage:
    """One page of a form: its title and the top-level properties on it."""

    title: str
    fields: tuple[str, ...]


def form_pages(request_type: RequestType, language: str) -> list[FormPage]:
    """The pages of a form; empty when its author declared none. Fields that no page names are on the last one.

    Of a form that several people fill in, they are the pages of the requester (F20).
    """
    pages, foreign = request_type.ui(language).get("steps") or [], request_type.fields_of_others
    steps = [FormPage(str(page["title"]), tuple(page.get("fields") or ())) for page in pages]
    steps = [step for step in steps if not step.fields or set(step.fields) - foreign]
    if steps:
        named = {name for step in steps for name in step.fields}
        rest = tuple(name for name in request_type.properties if name not in named)
        steps[-1] = FormPage(steps[-1].title, steps[-1].fields + rest)
    return steps


def page_number(text: str, steps: Sequence[FormPage]) -> int:
    """The number of the page that a post came from; `len(steps)` is that of the summary."""
    return min(int(text), len(steps)) if text.isdecimal() and len(text) < 4 else 0


def next_page(go: str, number: int, steps: Sequence[FormPage], answers: Answers) -> tuple[int, list[FieldError]]:
    """The page that a button leads to, with the errors to show there. Going back is always possible."""
    if go == "back":
        return max(number - 1, 0), []
    if go.startswith("to-"):
        return min(page_number(go[3:].partition("-")[0], steps), len(steps) - 1), []
    if go == "next" and number < len(steps):
        errors = errors_on(steps[number], answers.errors)
        return (number, errors) if errors else (number + 1, [])
    if answers.valid:
        return SUBMIT, []
    return first_page_with_errors(steps, answers.errors)


def changed_property(go: str) -> str:
    """The property that a Change button names (`to-0-counterparty`); nothing for any other button."""
    return go.split("-", 2)[2] if go.startswith("to-") and go.count("-") > 1 else ""


def first_page_with_errors(steps: Sequence[FormPage], errors: Sequence[FieldError]) -> tuple[int, list[FieldError]]:
    """The first page with an error, and its errors; an error of no field is shown on the first page."""
    for number, step in enumerate(steps):
        if errors_of_page := errors_on(step, errors):
            return number, errors_of_page
    return 0, list(errors)


def errors_shown(steps: Sequence[FormPage], number: int, errors: Sequence[FieldError]) -> list[FieldError]:
    """The errors whose controls are on the page with this number, while it is filled in."""
    return errors_on(steps[number], errors) if number < len(steps) else list(errors)


def errors_on(step: FormPage, errors: Sequence[FieldError]) -> list[FieldError]:
    """The errors that belong to the fields of a page."""
    return [error for error in errors if json_pointer.first(error.pointer) in step.fields]
