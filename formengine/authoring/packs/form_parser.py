"""Reading `form:`: texts, shorthand, and what JSON Schema allows but nobody means: typing errors, bounds that cross."""

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
    """Findings for a form's schema; whether it is JSON Schema is for the forms engine to judge."""
    if not isinstance(form.value, dict):
        form.error("kind", "form takes a JSON Schema: {type: object, properties: {...}}")
        return
    if form.value.get("type", "object") != "object" or not isinstance(form.value.get("properties"), dict):
        form.error("kind", "a form is a map of fields: {type: object, properties: {...}}")
    read_schema(form, languages)


def read_schema(form: YamlCursor, languages: tuple[str, ...]) -> None:
    """Findings for any schema that an author wrote, and for all schemas within it."""
    for path, schema in every_schema(form.value):
        here = form.at(*path)
        _shape(here, schema)
        for key in TEXTS & schema.keys():
            if isinstance(schema[key], dict):
                here.at(key).text(languages)
        _shorthand(here, schema, path)
        _words(here, schema)
        _bounds(here, schema)
        _default(here, schema)
        if not set(path[-2:]) & IN_PLACE:  # else the object it speaks of is looked at as a whole
            _required(here, schema)


def _shape(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    """What everybody who reads a schema relies on."""
    for key, value in schema.items():
        if key in MAP_KEYWORDS and not isinstance(value, dict):
            cursor.at(key).error("kind", f"{key} takes a map: a name and its schema on each line")
        elif key in LISTS and not (isinstance(value, list) and (value or key == "required")):
            cursor.at(key).error("kind", f"{key} takes a list: [first, second]")
        elif key == "$ref" and not isinstance(value, str):
            cursor.at(key).error("kind", '$ref takes a text: "formengine:money"')


def _shorthand(cursor: YamlCursor, schema: dict[str, Any], path: tuple[str | int, ...]) -> None:
    siblings = schema.get("properties")
    beside = siblings if isinstance(siblings, dict) else {}
    for name, one in beside.items():
        for key in SHORTHAND if isinstance(one, dict) else ():
            if key in one:
                _sentence(cursor.at("properties", name, key), beside)
    for key in SHORTHAND:
        if key in schema and path[-2:-1] != ("properties",):
            cursor.at(key).error("shorthand", f"{key} goes on a field, under properties", at_key=True)


def _sentence(cursor: YamlCursor, siblings: dict[str, Any]) -> None:
    try:
        condition_schema(cursor.value, siblings)
    except ValueError as error:
        cursor.error("condition", str(error))


def _words(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    for key in schema:
        if key not in KEYWORDS and not key.startswith(("$", "x-")):
            message = f"{key} means nothing in a form{did_you_mean(key, KEYWORDS) or '; take it out'}"
            cursor.at(key).warn("keyword", message, at_key=True)
    given = schema.get("format")
    if isinstance(given, str) and given not in FORMATS:
        cursor.at("format").warn("format", f"nobody checks the format {given}{did_you_mean(given, FORMATS)}")


def _bounds(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    for low, high in BOUNDS:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            cursor.at(low).error("bounds", f"{low} {least} is above {high} {most}: nothing could be answered")


def _default(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    choices = choices_of(schema)
    if choices and "default" in schema and schema["default"] not in choices:
        known = did_you_mean(str(schema["default"]), map(str, choices))
        cursor.at("default").error("default", f"{schema['default']} is not one of the choices{known}")


def _required(cursor: YamlCursor, schema: dict[str, Any]) -> None:
    """A name that is required of an object whose fields have no such name could never be answered."""
    parts = list(in_place_schemas(schema))
    if any(key in part for _, part in parts for key in _OPEN):
        return
    maps = [part["properties"] for _, part in parts if isinstance(part.get("properties"), dict)]
    names = {name for one in maps for name in one}
    for path, part in parts:
        wanted = part.get("required")
        for number, name in enumerate(wanted if isinstance(wanted, list) else ()):
            if not isinstance(name, str) or name not in names:
                message = f"{name} is required but is not a field here{did_you_mean(str(name), names)}"
                cursor.at(*path, "required", number).error("required", message)
