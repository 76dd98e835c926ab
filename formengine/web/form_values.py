"""A small form of ours as it was filled in: what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FormValues:
    """`values` by field name, `faults` by field name; nothing typed is lost when a form is shown again."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    several: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.faults)


def posted_values(post: Any, errors: Sequence[Any] = ()) -> FormValues:
    """A post with the errors of an Invalid (`/email` belongs to the field `email`); passwords are not kept."""
    values = {k: v for k, v in post.items() if isinstance(v, str) and k not in ("password", "present", "new")}
    return FormValues(values, {e.pointer.lstrip("/"): e.message for e in errors}, {k: post.getall(k) for k in post})


def posted_field(request: Any, name: str, longest: int = 2000) -> str:
    """A text field of the post; missing, or a file instead of a text, is empty."""
    value = request.POST.get(name, "")
    return value[:longest] if isinstance(value, str) else ""
