"""An error in answers, as forms, services and the API report it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One error: a JSON Pointer into the data, the id of its control in the HTML (None without a form), the JSON Schema
    keyword that the value violates, and a sentence in the reader's language that says what to do."""

    pointer: str
    control_id: str | None
    keyword: str
    message: str
