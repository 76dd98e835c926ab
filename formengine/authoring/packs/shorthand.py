"""Shorthand: `show_when:` and `required_when:` of a field, expanded into JSON Schema's if / then / else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from formengine.authoring.packs.amount_bounds import amount_schema, decimal_schema
from formengine.authoring.packs.date_bounds import DATE_BOUNDS, date_schema
from formengine.authoring.packs.value_schemas import contains_schema, equal_schema
from formengine.conditions.fact_types import describe, holds_text, schema_beside_null
from formengine.conditions.parser import AllOf, AnyOf, Comparison, Condition, Money, is_operand, parse_condition
from formengine.forms.schema.branches import reference_chain
from formengine.json_schema import map_subschemas
from formengine.source import did_you_mean

KEYS: Final = ("show_when", "required_when")
_EMPTY: Final[dict[str, Any]] = {"enum": ["", None, [], {}]}
_AMOUNT: Final = "formengine:amount"
_CALCULATED: Final = (
    "whether a question is asked depends on single answers, such as {name} is VALUE; what compares two answers, or one "
    "with today, goes among checks: {{when: {name} {op} ..., says: ...}}"
)
_EQUAL: Final = ("is", "is not", "is one of")
_BOUNDS: Final = {"over": "exclusiveMinimum", "under": "exclusiveMaximum", "at least": "minimum", "at most": "maximum"}


def expanded(schema: Any, form: Any = None) -> Any:
    """A copy of a schema without shorthand: each becomes an if / then / else at the end of its object's allOf.

    `form` is the form that a schema is part of, into which its references lead (None: it is the form itself). Raises
    ValueError, saying what to write, for a sentence that cannot be read (`condition_schema` names which).
    """
    if not isinstance(schema, dict):
        return schema
    whole = schema if form is None else form
    copy = map_subschemas(schema, lambda subschema: expanded(subschema, whole))
    properties = copy.get("properties")
    if isinstance(properties, dict) and any(has_shorthand(property_) for property_ in properties.values()):
        return _with_conditions(copy, properties, whole)
    return copy


def has_shorthand(schema: Any) -> bool:
    """Whether a field's schema has a key of the shorthand."""
    return isinstance(schema, dict) and any(key in schema for key in KEYS)


def _with_conditions(schema: dict[str, Any], properties: dict[str, Any], form: Any) -> dict[str, Any]:
    required = schema.get("required")
    always_required = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    rules: list[dict[str, Any]] = []
    plain: dict[str, Any] = {}
    for name, field in properties.items():
        plain[name] = {k: v for k, v in field.items() if k not in KEYS} if isinstance(field, dict) else field
        if not has_shorthand(field):
            continue
        others = {other: part for other, part in properties.items() if other != name}
        shown_when = condition_schema(field["show_when"], others, form) if "show_when" in field else None
        needed_when = condition_schema(field["required_when"], properties, form) if "required_when" in field else None
        rules += _rules(name, shown_when, needed_when, always=name in always_required)
        if shown_when is not None and name in always_required:  # required whenever it is shown
            always_required.remove(name)
    schema = {**schema, "properties": plain, "allOf": [*_list(schema.get("allOf")), *rules]}
    if isinstance(required, list):
        schema["required"] = always_required
    return schema


def _rules(name: str, shown_when: Any, needed_when: Any, *, always: bool) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    if shown_when is not None:
        rule: dict[str, Any] = {"if": shown_when, "else": {"properties": {name: False}}}
        if always:
            rule["then"] = {"required": [name]}
        rules.append(rule)
    if needed_when is not None and not always:
        both = needed_when if shown_when is None else {"allOf": [shown_when, needed_when]}
        rules.append({"if": both, "then": {"required": [name]}})
    return rules


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def condition_schema(source: Any, siblings: Mapping[str, Any], form: Any = None) -> dict[str, Any]:
    """A schema that accepts the objects for which a condition holds; `siblings` are their properties, whose references
    lead into `form`. Raises ValueError with what to write.
    """
    fields = {name: _with_items(field, form) for name, field in siblings.items()}
    types = {name: describe(name, field, {}) for name, field in fields.items() if isinstance(field, dict)}
    return _schema_of(parse_condition(source, holds_text=partial(holds_text, types)), fields)


def _with_items(field: Any, form: Any) -> Any:
    """The schema of a field, and of its entries, with what they refer to; of one that may be null, without the null."""
    schema = referred(field, form)
    if isinstance(schema, dict):
        schema = referred(schema_beside_null(schema) or schema, form)
    has_items = isinstance(schema, dict) and isinstance(schema.get("items"), dict)
    return {**schema, "items": referred(schema["items"], form)} if has_items else schema


def referred(field: Any, form: Any) -> Any:
    """The schema of a field with what it refers to within its form: `$ref: "#/$defs/fee"` for an amount of money."""
    _, *targets = reference_chain(field, form)
    for target in targets:
        if isinstance(target, dict):
            field = {**target, **{key: value for key, value in field.items() if key != "$ref"}}
    return field


def _schema_of(condition: Condition, siblings: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(condition, AllOf):
        return {"allOf": [_schema_of(part, siblings) for part in condition.parts]}
    if isinstance(condition, AnyOf):
        return {"anyOf": [_schema_of(part, siblings) for part in condition.parts]}
    if isinstance(condition, Comparison):
        return _comparison(condition, siblings)
    raise ValueError("a plugin's guard cannot decide what a form shows; write a comparison such as: paper is theirs")


def _comparison(leaf: Comparison, siblings: Mapping[str, Any]) -> dict[str, Any]:
    name, op = leaf.fact, leaf.op
    if leaf.left is not None or any(is_operand(value) for value in leaf.values):
        raise ValueError(_CALCULATED.format(name=name, op=op))
    if name not in siblings:
        raise ValueError(f"{name} is not a field beside this one{did_you_mean(name, siblings)}")
    sibling = siblings[name] if isinstance(siblings[name], dict) else {}
    if op == "is empty":
        return {"properties": {name: _EMPTY}}
    if op == "is not empty":
        return _required_member(name, {"not": _EMPTY})
    if _is_money(leaf, sibling) and (op in _BOUNDS or op in _EQUAL):
        same = _required_member(name, {"anyOf": [_amount(leaf, value) for value in leaf.values]})
        return {"not": same} if op == "is not" else same
    if sibling.get("$ref") == _AMOUNT and (op in _BOUNDS or op in _EQUAL):
        same = _required_member(name, {"anyOf": [_decimal_text(leaf, value) for value in leaf.values]})
        return {"not": same} if op == "is not" else same
    if op in DATE_BOUNDS and sibling.get("format") == "date":
        return _required_member(name, date_schema(op, _day(leaf)))
    if op in _BOUNDS:
        return _required_member(name, _number_bound(leaf, sibling))
    if op == "contains":
        return _required_member(name, contains_schema(leaf.values[0], sibling, name))
    if op in _EQUAL:
        same = _required_member(name, _any_of([equal_schema(value, sibling, name) for value in leaf.values]))
        return {"not": same} if op == "is not" else same
    if op in (*DATE_BOUNDS, "has passed", "has not passed", "within"):
        raise ValueError(_CALCULATED.format(name=name, op=op))
    raise ValueError(f"{op!r} is not for forms; write is, is not, is one of, contains, is empty, or compare a number")


def _required_member(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {name: schema}, "required": [name]}


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """One schema for several values, as short as can be: `{enum: [1, 2]}`."""
    if len(schemas) == 1:
        return schemas[0]
    if all(schema.keys() == {"const"} for schema in schemas):
        return {"enum": [schema["const"] for schema in schemas]}
    return {"anyOf": schemas}


def _is_money(leaf: Comparison, sibling: Mapping[str, Any]) -> bool:
    """Whether a field is money, or may be and is compared with an amount."""
    kind = describe(leaf.fact, sibling, {}).kind
    return kind == "money" or (kind == "unknown" and all(isinstance(value, Money) for value in leaf.values))


def _amount(leaf: Comparison, value: Any) -> dict[str, Any]:
    if not isinstance(value, Money):
        raise ValueError(f"{leaf.fact} is money; write an amount with its currency: {leaf.fact} {leaf.op} 5000 EUR")
    return amount_schema(leaf.op if leaf.op in _BOUNDS else "is", value)


def _decimal_text(leaf: Comparison, value: Any) -> dict[str, Any]:
    if not isinstance(value, Decimal):
        raise ValueError(f"{leaf.fact} is an amount; write a number: {leaf.fact} {leaf.op} 5000")
    return decimal_schema(leaf.op if leaf.op in _BOUNDS else "is", value)


def _day(leaf: Comparison) -> date:
    value = leaf.values[0]
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{leaf.fact} is a date; write {leaf.fact} {leaf.op} 2026-01-31")
    return value


def _number_bound(leaf: Comparison, sibling: Mapping[str, Any]) -> dict[str, Any]:
    value = leaf.values[0]
    if not isinstance(value, Decimal):
        raise ValueError(f"{leaf.op!r} compares numbers in a form; write for example {leaf.fact} {leaf.op} 3")
    kind = describe(leaf.fact, sibling, {}).kind
    if kind not in ("number", "unknown"):
        raise ValueError(f"{leaf.fact} is not a number, so {leaf.op!r} cannot be used on it")
    number = {"type": "number", _BOUNDS[leaf.op]: int(value) if value == value.to_integral_value() else float(value)}
    return number if kind == "number" else {"anyOf": [number, decimal_schema(leaf.op, value)]}
