"""Errors in the fields of the portal's own small forms, with the same attributes as `forms.FieldError`."""

from __future__ import annotations

from dataclasses import dataclass

from formengine.errors import Invalid


@dataclass(frozen=True)
class FormFieldError:
    """`pointer` names the field (`/email`), `message` is a sentence for the reader."""

    pointer: str
    message: str
    keyword: str = "custom"
    control_id: str | None = None


def raise_invalid(errors: list[FormFieldError]) -> None:
    """Raise Invalid unless the list is empty."""
    if errors:
        raise Invalid(errors)
