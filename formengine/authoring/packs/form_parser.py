"""Parser of `form:`: checks its texts and shorthand, and mistakes that are valid JSON Schema: misspelt keywords, bounds
that exclude every value, required properties that do not exist."""

from __future__ import annotations

from typing import Any, Final

from formengine.authoring.packs.schema_texts import TEXTS
from formengine.authoring.packs.shorthand import KEYS as SHORTHAND
from formengine.authoring.packs.shorthand import choices_of, condition_schema
from formengine.json_schema import (
    IN_PLACE,
    LIST_KEYWORDS,
    MAP_KEYWORDS,
    SINGLE_KEYWORDS,
    every_schema,
    in_place_schemas,
)
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.conditions import parse_condition
from formengine.workflow.parser.hints import explain

LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems", "enum", "examples", "required")
FORMATS: Final = (
    "date", "time", "date-time", "email", "idn-email", "uri", "iri", "uri-reference", "iri-reference", "uuid", "ipv4",
    "ipv6", "hostname", "idn-hostname", "regex", "duration", "color", "file", "data-url", "json-pointer",
    "relative-json-pointer", "uri-template", "password", "textarea",
)  # fmt: skip
KEYWORDS: Final = (
    SINGLE_KEYWORDS | LIST_KEYWORDS | MAP_KEYWORDS | TEXTS | frozenset(SHORTHAND) | frozenset(LISTS)
    | {
        "type", "const", "default", "format", "pattern", "readOnly", "writeOnly", "deprecated", "minLength",
        "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
        "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties", "dependentRequired",
        "contentMediaType", "contentEncoding", "client",
    }
)  # fmt: skip
BOUNDS: Final = (
    ("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"), ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)  # fmt: skip
_OPEN: Final = ("$ref", "$dynamicRef", "additionalProperties", "patternProperties", "unevaluatedProperties")


def read_form(form: YamlCursor, languages: tuple[str, ...]) -> None:
    """Check a form's schema; whether it is valid JSON Schema is found when the form is compiled."""
    if not isinstance(form.value, dict):
        form.error("kind", "form takes a JSON Schema: {type: object, properties: {...}}")
        return
    if form.value.get("type", "object") != "object" or not isinstance(form.value.get("properties"), dict):
        form.error("kind", "a form is a map of fields: {type: object, properties: {...}}")
    read_schema(form, languages)


def read_schema(form: YamlCursor, languages: tuple[str, ...]) -> None:
    """Check a schema that an author wrote, and all its subschemas."""
    for path, schema in every_schema(form.value):
        cursor = form.at(*path)
        _check_shape(cursor, schema)
        for key in TEXTS & schema.keys():
            if isinstance(schema[key], dict):
                cursor.at(key).localized_text(languages)
        _check_shorthand(cursor, schema, path)
        _check_keywords(cursor, schema)
        _check_bounds(cursor, schema)
        _check_default(cursor, schema)
        if not set(path[-2:]) & IN_PLACE:  # a subschema in place is checked with the schema that it belongs to
            _check_required(cursor, schema)


def _check_shape(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    """Keywords whose value has to be a map, a list or a text."""
    for key, value in schema.items():
        if key in MAP_KEYWORDS and not isinstance(value, dict):
            cursor.at(key).error("kind", f"{key} takes a map: a name and its schema on each line")
        elif key in LISTS and not (isinstance(value, list) and (value or key == "required")):
            cursor.at(key).error("kind", f"{key} takes a list: [first, second]")
        elif key == "$ref" and not isinstance(value, str):
            cursor.at(key).error("kind", '$ref takes a text: "formengine:money"')


def _check_shorthand(cursor: YamlCursor, schema: dict[str, Any], path: tuple[str | int, ...]) -> None:
    siblings = schema.get("properties")
    properties = siblings if isinstance(siblings, dict) else {}
    for name, property_ in properties.items():
        for key in SHORTHAND if isinstance(property_, dict) else ():
            if key in property_:
                check_condition(cursor.at("properties", name, key), properties)
    for key in SHORTHAND:
        if key in schema and path[-2:-1] != ("properties",):
            cursor.at(key).error("shorthand", f"{key} goes on a field, under properties", at_key=True)


def check_condition(cursor: YamlCursor, properties: dict[str, Any], *, any_type: bool = False) -> None:
    """A condition on answers; with `any_type` it need not be expressible in JSON Schema (amounts of money)."""
    try:
        parse_condition(cursor.value)
    except ValueError as error:
        cursor.error("condition", explain(cursor.value, error))
        return
    try:
        condition_schema(cursor.value, properties)
    except ValueError as error:
        if not (any_type and str(error).endswith("cannot be used on it")):
            cursor.error("condition", str(error))


def _check_keywords(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    for key in schema:
        if key not in KEYWORDS and not key.startswith(("$", "x-")):
            message = f"{key} means nothing in a form{did_you_mean(key, KEYWORDS) or '; take it out'}"
            cursor.at(key).warn("keyword", message, at_key=True)
    format_ = schema.get("format")
    if isinstance(format_, str) and format_ not in FORMATS:
        cursor.at("format").warn("format", f"nobody checks the format {format_}{did_you_mean(format_, FORMATS)}")


def _check_bounds(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    for low, high in BOUNDS:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            cursor.at(low).error("bounds", f"{low} {least} is above {high} {most}: nothing could be answered")


def _check_default(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    choices = choices_of(schema)
    if choices and "default" in schema and schema["default"] not in choices:
        hint = did_you_mean(str(schema["default"]), map(str, choices))
        cursor.at("default").error("default", f"{schema['default']} is not one of the choices{hint}")


def _check_required(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    """A required name that is no property of a closed object: no answers could ever be valid."""
    parts = list(in_place_schemas(schema))
    if any(key in part for _, part in parts for key in _OPEN):
        return
    maps = [part["properties"] for _, part in parts if isinstance(part.get("properties"), dict)]
    names = {name for properties in maps for name in properties}
    for path, part in parts:
        required = part.get("required")
        for index, name in enumerate(required if isinstance(required, list) else ()):
            if not isinstance(name, str) or name not in names:
                message = f"{name} is required but is not a field here{did_you_mean(str(name), names)}"
                cursor.at(*path, "required", index).error("required", message)
