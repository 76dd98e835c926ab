"""Finding: an error or a warning at a place in a file of a site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings is an error rather than a warning."""
    return any(finding.severity == "error" for finding in findings)


def with_lines(first: Finding, others: Iterable[Finding]) -> Finding:
    """A finding that also names the lines of others of its file which say the same."""
    lines = sorted({finding.line for finding in others} - {first.line})
    also = f" (also on line {', '.join(map(str, lines))})" if lines else ""
    return replace(first, message=first.message + also)


def and_for_more(names: Sequence[str]) -> str:
    """The end of a message that holds for others as well, which have no finding of their own.

    >>> and_for_more(["fee", "term"]), and_for_more([])
    ('; and for 2 more: fee, term', '')
    """
    return f"; and for {len(names)} more: {', '.join(names)}" if names else ""


def each_sentence_once(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, sorted, with one for all of a file that say the same: at the first place, with the other lines.

    >>> each_sentence_once([Finding("a", 9, 1, "error", "x", "no b"), Finding("a", 3, 2, "error", "x", "no b")])
    [Finding(file='a', line=3, column=2, severity='error', code='x', message='no b (also on line 9)')]
    """
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in sorted(findings):
        alike.setdefault((finding.file, finding.severity, finding.code, finding.message), []).append(finding)
    return sorted(with_lines(told[0], told[1:]) for told in alike.values())


ECHOES = frozenset(("yes-no", "true-false", "quotation-mark"))
"""Codes of warnings about how a value is written, which say nothing new where more is said of the value."""


def without_echoes(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, sorted, each once; without warnings about the writing of a value of which more is said already.

    >>> without_echoes([Finding("a", 1, 5, "warning", "yes-no", "x"), Finding("a", 1, 5, "error", "kind", "y")])
    [Finding(file='a', line=1, column=5, severity='error', code='kind', message='y')]
    """
    kept = set(findings)
    said = {(finding.file, finding.line, finding.column) for finding in kept if finding.code not in ECHOES}
    said |= {(finding.file, finding.line, finding.column) for finding in kept if finding.severity == "error"}
    return sorted(
        finding
        for finding in kept
        if finding.severity == "error"
        or finding.code not in ECHOES
        or (finding.file, finding.line, finding.column) not in said
    )
