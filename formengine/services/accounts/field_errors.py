"""What is wrong with one field of a small form of our own, in the shape of the forms engine's errors."""

from __future__ import annotations

from dataclasses import dataclass

from formengine.errors import Invalid


@dataclass(frozen=True)
class FormFieldError:
    """`pointer` names the field (`/email`), `message` is a sentence for the reader; as `forms.FieldError`."""

    pointer: str
    message: str
    keyword: str = "custom"
    control_id: str | None = None


def raise_invalid(faults: list[FormFieldError]) -> None:
    """Raise Invalid when there are faults."""
    if faults:
        raise Invalid(faults)
