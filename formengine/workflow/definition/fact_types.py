"""Types of facts (kind, title, options), read from the JSON Schemas of the forms and of a workflow's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from formengine import json_pointer
from formengine.json_schema import IN_PLACE, in_place_schemas
from formengine.workflow.definition.model import ChildKind, FactType, Schema

_KINDS: Final = {
    "money": "money",
    "person": "person",
    "people": "people",
    "contact": "contact",
    "party": "party",
    "file": "file",
    "files": "files",
    "country": "text",
    "text": "text",
    "markdown": "text",
    "dossier": "text",
    "iban": "text",
    "phone": "text",
    "address": "object",
}
_TYPES: Final = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "object",
}
JSON_TYPE_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("text", "date", "date-time", "person"),
    "integer": ("number",),
    "number": ("number",),
    "boolean": ("boolean",),
    "array": ("list", "people", "files"),
    "object": ("object", "money", "contact", "party", "file"),
}
"""The kinds of facts by the JSON type of their values, for the `types` of a plugin's condition words."""


def fact_types(fields: Mapping[str, Schema], forms: Mapping[str, Schema]) -> dict[str, FactType]:
    """Every fact that a workflow may name: its own `fields`, and the top-level properties of the pack's forms.

    `forms` are JSON Schemas by request type.
    """
    by_form = {
        request_type: {name: describe(name, schema, form) for name, schema in properties(form).items()}
        for request_type, form in forms.items()
    }
    merged: dict[str, FactType] = {}
    for types in by_form.values():
        for name, fact in types.items():
            missing_in = tuple(request_type for request_type, declared in by_form.items() if name not in declared)
            merged[name] = _merged(merged[name], fact) if name in merged else replace(fact, missing_in=missing_in)
    return {**merged, **{name: describe(name, schema, {}) for name, schema in fields.items()}}


def child_fact_types(kind: ChildKind) -> dict[str, FactType]:
    """The types of a child's own fields."""
    return {name: describe(name, schema, {}) for name, schema in kind.fields.items()}


def count_types(children: Mapping[str, ChildKind]) -> dict[str, FactType]:
    """The types of `open_KIND` and `all_KIND`, which count the children of a kind."""
    return {
        f"{word}_{kind}": FactType(f"{word}_{kind}", children[kind].title, "number")
        for kind in children
        for word in ("open", "all")
    }


def properties(form: Schema) -> dict[str, Any]:
    """The schemas of a form's top-level properties, those of its branches included; the most detailed of each.

    Those that are `false` (hidden) are left out.
    """
    schemas: dict[str, Any] = {}
    for _, part in in_place_schemas(form, keywords=IN_PLACE - {"not", "dependencies"}):
        declared = part.get("properties")
        for name, schema in declared.items() if isinstance(declared, Mapping) else ():
            if isinstance(schema, Mapping) and (name not in schemas or len(schema) > len(schemas[name])):
                schemas[name] = schema
    return schemas


def describe(name: str, schema: Any, root: Schema) -> FactType:
    """The type of a fact, from the schema of its property; `root` resolves a local `$ref`."""
    title = schema.get("title") or name.replace("_", " ").capitalize()
    reference, values = str(schema.get("$ref", "")), _values(schema)
    if reference.startswith("#/") and "formengine:" not in reference:
        target = json_pointer.resolve(root, reference)
        described = describe(name, target if isinstance(target, Mapping) else {}, root)
        return replace(described, title=title, schema=schema)
    return FactType(name, title, _kind(schema, reference, values), values, schema)


def _kind(schema: Mapping[str, Any], reference: str, values: Mapping[Any, Any]) -> str:
    if reference:
        kind = reference.rpartition("formengine:")[2] if "formengine:" in reference else ""
        return "text" if kind.startswith("list/") else _KINDS.get(kind, "unknown")
    if schema.get("format") in ("date", "date-time"):
        return str(schema["format"])
    declared = schema.get("type")
    if isinstance(declared, list):
        declared = next((name for name in declared if name != "null"), None)
    if values and declared in (None, "string"):
        kinds = {_kind_of_option(option) for option in values}
        return kinds.pop() if len(kinds) == 1 else "unknown"
    if declared == "array" and "people" in str(schema.get("items") or {}):
        return "people"
    return _TYPES.get(str(declared), "unknown")


def _kind_of_option(option: object) -> str:
    if isinstance(option, bool):
        return "boolean"
    return "number" if isinstance(option, int | float) else "text"


def _values(schema: Mapping[str, Any]) -> dict[Any, Any]:
    """The options of a choice with their titles; of a list, those of its entries; {} when it is no choice."""
    if isinstance(schema.get("items"), Mapping):
        return _values(schema["items"])
    if "const" not in schema and isinstance(schema.get("enum"), list):
        return {option: str(option) for option in schema["enum"] if _is_scalar(option)}
    for options in ([schema] if "const" in schema else schema.get("oneOf"), schema.get("anyOf")):
        if isinstance(options, list) and options and all(_is_option(option) for option in options):
            return {option["const"]: option.get("title") or str(option["const"]) for option in options}
    return {}


def _is_option(schema: object) -> bool:
    return isinstance(schema, Mapping) and _is_scalar(schema.get("const"))


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _merged(first: FactType, second: FactType) -> FactType:
    """The type of a fact that two forms declare; `unknown` when they differ in kind."""
    kind = first.kind if first.kind == second.kind else "unknown"
    values = {**first.values, **second.values} if first.values and second.values else {}
    return replace(first, kind=kind, values=values)
