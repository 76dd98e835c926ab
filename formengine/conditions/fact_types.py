"""Types of facts (kind, title, options), read from JSON Schemas: of a form, or of a workflow's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from formengine import json_pointer
from formengine.conditions.operands import Clock, FactValue, OfRows, SeatCount, Shifted, parse_operand
from formengine.i18n import Text
from formengine.json_schema import DECLARING, in_place_schemas, named_options
from formengine.value_format import title_of_id

Schema = Mapping[str, Any]
Kinds = Mapping[str, Schema]
"""Schemas of the field kinds that plugins add, by URI (`acme:rate`)."""
NO_KINDS: Final[Kinds] = {}
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
    "percentage": "number",
    "currency": "text",
    "party-name": "text",
    "id": "text",
    "lines": "list",
    "amount": "unknown",  # decimal text: neither a "text", which no number is compared with, nor a JSON number
}
_LINE: Final = {"type": "string"}
"""What each entry of `lines` is."""
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


@dataclass(frozen=True)
class FactType:
    """The type of a fact.

    `kind` is text, number, boolean, date, date-time, money, person, people, contact, party, file, files, list, object
    or unknown. Values of the last are not checked: a decimal text (the field kind `amount`), which conditions compare
    as a number, a number that may be null, or what a plugin adds. `values` are the options of a choice with their
    titles; `schema` is the JSON Schema of its input;
    `missing_in` names the request types of the pack whose form lacks it; `definitions` are the `$defs` (or
    `definitions`) of the form to which its schema refers. `columns` are the types of the values in each
    row of a list; where its entries are no rows, that of an entry, under "". `kept` facts are the engine's own: no step
    asks for them. `of_plugin`: the kind of its field is a plugin's, which the conditions of a form (`show_when`) do
    not know.
    """

    name: str
    title: Text
    kind: str = "unknown"
    values: Mapping[Any, Text] = field(default_factory=dict)
    schema: Schema = field(default_factory=dict)
    missing_in: tuple[str, ...] = ()
    definitions: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, FactType] = field(default_factory=dict)
    kept: bool = False
    of_plugin: bool = False


def properties(form: Schema) -> dict[str, Any]:
    """The schemas of a form's top-level properties, those of its branches included; the most detailed of each.

    One that refers to a kind (`$ref`) is more detailed than any bound of the same property. Those that are `false`
    (hidden) are left out, and so are those of conditions (`if`), which compare a field and do not declare it.
    """
    schemas: dict[str, Any] = {}
    for _, part in in_place_schemas(form, keywords=DECLARING - {"dependencies"}):
        declared = part.get("properties")
        for name, schema in declared.items() if isinstance(declared, Mapping) else ():
            if isinstance(schema, Mapping) and (name not in schemas or _detail(schema) > _detail(schemas[name])):
                schemas[name] = schema
    return schemas


def _detail(schema: Schema) -> tuple[bool, int]:
    return "$ref" in schema, len(schema)


def describe(name: str, schema: Any, root: Schema, kinds: Kinds = NO_KINDS, *, with_columns: bool = True) -> FactType:
    """The type of a fact, from the schema of its property; `root` resolves a local `$ref`, `kinds` one of a plugin."""
    title = schema.get("title") or title_of_id(name)
    reference, values = str(schema.get("$ref", "")), _values(schema)
    if _is_local(reference):
        described = describe(name, _end_of_references(reference, root), root, kinds, with_columns=with_columns)
        return replace(described, title=title, schema=schema)
    if reference in kinds and not _is_builtin(reference):
        others = {uri: inner for uri, inner in kinds.items() if uri != reference}
        described = describe(name, kinds[reference], kinds[reference], others, with_columns=with_columns)
        # an object is left unchecked: it may be compared as money or as a party
        kind = "unknown" if described.kind == "object" else described.kind
        return replace(described, title=title, kind=kind, schema=schema, of_plugin=True)
    or_null = schema_beside_null(schema)
    if or_null is not None:
        described = describe(name, or_null, root, kinds, with_columns=with_columns)
        return replace(described, title=title, schema=schema)
    kind = _kind(schema, reference, values)
    items = _LINE if reference.endswith("formengine:lines") else schema.get("items")
    columns = _columns(items, root, kinds) if with_columns and kind in ("list", "people", "files") else {}
    return FactType(name, title, kind, values, schema, columns=columns)


def schema_beside_null(schema: Schema) -> Schema | None:
    """The schema of a value that may be null as well: `anyOf` (or `oneOf`) of it and of `type: null`; else None."""
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and len(branches) == 2:
            others = [branch for branch in branches if isinstance(branch, Mapping) and branch.get("type") != "null"]
            return others[0] if len(others) == 1 else None
    return None


def _is_local(reference: str) -> bool:
    return reference.startswith("#/") and "formengine:" not in reference


def _end_of_references(reference: str, root: Schema) -> Mapping[str, Any]:
    """The schema in which a chain of local references ends; {} for one that leads nowhere, or back to itself."""
    schema: Any = {}
    followed = set[str]()
    while _is_local(reference):
        if reference in followed:
            return {}
        followed.add(reference)
        schema = json_pointer.resolve(root, reference)
        reference = str(schema.get("$ref", "")) if isinstance(schema, Mapping) else ""
    return schema if isinstance(schema, Mapping) else {}


def _columns(items: Any, root: Schema, kinds: Kinds) -> dict[str, FactType]:
    """The types of the values in each row of a list, or of its entries under ""; their own lists have no columns."""
    reference = str(items.get("$ref", "")) if isinstance(items, Mapping) else ""
    if reference.startswith("#/"):
        items = json_pointer.resolve(root, reference)
    if not isinstance(items, Mapping):
        return {}
    declared = properties(items)
    if declared:
        return {name: describe(name, schema, root, kinds, with_columns=False) for name, schema in declared.items()}
    return {"": describe("", items, root, kinds, with_columns=False)}


def _is_builtin(reference: str) -> bool:
    kind = reference.rpartition("formengine:")[2]
    return "formengine:" in reference and (kind in _KINDS or kind.startswith("list/"))


def _kind(schema: Mapping[str, Any], reference: str, values: Mapping[Any, Any]) -> str:
    if reference:
        kind = reference.rpartition("formengine:")[2] if "formengine:" in reference else ""
        return "text" if kind.startswith("list/") else _KINDS.get(kind, "unknown")
    if schema.get("format") in ("date", "date-time"):
        return str(schema["format"])
    declared = schema.get("type")
    if isinstance(declared, list):
        types = [name for name in declared if name != "null"]
        declared = types[0] if len(types) == 1 else None  # several types: what it is depends on the answer
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
        titled = zip(schema["enum"], named_options(schema), strict=True)
        return {option: title or str(option) for option, title in titled if _is_scalar(option)}
    for options in ([schema] if "const" in schema else schema.get("oneOf"), schema.get("anyOf")):
        if isinstance(options, list) and options and all(_is_option(option) for option in options):
            return {option["const"]: option.get("title") or str(option["const"]) for option in options}
    return {}


def option_titled(values: Mapping[Any, Text], title: str) -> Any:
    """The option whose title, in any language, somebody wrote in place of its value; None where there is none.

    >>> option_titled({"uk": {"en": "English law", "fr": "Droit anglais"}}, "english law")
    'uk'
    """
    for option, text in values.items():
        titles = text.values() if isinstance(text, Mapping) else (text,)
        if title.casefold() in (str(written).casefold() for written in titles):
            return option
    return None


def _is_option(schema: object) -> bool:
    return isinstance(schema, Mapping) and _is_scalar(schema.get("const"))


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


_COMPARED: Final = ("date", "date-time", "number", "money", "boolean")
"""Kinds of facts that no bare word is a value of."""


def type_of(operand: object, types: Mapping[str, FactType]) -> FactType | None:
    """The type of an operand's value; None where it reads a fact, or a column, that is unknown."""
    text = str(operand)
    match operand:
        case FactValue(name):
            return types.get(name)
        case Clock(word):
            return FactType(text, text, "date" if word == "today" else "date-time")
        case Shifted(base):
            type_ = type_of(base, types)
            return None if type_ is None else replace(type_, name=text, values={}, missing_in=())
        case SeatCount() | OfRows("number"):
            return FactType(text, text, "number")
        case OfRows(_, rows, column):
            fact = types.get(rows)
            type_ = fact.columns.get(column or "") if fact is not None else None
            return None if type_ is None else replace(type_, name=text)
    return None


def names_fact(types: Mapping[str, FactType], left: object, right: object) -> bool:
    """Whether the right side of `LEFT is RIGHT` is calculated, rather than a word that the left side may have as value.

    It is for a date, a number, money, or true or false, of which a bare word is no value; for people, and for a choice
    that lacks the word, where it names a fact of the same kind. A text is compared with the word itself.
    """
    fact, other = type_of(left, types), type_of(right, types)
    if fact is None or other is None or right in fact.values or str(right) in map(str, fact.values):
        return False
    if fact.kind in _COMPARED:
        return True
    if fact.kind in ("person", "people"):
        return other.kind in ("person", "people")
    is_choice = bool(fact.values) or _is_country(fact)
    return is_choice and other.kind == fact.kind and (bool(other.values) or _is_country(other))


def holds_text(types: Mapping[str, FactType], left: object, op: str) -> bool:
    """Whether an operator compares a fact, or the entries of a list, as text: `1.10` is not `1.1` there then."""
    fact = type_of(left, types)
    if fact is not None and fact.kind == "list" and op == "contains":
        fact = fact.columns.get("")
    return fact is not None and fact.kind == "text" and not fact.of_plugin


CALCULATED: Final = ("date", "date-time", "number", "money")
"""Kinds of fields to which a step can give a calculated value."""


def is_calculated(field: FactType, value: str) -> bool:
    """Whether a text that a step gives to a field is calculated; raises ValueError as `parse_operand`."""
    return field.kind in CALCULATED and not field.values and parse_operand(value) is not None


def _is_country(fact: FactType) -> bool:
    return str(fact.schema.get("$ref", "")).endswith("formengine:country")
