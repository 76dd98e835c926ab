"""Answers as the condition language reads them: facts with types, from the schema of the form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from formengine import json_pointer
from formengine.conditions.calculation import money_of
from formengine.conditions.condition_words import NO_WORDS, Words
from formengine.conditions.fact_types import NO_KINDS, FactType, Kinds, describe, properties
from formengine.conditions.operands import SeatCount
from formengine.conditions.parser import as_moment
from formengine.json_schema import Path

log = logging.getLogger(__name__)
Types = Mapping[str, FactType]
Problem = tuple[Path, str, str]
"""What is wrong with a rule: the path from the `rules` to the place, the code of a finding, and a sentence."""


class ClockOfForm:
    """What evaluation needs besides answers. There is no dossier yet: it has no rounds and no documents."""

    def __init__(self, now: datetime, words: Words = NO_WORDS) -> None:
        self.now, self._words = now, words

    def count_seats(self, operand: SeatCount) -> int:
        """No round has been opened."""
        return 0

    def has_document(self, name: str) -> bool:
        """No document is there."""
        return False

    def use(self, guard: str, options: Mapping[str, Any]) -> bool:
        """Guards of plugins ask about dossiers; a form refuses them when it is compiled."""
        return False

    def word(self, word: str, fact: object, value: object) -> bool:
        """The verdict of a plugin's word; one that fails does not hold, and the log has the reason."""
        try:
            return bool(self._words[word].test(fact, value))
        except Exception:  # whatever a plugin does, a person sees the author's sentence and what was typed
            log.exception("the condition word %r of a plugin failed in the check of a form", word)
            return False


def present(moment: datetime | None, zone: str) -> datetime:
    """A moment (None: the present) by the clock of a zone (an IANA name)."""
    clock = ZoneInfo(zone)
    return datetime.now(clock) if moment is None else moment.astimezone(clock)


def types_of(schema: Any, kinds: Kinds = NO_KINDS) -> dict[str, FactType]:
    """The types of a form's top-level properties, those of its branches included; `kinds` are of plugins."""
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        target = json_pointer.resolve(schema, reference)
        return {
            **(types_in(target, schema, kinds) if isinstance(target, Mapping) else {}),
            **types_in(schema, schema, kinds),
        }
    return types_in(schema, schema, kinds)


def types_in(schema: Mapping[str, Any], root: Mapping[str, Any], kinds: Kinds = NO_KINDS) -> dict[str, FactType]:
    """The types of the properties of an object's schema, whose references `root` resolves."""
    return {name: describe(name, inner, root, kinds) for name, inner in properties(schema).items()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "text": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": _is_number,
    "money": lambda value: money_of(value) is not None,
    "date": lambda value: as_moment(value) is not None,
    "date-time": lambda value: as_moment(value) is not None,
    "list": lambda value: isinstance(value, list),
}


def readable(answers: Mapping[str, Any], names: Iterable[str], types: Types) -> dict[str, Any]:
    """The answers by these names, without values that are not of their type, also in rows: such a value is no answer
    to compare or count with yet, and the schema has its own error for it.
    """
    facts = {}
    for name in names:
        value = answers.get(name)
        fact = types.get(name)
        if value is None or fact is None or not _FITS.get(fact.kind, _any)(value):
            continue
        facts[name] = [_row(row, fact.columns) for row in value] if fact.kind == "list" and fact.columns else value
    return facts


def _any(value: object) -> bool:
    return True


def _row(row: Any, columns: Types) -> Any:
    if isinstance(row, Mapping):
        return {
            name: value
            for name, value in row.items()
            if name not in columns or _FITS.get(columns[name].kind, _any)(value)
        }
    entry = columns.get("")
    return row if entry is None or _FITS.get(entry.kind, _any)(row) else None
