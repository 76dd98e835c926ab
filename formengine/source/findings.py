"""Finding: an error or a warning at a place in a file of a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """An error or a warning in a definition.

    `file` is the path inside the site, `line` and `column` count from 1; `code` is stable (kebab-case) and
    `message` is a plain sentence that says what to write instead.
    """

    file: str
    line: int
    column: int
    severity: Severity
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}"
