"""Facts and their types: conditions, dates, values that steps set, options of plugins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from jsonschema import Draft202012Validator

from formengine.source import Path, did_you_mean
from formengine.workflow.conditions import All, Comparison, Condition, Either, Money, Use, comparisons
from formengine.workflow.definitions import FactType, Workflow
from formengine.workflow.fact_types import child_fact_types
from formengine.workflow.reader import Reader

ORDER: Final = ("over", "under", "at least", "at most")
_DATES: Final = ("date", "date-time")


class FactChecker:
    """Checks what is said of facts against what is known of them. Without forms, names cannot be checked: any form may
    have them."""

    def __init__(self, reader: Reader, workflow: Workflow, has_forms: bool) -> None:
        self.reader, self.workflow, self.has_forms = reader, workflow, has_forms
        self._lacking: set[str] = set()

    def _types(self, child: str | None) -> Mapping[str, FactType]:
        types = self.workflow.fact_types
        return {**types, **child_fact_types(self.workflow.children[child])} if child else types

    def known(self, name: str, path: Path, child: str | None = None, *, asked: bool = False) -> FactType | None:
        """A fact by name; one that is unknown is an error, one that some form lacks a warning."""
        types = self._types(child)
        found = types.get(name)
        if found is None:
            if self.has_forms or not self._may_be_a_form_s(name):
                message = f"there is no fact `{name}`{did_you_mean(name, types)}"
                self.reader.error(path, "unknown-fact", message)
            return None
        if found.missing_in and name not in self.workflow.fields and name not in self._lacking and not asked:
            self._lacking.add(name)
            lacking = ", ".join(found.missing_in)
            self.reader.warning(
                path, "fact-missing-in-form", f"the form of {lacking} has no `{name}`; it is empty there"
            )
        return found

    def _may_be_a_form_s(self, name: str) -> bool:
        word, _, kind = name.partition("_")
        return not (word in ("open", "all") and kind)

    def date(self, name: str, path: Path, child: str | None) -> None:
        found = self.known(name, path, child)
        if found is not None and found.kind not in (*_DATES, "unknown"):
            self.reader.error(path, "no-date", f"a deadline needs a date, and `{name}` is {_called(found)}")

    def condition(self, condition: Condition | None, path: Path, child: str | None) -> None:
        if isinstance(condition, All | Either) and isinstance(condition, All):
            for i, part in enumerate(condition.parts):
                place = (*path, i)
                self.condition(part, place if place in self.reader.document.places else path, child)
            return
        for leaf in comparisons(condition):
            if isinstance(leaf, Use):
                self._guard(leaf, path)
            else:
                self._comparison(leaf, path, child)

    def _guard(self, use: Use, path: Path) -> None:
        known = self.workflow.vocabulary.guards
        if use.guard not in known:
            self.reader.error(
                path, "unknown-plugin", f"there is no guard `{use.guard}`{did_you_mean(use.guard, known)}"
            )
            return
        check_options(self.reader, known[use.guard].params, use.options, (*path, "with"), path)

    def _comparison(self, leaf: Comparison, path: Path, child: str | None) -> None:
        found = self.known(leaf.fact, path, child)
        if found is None:
            return
        word = self.workflow.vocabulary.words.get(leaf.op)
        if word is not None:
            if word.types and found.kind not in (*word.types, "unknown"):
                message = f"`{leaf.op}` stands after {' or '.join(word.types)}, and `{leaf.fact}` is {_called(found)}"
                self.reader.error(path, "type", message)
            return
        if leaf.op in ("has passed", "has not passed") and found.kind not in (*_DATES, "unknown"):
            self.reader.error(path, "type", f"`{leaf.op}` stands after a date, and `{leaf.fact}` is {_called(found)}")
        for value in leaf.values:
            problem = _misfit(found, leaf.op, value)
            if problem:
                self.reader.error(path, problem[0], problem[1])
                return

    def value(self, name: str, value: Any, path: Path, child: str | None) -> None:
        """A value that a step sets."""
        found = self._types(child).get(name)
        own = self.workflow.children[child].fields if child else {}
        if name not in self.workflow.fields and name not in own:
            known = [*self.workflow.fields, *own]
            message = f"`{name}` is not among the `fields`{did_you_mean(name, known)}"
            self.reader.error(path, "unknown-fact", message, at_key=True)
        elif isinstance(value, Mapping) and set(value) == {"from"}:
            self.known(str(value["from"]), (*path, "from"), child)
        elif found is not None and found.values and not isinstance(value, list) and value not in found.values:
            self.reader.error(path, "value", _no_value(found, value))


def _misfit(fact: FactType, op: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with comparing a fact with a value: (code, sentence)."""
    name, kind = fact.name, fact.kind
    if kind == "unknown":
        return None
    if kind == "money":
        if op in ("is", "is not", *ORDER) and not isinstance(value, Money):
            return "type", f"`{name}` is money; write an amount with its currency, such as 10000 EUR"
        return None
    if isinstance(value, Money):
        return "type", f"`{name}` is {_called(fact)} and cannot be compared with the amount {value}"
    if fact.values:
        words = {str(one) for one in fact.values}
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if op in ("is", "is not", "is one of", "contains") and text not in words and value not in fact.values:
            return "value", _no_value(fact, value)
    if op in ORDER:
        return _misfit_in_order(fact, op, value)
    if kind == "number" and not isinstance(value, Decimal):
        return "type", f"`{name}` is a number and cannot be compared with the text {value!s}"
    if kind == "boolean" and not isinstance(value, bool) and op != "contains":
        return "type", f"`{name}` is true or false, not {value!s}"
    if kind in _DATES and not isinstance(value, date):
        return "type", f"`{name}` is a date; write it as 2026-01-31"
    return None


def _misfit_in_order(fact: FactType, op: str, value: Any) -> tuple[str, str] | None:
    if fact.kind == "number" and isinstance(value, Decimal):
        return None
    if fact.kind in _DATES and isinstance(value, date):
        return None
    wanted = {"number": "a number", "date": "a date such as 2026-01-31", "date-time": "a date such as 2026-01-31"}
    if fact.kind in wanted:
        return "type", f"`{fact.name}` is {_called(fact)}; after `{op}` write {wanted[fact.kind]}, not {value!s}"
    return "type", f"`{op}` compares numbers, money and dates, and `{fact.name}` is {_called(fact)}"


def _no_value(fact: FactType, value: object) -> str:
    words = [str(one) for one in fact.values]
    return f"`{fact.name}` is never {value!s}{did_you_mean(str(value), words)}"


def _called(fact: FactType) -> str:
    names = {
        "text": "a text",
        "number": "a number",
        "boolean": "true or false",
        "date": "a date",
        "date-time": "a moment",
        "money": "money",
        "person": "a person",
        "people": "people",
        "contact": "a contact",
        "party": "a party",
        "file": "a file",
        "files": "files",
        "list": "a list",
    }
    return names.get(fact.kind, "something else")


def currencies(condition: Condition | None) -> dict[str, set[str]]:
    """The currencies with which each fact is compared."""
    found: dict[str, set[str]] = {}
    for leaf in comparisons(condition):
        if isinstance(leaf, Comparison):
            for value in leaf.values:
                if isinstance(value, Money):
                    found.setdefault(leaf.fact, set()).add(value.currency)
    return found


def check_options(
    reader: Reader, params: Mapping[str, Any] | None, options: Mapping[str, Any], path: Path, around: Path
) -> None:
    """The options of a plugin against its own JSON Schema."""
    if params is None:
        return
    for error in Draft202012Validator(params).iter_errors(dict(options)):
        place = (*path, *error.absolute_path)
        reader.error(
            place if place in reader.document.places else around,
            "options",
            f"these options do not fit: {error.message}",
        )
        return
