"""Rewrites a mistaken condition as the sentence that was meant: signs of programming languages and spreadsheets, marks
of thousands, dates with the day first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from formengine.conditions.calculation import number_of
from formengine.conditions.parser import Money, parse_condition, parse_value
from formengine.source.number_meant import number_meant

_QUOTED: Final = re.compile(r'"[^"]*"')
_OPPOSITES: Final = {
    "is": "is not", "over": "at most", "under": "at least", "at least": "under", "at most": "over",
    "before": "on or after", "after": "on or before", "on or before": "after", "on or after": "before",
}  # fmt: skip
_NEGATED: Final = rf"\Anot\s+(\w+)\s+({'|'.join(_OPPOSITES)})(?! (?:not|one|empty)\b)\s+(?!.*\s(?:and|or)\s)"
_OPERATORS: Final = (
    (r"\s+(?:is )?in\s+[\[{(]([^\[\]{}()]*)[\]})]", r" is one of \1"),
    (r"\s+(?:is )?in\s+(?=[^\s,]+\s*,)", " is one of "),
    (
        r"(?<=\w)\s+is (?!not\b|one of\b|empty\b|before\b|after\b|on or\b|within\b)(?=[\w \"-]+,[\w \",-]+\Z)",
        " is one of ",
    ),
    (r"\s*(?:>=|=>|≥)\s*|\s+(?:is at least|no less than)\s+", " at least "),
    (r"\s*(?:<=|=<|≤)\s*|\s+(?:is at most|no more than|up to)\s+", " at most "),
    (r"\s*(?:!=|<>|≠)\s*|\s+(?:isn['’]t|does not equal|differs from)\s+", " is not "),
    (r"\s*={1,3}\s*|\s+(?:equals?|is equal)(?: to)?\s+", " is "),
    (
        r"\s*>\s*|\s+(?:is )?(?:more|greater|higher|larger|bigger) than\s+|\s+(?:above|exceeds|is over)\s+",
        " over ",
    ),
    (r"\s*<\s*|\s+(?:is )?(?:less|lower|smaller|fewer) than\s+|\s+(?:below|is under)\s+", " under "),
    (r"\s+is (before|after|on or before|on or after|within)\s+", r" \1 "),
    (r"\s+(?:is )?(?:later than|since)\s+", " after "),
    (r"\s+(?:is )?(?:earlier than|prior to|until)\s+", " before "),
    (r"\s+is (?:not |un)set\b|\s+is (?:blank|missing|null|not given|not filled(?: in)?)\b", " is empty"),
    (r"\s+is (?:set|filled(?: in)?|given)\b", " is not empty"),
    (r"\s+(?:is )?(before|after) or on\s+", r" on or \1 "),
    (r"\s+(?:is )?in the future\Z", " after today"),
    (_NEGATED, lambda m: f"{m[1]} {_OPPOSITES[m[2]]} "),
    (r" over (?=today\b)", " after "),
    (r" under (?=today\b)", " before "),
    (r" at least (?=today\b)", " on or after "),
    (r" at most (?=today\b)", " on or before "),
    (r"\s+is (?:past|over|passed)\Z|\s+is in the past\Z", " has passed"),
    (r"(?<= )(over|under|at least|at most) (-?\d+),(\d{1,2})\Z", r"\1 \2.\3"),
)
_JOINTS: Final = ((r"\s*&&\s*|\s+AND\s+", " and "), (r"\s*\|\|\s*|\s+OR\s+", " or "), (r"\A(?:if|when)\s+", ""))
_VALUES: Final = (
    (r"(?<=\bis one of )[\[{(]([^\[\]{}()]*)[\]})]", r"\1"),
    (r"(?<![\d.,])(\d{1,3})((?:[ ',’]\d{3})+)(?![\d.,]\d)", lambda m: m[1] + re.sub(r"\D", "", m[2])),
    (
        r"(?<![\d.,])(\d{1,3})((?:\.\d{3})+)(?=\s+(?!(?:BHD|IQD|JOD|KWD|LYD|OMR|TND)\b)[A-Z]{3}\b|\s*[€£]|\s*(?:euros?|eur)\b)",
        lambda m: m[1] + m[2].replace(".", ""),
    ),
    (r"(?<![\w.])(\d+)[kK]\b", r"\g<1>000"),
    (r"€\s*([\d.]+)|([\d.]+)\s*€", lambda m: f"{m[1] or m[2]} EUR"),
    (r"£\s*([\d.]+)|([\d.]+)\s*£", lambda m: f"{m[1] or m[2]} GBP"),
    (r"\b(EUR|USD|GBP|CHF)\s+(\d[\d.]*)(?![\d.]*\s*[A-Z]{3}\b)", r"\2 \1"),
    (r"(\d)\s*(?:euros?|eur)\b", r"\1 EUR"),
    (r"(\d)\s*(usd|gbp|chf)\b", lambda m: f"{m[1]} {m[2].upper()}"),
    (r"(?<=\d)\s*%\Z", ""),
    (r"\b(?:True|TRUE|yes)\Z", "true"),
    (r"\b(?:False|FALSE|no)\Z", "false"),
    (r"\b(1[3-9]|2\d|3[01])[./](0?[1-9]|1[0-2])[./](\d{4})\b", lambda m: f"{m[3]}-{int(m[2]):02}-{m[1]}"),
)  # fmt: skip
_CURRENCY: Final = re.compile(r"\s+([A-Z]{3})\Z")
_RULES: Final = [(re.compile(pattern), new) for pattern, new in (*_JOINTS, *_VALUES, *_OPERATORS)]


def suggested_condition(text: str, words: Sequence[str] = ()) -> str | None:
    """The sentence that a condition means, if it can be read once common mistakes are replaced; else None.

    Texts between quotation marks stay as they are. A dollar sign stays too: it is the sign of many currencies, as is a
    date whose day may be its month.

    >>> suggested_condition("amount >= 100,000 EUR && urgent == TRUE")
    'amount at least 100000 EUR and urgent is true'
    >>> suggested_condition("due_on under 31/12/2027"), suggested_condition("due_on under 01/02/2027")
    ('due_on under 2027-12-31', None)
    """
    quoted = _QUOTED.findall(text)
    sentence = _QUOTED.sub('""', text).strip()
    for pattern, new in _RULES:
        sentence = pattern.sub(new, sentence)
    sentence = re.sub(r'""', lambda _: quoted.pop(0), sentence)
    return sentence if sentence != text.strip() and _can_be_read(sentence, words) else None


def money_meant(value: Any) -> str | None:
    """How an answer holds the amount of money that somebody wrote as text, as a number, or as a map whose amount is a
    number; with an example of a currency where they named none. None where nobody can tell.

    >>> money_meant("1.000 €"), money_meant("99,50 CHF"), money_meant("much")
    ('{amount: "1000", currency: EUR}', '{amount: "99.5", currency: CHF}', None)
    >>> money_meant(1000)
    '{amount: "1000", currency: ...} with the currency, such as currency: EUR'
    """
    amount, currency = _amount_and_currency(value)
    if amount is None:
        return None
    if currency:
        return Money(amount, currency).as_yaml
    return f"{Money(amount, '...').as_yaml} with the currency, such as currency: EUR"


def _amount_and_currency(value: Any) -> tuple[Decimal | None, str]:
    """What somebody wrote as an amount of money; None for what is none, "" without a currency."""
    if isinstance(value, Mapping):
        amount = value.get("amount")
        number = None if isinstance(amount, str | bool) else number_of(amount)
        return number, str(value.get("currency") or "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None, ""
    written = str(value).strip()
    suggested = suggested_condition(f"x is {written}")
    meant = parse_value(written if suggested is None else suggested.removeprefix("x is "))
    if isinstance(meant, Money):
        return meant.amount, meant.currency
    if currency := _CURRENCY.search(written):
        return number_of(number_meant(written[: currency.start()])), currency[1]
    return (meant, "") if isinstance(meant, Decimal) else (None, "")


def _can_be_read(sentence: str, words: Sequence[str]) -> bool:
    try:
        parse_condition(sentence, words)
    except ValueError:
        return False
    return True
