"""A remark about a form that is accepted: it can be used, and something in it will not do what its author meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from formengine.source import Severity


@dataclass(frozen=True)
class FormFinding:
    """An error or a warning about the `schema`, the `ui` or the `rules` of a form (`part`).

    `pointer` is a JSON Pointer into that part, `code` is stable (kebab-case), `message` a sentence that says what to
    write instead.
    """

    part: Literal["schema", "ui", "rules"]
    pointer: str
    severity: Severity
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}{self.pointer}: {self.severity}: {self.message}"
