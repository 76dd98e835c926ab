"""Hints for mis-written conditions: what people write instead of the condition language, and what to write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from formengine.conditions.fact_types import FactType, holds_text, names_fact
from formengine.conditions.parser import AllOf, Condition, parse_condition
from formengine.conditions.suggestions import suggested_condition
from formengine.source.lookalikes import CURLY, inside_curly, plain

_QUOTED: Final = re.compile(r'"[^"]*"')
_FACT: Final = re.compile(r"(?:(?:if|when|not)\b|!|\(|\s)*([a-z][a-z0-9_]*)(?=$|[\s=<>!≥≤≠)])")
_DOTTED: Final = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)(?=\s)")
_LEADING_JOIN: Final = re.compile(r"\s*(and|or)\b\s*(.*)\Z", re.IGNORECASE)
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
    (r"^not [a-z0-9_]+$|^! ?[a-z0-9_]+$", "write FACT is false, or FACT is empty"),
    (r"^not\b|^!", "write FACT is not VALUE"),
    (r"^[a-z][a-z0-9_]*$", "write FACT is true, or FACT is not empty"),
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
    (r"^[a-z_0-9]+ is (on or )?(before|after)\b", "leave `is` out: due_on before 2026-01-31"),
    (r"\bis within\b", "leave `is` out: FACT within 3 months"),
    (r"\b(earlier than|until|prior to)\b", "write FACT before DATE, such as due_on before 2026-01-31"),
    (r"\b(later than|since)\b", "write FACT after DATE, such as due_on after 2026-01-31"),
    (r"\d{1,2}[./]\d{1,2}[./]\d{4}\b", "write a date with its year first: 2026-01-31"),
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
    (r"^(and|or) ", "nothing stands before the first word; leave it out"),
)  # fmt: skip
_MISTAKES: Final = [(re.compile(pattern), hint) for pattern, hint in _ALWAYS]
"""Mistakes even where the condition can be parsed: it would mean something else."""
_UNREADABLE: Final = [(re.compile(pattern), hint) for pattern, hint in _HINTS]


def read_condition(source: object, words: Sequence[str] = (), types: Mapping[str, FactType] | None = None) -> Condition:
    """A condition from its YAML value, as authors write it: the one reading for forms, checks, workflows and documents.

    `words` are the operators that plugins add, `types` those by which a word after `is` is told from a fact; without
    them it is a word. Raises ValueError, with what to write instead, for a sentence that cannot be read, and for one
    that would mean something else than it says (`rent over 50.000 EUR`, which is read as 50).
    """
    if isinstance(source, list):
        for number, part in enumerate(source):
            if (problem := join_problem(source, number)) is not None:
                raise ValueError(f"{part}: {problem}")
        return AllOf(tuple(read_condition(part, words, types) for part in source))
    hint = mistake_hint(source, words)
    if hint is not None:
        raise ValueError(f"{source}: {hint}")
    try:
        known = types or {}
        return parse_condition(source, words, partial(names_fact, known), partial(holds_text, known))
    except ValueError as error:
        raise ValueError(explain(source, error, words, types)) from None


def join_problem(lines: Sequence[object], number: int) -> str | None:
    """What to write for a line of a list that begins with `and` or `or`, as if it went on from the line before."""
    match = _LEADING_JOIN.match(str(lines[number]))
    if match is None:
        return None
    rest = match[2] or (str(lines[number + 1]) if number + 1 < len(lines) else "...")
    if match[1].lower() == "and":
        return f"all lines of a list have to hold, so leave `and` out: - {rest}"
    if number == 0:
        return f"nothing stands before `or`; write - {rest}, or both on one line: ... or {rest}"
    return (
        f"all lines of a list have to hold; where one of two will do, write one line: - {lines[number - 1]} or {rest}"
    )


def hint_for(source: object, words: Sequence[str] = ()) -> str | None:
    """What to write instead of a condition that cannot be parsed or does not fit its fact; None without a hint.

    `words` are the operators that plugins add.

    >>> hint_for("contract_value > 10000 EUR")
    'write contract_value over 10000 EUR'
    >>> hint_for('note is "more than this"') is None
    True
    """
    text = _without_quoted(source)
    if text.startswith('"'):
        return "a condition begins with the name of a fact, which stands without quotation marks"
    hint = next((hint for pattern, hint in (*_MISTAKES, *_UNREADABLE) if pattern.search(text)), None)
    written = suggested_condition(str(source), words)
    return f"write {written}" if written is not None else _with_fact(hint, text)


def mistake_hint(source: object, words: Sequence[str] = ()) -> str | None:
    """What to write instead of a condition that is a mistake although it can be parsed."""
    text = _without_quoted(source)
    hint = next((hint for pattern, hint in _MISTAKES if pattern.search(text)), None)
    written = suggested_condition(str(source), words) if hint is not None else None
    return f"write {written}" if written is not None else _with_fact(hint, text)


def explain(
    source: object, error: ValueError, words: Sequence[str] = (), types: Mapping[str, FactType] | None = None
) -> str:
    """The message for a condition that cannot be parsed: the hint for it, else the parser's own.

    `types` are the facts that it may read, where they are known.
    """
    if isinstance(source, str) and source.strip()[:1] in CURLY and inside_curly(source) is not None:
        return f"{source}: these are quotation marks of a word processor; delete them"
    text = plain(source) if isinstance(source, str) else source
    hint = hint_for(text, words) or (_of_rows(text, words, types or {}) if isinstance(text, str) else None)
    return f"{text}: {hint}" if hint else str(error)


def _of_rows(text: str, words: Sequence[str], types: Mapping[str, FactType]) -> str | None:
    """What to write for a dot between the names of a list and of a value in its rows, or of a group and its value."""
    match = _DOTTED.match(text)
    if match is None:
        return None
    if match[1] in types and not any(types[match[1]].columns):
        return (
            f"{match[1]} is no list of rows, and a condition cannot look into it; make {match[2]} a question beside it"
        )
    try:
        parse_condition(f"any of {text}", words)
    except ValueError:
        return "a condition cannot look into rows; ask for what it needs (the highest amount) as a question of its own"
    return f"{match[0]} is in the rows of {match[1]}; write any of {text}, or every of {text}"


def _with_fact(hint: str | None, text: str) -> str | None:
    """The hint with the fact of the condition in place of FACT, where its name can be made out."""
    named = _FACT.match(text)
    return hint.replace("FACT", named[1]) if hint and named else hint


def _without_quoted(source: object) -> str:
    return _QUOTED.sub('""', plain(source).strip()) if isinstance(source, str) else ""
