"""Bounds of dates as JSON Schema, for `show_when: signed_on after 2026-01-31`: dates are texts there, year first."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

_DAY: Final = r"^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$"
DATE_BOUNDS: Final = ("before", "after", "on or before", "on or after")


def date_schema(op: str, bound: date) -> dict[str, Any]:
    """A schema that accepts the dates before or after a day; `op` is one of `DATE_BOUNDS`.

    >>> date_schema("before", date(2029, 9, 1))["not"]["pattern"]
    '^(?:[3-9]|2[1-9]|20[3-9]|2029-[1-9]|2029-09-[1-9]|2029-09-0[2-9]|2029-09-01)'
    """
    text = bound.isoformat()
    later = [
        f"{text[:index]}[{int(digit) + 1}-9]" for index, digit in enumerate(text) if digit.isdigit() and digit != "9"
    ]
    same = [text] if op in ("before", "on or after") else []
    pattern = {"pattern": f"^(?:{'|'.join([*later, *same])})"}
    bounded = {"allOf": [pattern]} if op in ("after", "on or after") else {"not": pattern}
    return {"type": "string", "pattern": _DAY, **bounded}
