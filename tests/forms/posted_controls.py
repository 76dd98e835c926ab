"""Posted controls as tests compare them: by name, changed, written alike, and what a typed text may mean."""

from __future__ import annotations

import json
import re
from typing import Any

Controls = list[tuple[str, Any]]
_SIGN = re.compile(r"\s*(?:EUR|USD|€|%)\s*")
_SIGNED = re.compile(r"-?\s*(?:€\s*\d+|\d+\s*(?:EUR|USD|€|%))")


def canonical(text: str) -> str:
    """A posted option, as the JSON that it means."""
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return json.dumps(text)


def meanings(text: str) -> set[str]:
    """The answers that a typed text may mean: itself, a number, a moment, the lines of it."""
    text = text.replace("\r\n", "\n")
    texts = {json.dumps(text), json.dumps(text.strip()), canonical(text), json.dumps(text.replace(" ", "")),
             json.dumps(text + ":00Z"), json.dumps(text + "Z"), json.dumps(text + ":00+00:00")}  # fmt: skip
    number = _SIGN.sub("", text)
    return texts | {json.dumps(number), canonical(number)} | {json.dumps(line) for line in text.splitlines()}


def is_signed(text: str) -> bool:
    """Whether a typed text is a number with the sign of a currency or a percentage."""
    return bool(_SIGNED.fullmatch(text))


def in_order(data: Any) -> Any:
    """Data with the answers of several choices in alphabetical order: what is chosen again comes last."""
    if isinstance(data, dict):
        return {key: in_order(value) for key, value in data.items()}
    return sorted(map(in_order, data), key=json.dumps) if isinstance(data, list) else data


def grouped(controls: Controls) -> dict[str, list[Any]]:
    """Controls by name."""
    values: dict[str, list[Any]] = {}
    for name, value in controls:
        values.setdefault(name, []).append(value)
    return values


def written(values: list[str]) -> list[str]:
    """Texts of controls without what a page writes in another way: ends of lines, separators of thousands, the seconds
    of a time that has none, the sign of the currency that is chosen beside an amount."""
    plain = [re.sub(r"(?<=\d),(?=\d{3}\b)", "", value.replace("\r\n", "\n")) for value in values]
    plain = [_SIGN.sub("", value) if is_signed(value) else value for value in plain]
    return [re.sub(r"\A(\d\d:\d\d):00\Z", r"\1", value) for value in plain]


def changed(controls: Controls, changes: dict[str, list[Any]]) -> Controls:
    """Controls with others in their place."""
    rest = [(name, value) for name, value in controls if name not in changes]
    return [*rest, *((name, value) for name, values in changes.items() for value in values)]
