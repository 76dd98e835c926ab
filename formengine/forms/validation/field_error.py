"""An error in answers, as forms, services and the API report it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, init=False)
class FieldError:
    """One error: a JSON Pointer into the data, the id of its control in the HTML, without the prefix of
    `Form.with_ids` (None without a form), the JSON Schema
    keyword that the value violates, and a sentence in the reader's language that says what to do."""

    pointer: str
    control_id: str | None
    keyword: str
    message: str

    def __init__(self, pointer: str, control_id: str | None, keyword: str, message: str) -> None:
        # A third of what the constructor of a frozen dataclass takes, which sets each field by a call.
        self.__dict__.update(pointer=pointer, control_id=control_id, keyword=keyword, message=message)
