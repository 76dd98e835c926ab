"""The names of properties that a schema refuses, asks about, requires or declares at its own location."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from formengine.json_schema import DECLARING, in_place_schemas


class ConditionNames(NamedTuple):
    """The properties that an `if` looks at (`asked`), and what its consequences name, by keyword (`then`, `else`): what
    they refuse, what they require in any of their branches, and what they require whatever is answered."""

    asked: set[str]
    refused: dict[str, set[str]]
    required: dict[str, list[str]]
    required_directly: dict[str, set[str]]


def names_of_condition(schema: Mapping[str, Any]) -> ConditionNames:
    """What a schema with `if` names."""
    consequences = {keyword: schema.get(keyword) for keyword in ("then", "else")}
    return ConditionNames(
        questions_in(schema["if"]),
        {keyword: refused_in(consequence) for keyword, consequence in consequences.items()},
        {keyword: required_in(consequence) for keyword, consequence in consequences.items()},
        {keyword: required_directly(consequence) for keyword, consequence in consequences.items()},
    )


def refused_in(schema: Any) -> set[str]:
    """The properties that a schema does not allow (`false`)."""
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return {name for name, subschema in properties.items() if subschema is False}


def questions_in(condition: Any) -> set[str]:
    """The properties that a condition looks at."""
    names: set[str] = set()
    for _, schema in in_place_schemas(condition, keywords=("allOf", "anyOf", "oneOf", "not")):
        names |= {*schema.get("properties", ()), *schema.get("required", ())}
    return names


def required_in(schema: Any) -> list[str]:
    """The properties that a schema requires, in any of its branches and consequences; references are not followed."""
    parts = [part for _, part in in_place_schemas(schema, keywords=DECLARING)]
    names = [name for part in parts for name in part.get("required", ())]
    dependent = [name for part in parts for names in part.get("dependentRequired", {}).values() for name in names]
    return list(dict.fromkeys([*names, *dependent]))


def required_directly(schema: Any) -> set[str]:
    """The properties that a schema requires whatever is answered; references are not followed."""
    parts = [part for _, part in in_place_schemas(schema, keywords=("allOf",))]
    return {name for part in parts for name in part.get("required", ())}


def declared_in(schemas: Iterable[Any], targets: Mapping[str, Any]) -> set[str]:
    """The properties that any of some normalised schemas declares, in any of its branches and consequences; `targets`
    are those of the Normaliser.
    """
    names: set[str] = set()
    waiting, followed = list(schemas), set[str]()
    while waiting:
        for _, part in in_place_schemas(waiting.pop(), keywords=DECLARING):
            names.update(part.get("properties", ()))
            reference = part.get("$ref")
            if reference is not None and reference not in followed:
                followed.add(reference)
                waiting.append(targets[reference])
    return names
