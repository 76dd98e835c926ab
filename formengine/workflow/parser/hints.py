"""Hints for mis-written conditions: what people write instead of the condition language, and what to write."""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = re.compile(r'"[^"]*"')
_NUMBER: Final = r"\d[\d\u00a0\u202f ',.]*"
_ALWAYS: Final[tuple[tuple[str, str], ...]] = (
    (r"\b(AND|OR)\b|&&|\|\|", "write `and` / `or` in small letters"),
    (r"\bis one of +[\[{]", "write the values with commas between them and no brackets: FACT is one of A, B, C"),
    (r"\bis (over|under|at least|at most) \d", "leave `is` out: FACT over VALUE"),
    (
        r"\b[1-9]\d{0,2}(\.\d{3})+ (?!(BHD|IQD|JOD|KWD|LYD|OMR|TND)\b)[A-Z]{3}\b",
        "the point stands before cents; write 10000 EUR, without marks of thousands",
    ),
)
_HINTS: Final[tuple[tuple[str, str], ...]] = (
    (r"^(if|when)\b", "leave the first word out: FACT is VALUE"),
    (r"^not\b|^!", "write FACT is not VALUE"),
    (r"[()]", "leave the brackets out; `and` binds tighter than `or`, and a list of sentences must all hold"),
    (r"\bis one of .*\b(and|or) +[\w\"-]+$", "write the values with commas between them: FACT is one of A, B, C"),
    (r"\bis(n['’]t| not) (one|any) of\b", "write one sentence for each: FACT is not A and FACT is not B"),
    (r"\bis between\b|\bbetween\b.*\band\b", "write FACT at least A and FACT at most B"),
    (r">=|=>|≥|\bis at least\b|\bno less than\b", "write FACT at least VALUE"),
    (r"<=|=<|≤|\bis at most\b|\bno more than\b|\bup to\b", "write FACT at most VALUE"),
    (r"!=|<>|≠|\bisn['’]t\b|\bdoes not equal\b|\bdiffers from\b", "write FACT is not VALUE"),
    (r"==|=|\bequals?\b", "write FACT is VALUE"),
    (r">|\b(is )?(more|greater|higher|larger|bigger) than\b|\b(above|exceeds)\b|\bis over\b", "write FACT over VALUE"),
    (r"<|\b(is )?(less|lower|smaller|fewer) than\b|\bbelow\b|\bis under\b", "write FACT under VALUE"),
    (r"^[a-z_0-9]+ (is )?before\b", "write FACT under DATE, such as due_on under 2026-01-31"),
    (r"^[a-z_0-9]+ (is )?after\b", "write FACT over DATE, such as due_on over 2026-01-31"),
    (r"\bis(n['’]t| not)? (true|false) or (true|false)\b", "write FACT is not empty"),
    (r"\bis (un)?set\b|\bis (not )?(filled( in)?|given|blank|missing|null)$", "write FACT is empty, or is not empty"),
    (r"\bis (past|over|passed)$|\bis in the past$", "write FACT has passed"),
    (r"[€$£]", "write the amount with its currency in three letters: 10000 EUR"),
    (rf"\b[A-Z]{{3}} {_NUMBER}$", "write the amount first, then its currency: 10000 EUR"),
    (r"\d[ \u00a0\u202f',.]\d{3}([ \u00a0\u202f',.]|$)", "write 10000.00, without marks of thousands"),
    (r"\b\d+(\.\d+)?[kKmM]\b", "write the number in full: 10000"),
    (r"\b\d+(\.\d+)? (eur|usd|gbp|chf|euros?|dollars?|pounds?)$", "write the currency in three capitals: 10000 EUR"),
    (r"^[a-z_0-9]+ (at (least|most)|over|under) .*%$", "leave the % out"),
    (r" (and|or) +[\w\"-]+( (and|or)\b.*)?$", "after `and` / `or` begin with a fact again: FACT is A or FACT is B"),
    (r" (and|or)$", "something is missing after the last word"),
    (r"^(and|or) ", "something is missing before the first word"),
)  # fmt: skip
_MISTAKES: Final = [(re.compile(pattern), hint) for pattern, hint in _ALWAYS]
"""Mistakes even where the condition can be parsed: it would mean something else."""
_UNREADABLE: Final = [(re.compile(pattern), hint) for pattern, hint in _HINTS]


def hint_for(source: object) -> str | None:
    """What to write instead of a condition that cannot be parsed or does not fit its fact; None without a hint.

    >>> hint_for("contract_value > 10000 EUR")
    'write FACT over VALUE'
    >>> hint_for('note is "more than this"') is None
    True
    """
    text = _without_quoted(source)
    if text.startswith('"'):
        return "a condition begins with the name of a fact, which stands without quotation marks"
    return next((hint for pattern, hint in (*_MISTAKES, *_UNREADABLE) if pattern.search(text)), None)


def mistake_hint(source: object) -> str | None:
    """What to write instead of a condition that is a mistake although it can be parsed."""
    text = _without_quoted(source)
    return next((hint for pattern, hint in _MISTAKES if pattern.search(text)), None)


def explain(source: object, error: ValueError) -> str:
    """The message for a condition that cannot be parsed: the hint for it, else the parser's own."""
    hint = hint_for(source)
    return f"{source!r}: {hint}" if hint else str(error)


def _without_quoted(source: object) -> str:
    return _QUOTED.sub('""', source.strip()) if isinstance(source, str) else ""
