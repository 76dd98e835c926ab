"""What is known about facts before they have values: their kind, their words, their titles, read from JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping
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


def fact_types(fields: Mapping[str, Schema], forms: Mapping[str, Schema]) -> dict[str, FactType]:
    """Every fact that a workflow may name: its own `fields`, and the top-level properties of the pack's forms."""
    own = {name: describe(name, schema, {}) for name, schema in fields.items()}
    found: dict[str, FactType] = {}
    for form in forms.values():
        for name, schema in properties(form).items():
            described = describe(name, schema, form)
            found[name] = _merged(found[name], described) if name in found else described
    for name, described in found.items():
        missing = tuple(kind for kind, form in forms.items() if name not in properties(form))
        found[name] = _replace(described, missing_in=missing)
    return {**found, **own}


def child_fact_types(kind: ChildKind) -> dict[str, FactType]:
    """The fields of a child."""
    return {name: describe(name, schema, {}) for name, schema in kind.fields.items()}


def count_types(children: Mapping[str, ChildKind]) -> dict[str, FactType]:
    """`open_<child>` and `all_<child>`."""
    return {
        f"{word}_{kind}": FactType(f"{word}_{kind}", children[kind].title, "number")
        for kind in children
        for word in ("open", "all")
    }


def properties(form: Schema) -> dict[str, Any]:
    """The top-level properties of a form, those of its branches included; `false` (hidden) ones only name."""
    found: dict[str, Any] = {}
    for _, part in in_place_schemas(form, keywords=IN_PLACE - {"not", "dependencies"}):
        for name, schema in _map(part.get("properties")).items():
            if isinstance(schema, Mapping) and (name not in found or len(schema) > len(found[name])):
                found[name] = schema
    return found


def describe(name: str, schema: Any, root: Schema) -> FactType:
    """What one property's schema says of its fact."""
    title = schema.get("title") or name.replace("_", " ").capitalize()
    reference, values = str(schema.get("$ref", "")), _values(schema)
    if reference.startswith("#/") and "formengine:" not in reference:
        return _replace(describe(name, _resolve(reference, root), root), title=title, schema=schema)
    return FactType(name, title, _kind(schema, reference, values), values, schema)


def _kind(schema: Mapping[str, Any], reference: str, values: Mapping[Any, Any]) -> str:
    if reference:
        kind = reference.rpartition("formengine:")[2] if "formengine:" in reference else ""
        return "text" if kind.startswith("list/") else _KINDS.get(kind, "unknown")
    if schema.get("format") in ("date", "date-time"):
        return str(schema["format"])
    declared = schema.get("type")
    if isinstance(declared, list):
        declared = next((one for one in declared if one != "null"), None)
    if values and declared in (None, "string"):
        kinds = {
            "boolean" if isinstance(v, bool) else "number" if isinstance(v, int | float) else "text" for v in values
        }
        return kinds.pop() if len(kinds) == 1 else "unknown"
    if declared == "array" and "people" in str(schema.get("items") or {}):
        return "people"
    return _TYPES.get(str(declared), "unknown")


def _values(schema: Mapping[str, Any]) -> dict[Any, Any]:
    """The words of a choice with their titles; of a list of choices, those of its entries; {} when anything goes."""
    if isinstance(schema.get("items"), Mapping):
        return _values(schema["items"])
    if "const" in schema:
        return {schema["const"]: schema.get("title") or str(schema["const"])} if _plain(schema["const"]) else {}
    if isinstance(schema.get("enum"), list):
        return {one: str(one) for one in schema["enum"] if _plain(one)}
    for key in ("oneOf", "anyOf"):
        options = schema.get(key)
        if (
            isinstance(options, list)
            and options
            and all(isinstance(o, Mapping) and _plain(o.get("const")) for o in options)
        ):
            return {o["const"]: o.get("title") or str(o["const"]) for o in options}
    return {}


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _resolve(reference: str, root: Schema) -> Mapping[str, Any]:
    target = json_pointer.resolve(root, reference)
    return target if isinstance(target, Mapping) else {}


def _merged(one: FactType, other: FactType) -> FactType:
    kind = one.kind if one.kind == other.kind else "unknown"
    both = one.values and other.values
    return FactType(one.name, one.title, kind, {**one.values, **other.values} if both else {}, one.schema)


def _replace(described: FactType, **changes: Any) -> FactType:
    return FactType(**{**vars(described), **changes})
