"""A fast pre-check with jsonschema-rs, in front of the exact validator.

Its acceptance is final, of a whole schema and of each subschema, so the exact validator descends only to what is wrong.
Its rejection is final only where a schema says nothing of numbers, formats, patterns or references, as most conditions
do. Schemas with a keyword on which jsonschema-rs departs from the specification and cannot be corrected are left to the
exact validator alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any, Final

import jsonschema_rs

from formengine import json_pointer
from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.schema.formats import CUSTOM_FORMATS
from formengine.forms.validation.keywords import is_multiple
from formengine.json_schema import Path, every_schema, map_subschemas, subschemas

_UNSUPPORTED_KEYWORDS: Final = {
    "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$id", "$anchor", "patternProperties",
    "contentMediaType", "contentEncoding", "dependencies",
}  # fmt: skip
_EXACT_KEYWORDS: Final = {"type", "const", "enum", "properties", "required", "allOf", "anyOf", "oneOf", "not", "title"}
_FAILURES: Final = (ValueError, TypeError, OverflowError, RecursionError)


class _Pattern:
    def __init__(self, parent: Any, value: str, path: Any) -> None:
        self._search = compile_search(value)

    def validate(self, instance: Any) -> None:
        if isinstance(instance, str) and not self._search(instance):
            raise ValueError("pattern")


class _MultipleOf:
    def __init__(self, parent: Any, value: float, path: Any) -> None:
        self._divisor = value

    def validate(self, instance: Any) -> None:
        is_number = isinstance(instance, int | float) and not isinstance(instance, bool)
        if is_number and not is_multiple(instance, self._divisor):
            raise ValueError("multipleOf")


_OPTIONS: Final[dict[str, Any]] = {
    "validate_formats": True,
    "formats": CUSTOM_FORMATS,
    "ignore_unknown_formats": True,
    "keywords": {"x-formengine-pattern": _Pattern, "x-formengine-multiple": _MultipleOf},
}
_METASCHEMAS: Final = {
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
    "draft-7": "http://json-schema.org/draft-07/schema#",
}
_ESCAPED: Final = r"\\[d.\\/+*?()\[\]{}|^$]"
_PORTABLE_PATTERN: Final = re.compile(
    rf"(?:[A-Za-z0-9 _@:;,'\"/#=<>!%&-]|{_ESCAPED}|[|^$)]|\((?:\?:)?|(?<!\()[*+?]|\{{\d+(?:,\d*)?\}}"
    rf"|\[\^?(?:[A-Za-z0-9 _.@:;,/#=+*()$]|{_ESCAPED}|(?<![-\[^])-(?!-))+\])*",
    re.ASCII,
)
"""Patterns with one meaning in every regex engine: ASCII, no `.`, no `\\w`, no look-around, no back reference."""


class FastValidator:
    """A schema compiled by jsonschema-rs, where that is known to accept only what the specification accepts.

    `schema` and the schemas of field kinds in `registry` must stay as they are: subschemas are known by identity.
    """

    def __init__(self, schema: Any, dialect: str, registry: Any) -> None:
        self._schema, self._dialect = schema, dialect
        self._reject_is_final = _reject_is_final(schema)
        self._kinds = _referenced_kinds(schema, registry) if dialect == "2020-12" and isinstance(schema, dict) else {}
        self._is_valid: Callable[[Any], bool] | None = None
        if all(_is_supported(document, self._kinds) for document in (schema, *self._kinds.values())):
            compiler = jsonschema_rs.Draft202012Validator if dialect == "2020-12" else jsonschema_rs.Draft7Validator
            with suppress(*_FAILURES):
                self._is_valid = compiler(_bundle(schema, self._kinds), **_OPTIONS).is_valid

    def verdict(self, data: Any) -> bool | None:
        """Whether data fits the schema; None where the exact validator has to decide."""
        if self._is_valid is None:
            return None
        try:
            if self._is_valid(data):
                return True
        except _FAILURES:
            return None
        return False if self._reject_is_final else None

    def accepts(self, subschema: Any, value: Any) -> bool:
        """Whether a value certainly fits a schema within this one; False where the exact validator has to decide."""
        is_valid = self._subschemas.get(id(subschema))
        try:
            return is_valid is not None and is_valid(value)
        except _FAILURES:
            return False

    @cached_property
    def _subschemas(self) -> dict[int, Callable[[Any], bool]]:
        """The compiled subschemas by the identity of their maps; compiled when data are first rejected."""
        if self._is_valid is None or not isinstance(self._schema, dict):
            return {}
        document = {**_bundle(self._schema, self._kinds), "$schema": _METASCHEMAS[self._dialect]}
        documents: dict[Path, Any] = {(): self._schema}
        documents |= {("$defs", uri): kind for uri, kind in self._kinds.items()}
        try:
            compiled = jsonschema_rs.validator_map_for(document, **_OPTIONS)
        except _FAILURES:
            return {}
        return {
            id(subschema): compiled[pointer].is_valid
            for path, whole in documents.items()
            for inner, subschema in every_schema(whole)
            if (pointer := "#" + json_pointer.join((*path, *inner))) in compiled
        }


def _reject_is_final(schema: Any) -> bool:
    """Whether jsonschema-rs rejects exactly what the specification does: no numbers, formats, patterns, references."""
    if not isinstance(schema, dict) or not schema.keys() <= _EXACT_KEYWORDS:
        return isinstance(schema, bool)
    constants = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    types = schema.get("type", ())
    return (
        all(constant is None or isinstance(constant, str | bool) for constant in constants)
        and not {"number", "integer"} & {*([types] if isinstance(types, str) else types)}
        and all(_reject_is_final(subschema) for _, subschema in subschemas(schema))
    )


def _referenced_kinds(schema: Any, registry: Any) -> dict[str, Any]:
    """The schemas of the field kinds that a schema refers to, directly or through another kind, by URI."""
    kinds: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        schema = waiting.pop()
        ref = schema.get("$ref") if isinstance(schema, dict) else None
        if isinstance(ref, str) and ref.startswith("formengine:") and ref in registry and ref not in kinds:
            kinds[ref] = registry.contents(ref)
            waiting.append(kinds[ref])
        waiting += [subschema for _, subschema in subschemas(schema)]
    return kinds


def _is_supported(schema: Any, kinds: dict[str, Any]) -> bool:
    if not isinstance(schema, dict):
        return True
    if _UNSUPPORTED_KEYWORDS & schema.keys() or (schema.get("$ref", "#")[:1] != "#" and schema["$ref"] not in kinds):
        return False
    return all(_is_supported(subschema, kinds) for _, subschema in subschemas(schema))


def _bundle(schema: Any, kinds: dict[str, Any]) -> Any:
    """The schema with the field kinds under its `$defs`, as one document in the keywords that jsonschema-rs takes."""
    translated = _translate(schema)
    if not kinds:
        return translated
    bundled = {uri: _translate(kind) for uri, kind in kinds.items()}
    return {**translated, "$defs": {**translated.get("$defs", {}), **bundled}}


def _translate(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    copy = map_subschemas(schema, _translate)
    if copy.get("$ref", "#")[:1] != "#":
        copy["$ref"] = "#" + json_pointer.join(("$defs", copy["$ref"]))
    if "pattern" in copy and not _PORTABLE_PATTERN.fullmatch(copy["pattern"]):
        copy["x-formengine-pattern"] = copy.pop("pattern")
    if "multipleOf" in copy:
        divisor = copy.pop("multipleOf")
        either = {"anyOf": [{"multipleOf": divisor}, {"x-formengine-multiple": divisor}]}
        copy["allOf"] = [*copy.get("allOf", ()), either]
    return copy
