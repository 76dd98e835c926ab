"""A field that was renamed, or is misspelt where it is declared, is told once, with every line that names it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from formengine.source import Finding
from formengine.source.findings import has_errors, with_lines

_UNKNOWN: Final = re.compile(
    r"`?(?P<name>[^`\s]+?)`? (?P<use>is not a field|is required but is not a field|is asked for but not declared)"
)
_CODES: Final = ("unknown-field", "unknown-fact", "condition", "required", "undeclared")
"""The codes of findings that name a field which is not there: each place has its own sentence for it."""


def unplaced_message(names: Sequence[str]) -> str:
    """The sentence for fields that stand on no page of a form with pages.

    >>> unplaced_message(["a"]), unplaced_message(["a", "b"])[:32]
    ('a stands on no page, so nobody would be asked; add it to the fields of one', 'a, b stand on no page, so nobody')
    """
    stands, it = ("stands", "it") if len(names) == 1 else ("stand", "them")
    return f"{', '.join(names)} {stands} on no page, so nobody would be asked; add {it} to the fields of one"


def unknown_fields_once(findings: Collection[Finding], unplaced: Collection[str]) -> list[Finding]:
    """Findings of one form with one for each name that is no field of it, at the first place that cannot do without.

    Of `unplaced`, the fields that stand on no page, a single one is what a single unknown name was meant to be.
    """
    uses: dict[str, list[Finding]] = {}
    for finding in sorted(findings):
        match = _UNKNOWN.match(finding.message) if finding.code in _CODES else None
        if match is not None:
            uses.setdefault(match["name"], []).append(finding)
    renamed = [uses_of_name for uses_of_name in uses.values() if has_errors(uses_of_name)]
    meant = next(iter(unplaced)) if len(unplaced) == len(renamed) == 1 else None
    joined = [_joined(uses_of_name, meant) for uses_of_name in renamed]
    replaced = {finding for uses_of_name in renamed for finding in uses_of_name}
    follower = unplaced_message([meant]) if meant else None
    return [*(f for f in findings if f not in replaced and f.message != follower), *joined]


def _joined(uses: list[Finding], meant: str | None) -> Finding:
    """One finding for all of a name: the first error, with the lines of the others and what was `meant`."""
    first = next(finding for finding in uses if finding.severity == "error")
    message = f'{first.message.partition(";")[0]}; did you mean "{meant}"?' if meant else first.message
    return with_lines(replace(first, message=message), uses)
