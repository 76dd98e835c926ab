"""Whether a field has an answer where a template writes it: always, under a condition, or perhaps not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.conditions.operands import OfRows, Operand, facts_in, parse_operand
from formengine.conditions.parser import AllOf, AnyOf, Comparison, Condition, parse_condition
from formengine.json_pointer import resolve

Known = Mapping[str, frozenset[str] | None]
"""What tests around a place say: fields that have an answer there, by path, with the values that it may have (None:
any)."""
_BRANCHES: Final = frozenset(("if", "allOf", "anyOf", "oneOf", "dependentSchemas"))


@dataclass(frozen=True)
class Presence:
    """Whether a field has an answer: `required` where it is shown, shown where `shown_when` holds (None: always)."""

    required: bool
    shown_when: Condition | None = None
    unsure: bool = False
    """It is shown or hidden by a branch of the schema that is not read here."""

    def is_sure(self, known: Known) -> bool:
        """Whether there is an answer where all of `known` holds."""
        return self.required and not self.unsure and (self.shown_when is None or implied(self.shown_when, known))


ABSENT: Final = Presence(required=False)


def presences(form: Mapping[str, Any], computed: Mapping[str, Any]) -> dict[str, Presence]:
    """The presence of each field of a form as its author wrote it, with `show_when` and `required_when`."""
    properties, required = form.get("properties") or {}, set(form.get("required") or ())
    hidden = set(_named_in_branches(form))
    result: dict[str, Presence] = {}
    for name, schema in properties.items():
        source = schema.get("show_when") if isinstance(schema, Mapping) else None
        needed = schema.get("required_when") if isinstance(schema, Mapping) else None
        shown_when = _condition(source)
        unsure = name in hidden or (source is not None and shown_when is None)
        if name not in required and needed is not None and needed == source:
            result[name] = Presence(True, shown_when, unsure)
        else:
            result[name] = Presence(name in required, shown_when, unsure)
    for name in _in_turn(computed):
        result[name] = _computed(_operand(computed[name]), result, form, result.get(name, ABSENT))
    return result


def implied(condition: Condition, known: Known) -> bool:
    """Whether a condition holds wherever `known` does; False where that cannot be said."""
    if isinstance(condition, AllOf):
        return all(implied(part, known) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(implied(part, known) for part in condition.parts)
    if not isinstance(condition, Comparison) or condition.fact not in known:
        return False
    allowed = known[condition.fact]
    if condition.op == "is not empty":
        return True
    values = {plain(value) for value in condition.values}
    if allowed is None:
        return False
    if condition.op in ("is", "is one of"):
        return bool(allowed) and allowed <= values
    return condition.op == "is not" and not allowed & values


def known_by(condition: Condition | None) -> dict[str, frozenset[str] | None]:
    """What a condition that holds says of the fields it names."""
    if isinstance(condition, AllOf):
        return combined(known_by(part) for part in condition.parts)
    if not isinstance(condition, Comparison) or condition.left is not None:
        return {}
    if condition.op in ("is", "is one of"):
        return {condition.fact: frozenset(plain(value) for value in condition.values)}
    return {condition.fact: None} if condition.op in ("is not empty", "over", "under", "at least", "at most") else {}


def combined(parts: Iterable[Known]) -> dict[str, frozenset[str] | None]:
    """What is known where all of some parts hold."""
    result: dict[str, frozenset[str] | None] = {}
    for part in parts:
        for path, allowed in part.items():
            before = result.get(path)
            result[path] = allowed if before is None else before if allowed is None else before & allowed
    return result


def plain(value: Any) -> str:
    """A value as it is compared: `true` of YAML and `True` of Jinja are the same."""
    return str(value).lower()


def _condition(source: Any) -> Condition | None:
    try:
        return parse_condition(source) if source is not None else None
    except ValueError:
        return None  # the check of the form says so


def _named_in_branches(form: Mapping[str, Any]) -> Iterable[str]:
    """The fields that an if / then / else or another branch of the schema, as written, speaks of as properties."""
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in form.get(keyword) or ():
            yield from _named_in(part)
    for keyword in ("then", "else", "dependentSchemas"):
        yield from _named_in(form.get(keyword))


def _named_in(part: Any) -> Iterable[str]:
    if isinstance(part, Mapping):
        yield from (part.get("properties") or {}) if isinstance(part.get("properties"), Mapping) else ()
        for keyword, value in part.items():
            if keyword != "if":
                yield from _named_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from _named_in(value)


def _in_turn(computed: Mapping[str, Any]) -> list[str]:
    """The computed fields, each after those that it reads; last those in a circle, which is a finding of the form."""
    reads = {name: set(facts_in(_operand(source))) & computed.keys() for name, source in computed.items()}
    ordered: list[str] = []
    for _ in computed:
        ordered += [name for name in computed if name not in ordered and reads[name] <= set(ordered)]
    return [*ordered, *(name for name in computed if name not in ordered)]


def _operand(source: Any) -> Operand | None:
    try:
        return parse_operand(source) if isinstance(source, str) else None
    except ValueError:
        return None  # the check of the form says so


def _computed(
    operand: Operand | None, known: Mapping[str, Presence], form: Mapping[str, Any], shown: Presence
) -> Presence:
    """The presence of a computed field, which is shown as `shown` says: it has a value where all is there that it
    reads. Rows may lack what is added up or compared; a number of no rows, and their sum, is 0, but no amount.
    """
    reads = [known.get(name, ABSENT) for name in facts_in(operand)]
    sure = operand is not None and all(part.required and not part.unsure for part in reads)
    if isinstance(operand, OfRows):
        if operand.function == "number" or (operand.function == "sum" and _is_number(_column(operand, form))):
            return Presence(True, shown.shown_when, shown.unsure)
        sure = sure and _is_in_a_row(operand, form)
    conditions = [part.shown_when for part in (shown, *reads) if part.shown_when is not None]
    return Presence(sure, AllOf(tuple(conditions)) if conditions else None, shown.unsure)


def _is_number(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") in ("number", "integer")


def _is_in_a_row(operand: OfRows, form: Mapping[str, Any]) -> bool:
    """Whether a list that is there has a row with the value that is calculated with."""
    least, rows = _list(operand, form).get("minItems"), _items(operand, form)
    is_asked = operand.column is None or operand.column in (rows.get("required") or ())
    is_shown = "show_when" not in _column(operand, form) and not _BRANCHES & rows.keys()
    return isinstance(least, int) and least > 0 and is_asked and is_shown


def _list(operand: OfRows, form: Mapping[str, Any]) -> Mapping[str, Any]:
    return _resolved((form.get("properties") or {}).get(operand.rows), form)


def _items(operand: OfRows, form: Mapping[str, Any]) -> Mapping[str, Any]:
    return _resolved(_list(operand, form).get("items"), form)


def _column(operand: OfRows, form: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = _items(operand, form)
    return rows if operand.column is None else _resolved((rows.get("properties") or {}).get(operand.column), form)


def _resolved(schema: Any, form: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with what it refers to within the form."""
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    target = resolve(form, reference) if isinstance(reference, str) and reference.startswith("#") else None
    return {**target, **schema} if isinstance(target, Mapping) else schema
