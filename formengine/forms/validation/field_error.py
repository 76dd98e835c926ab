"""An error found in answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One thing to mend: a JSON Pointer into the data, the id of its control in the HTML (None without a form),
    the JSON Schema keyword that was not met, and a sentence in the reader's language."""

    pointer: str
    control_id: str | None
    keyword: str
    message: str
