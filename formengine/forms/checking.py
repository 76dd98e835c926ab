"""Which schemas are refused, and where: what the metaschema forbids, and what cannot be judged or drawn safely."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import jsonschema_rs
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT7, DRAFT202012

from formengine.errors import FormError
from formengine.forms.dialects import pointer, subschemas
from formengine.forms.patterns import PatternError, check_pattern
from formengine.source import did_you_mean

MAX_DEPTH: Final = 60
MAX_SCHEMAS: Final = 50_000
REFUSED: Final = {
    "$dynamicRef": "$dynamicRef is not supported; write $ref",
    "$vocabulary": "$vocabulary is not supported; take it out",
    "contentSchema": "contentSchema is not supported; describe the value itself with properties or items",
}


def check_schema(schema: Any, dialect: str, registry: Registry[Any], base: str = "") -> None:
    """Raise FormError (pointer into the schema, sentence) for a schema that is not JSON Schema or is refused."""
    _Checker(dialect, registry).check(schema, base)


def specification(dialect: str) -> Any:
    """The `referencing` specification of a dialect."""
    return DRAFT7 if dialect == "draft-7" else DRAFT202012


@cache
def _quick_meta(dialect: str) -> Any:
    if dialect == "draft-7":
        return jsonschema_rs.Draft7Validator(Draft7Validator.META_SCHEMA)
    return jsonschema_rs.Draft202012Validator(Draft202012Validator.META_SCHEMA)


def _is_schema(schema: Any, dialect: str) -> bool:
    """The quick yes to a schema; a no is asked again, for where and why."""
    try:
        return bool(_quick_meta(dialect).is_valid(schema))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False


class _Checker:
    def __init__(self, dialect: str, registry: Registry[Any]) -> None:
        self.dialect, self.registry, self.count = dialect, registry, 0

    def check(self, schema: Any, base: str) -> None:
        if not isinstance(schema, (dict, bool)):
            raise FormError("", "a schema is a map (or true, or false); write type: object and properties")
        self._measure(schema, (), 0)
        self._meta(schema)
        resource = specification(self.dialect).create_resource(schema)
        resolver = self.registry.with_resource(base, resource).resolver(base)
        self._walk(schema, (), resolver)

    def _measure(self, value: Any, path: tuple[Any, ...], depth: int) -> None:
        self.count += 1
        if depth > MAX_DEPTH * 2 or self.count > MAX_SCHEMAS * 4:
            raise FormError(pointer(path[:8]), "the schema is too deep or too large")
        inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, one in inside:
            self._measure(one, (*path, key), depth + 1)

    def _meta(self, schema: Any) -> None:
        meta = Draft7Validator if self.dialect == "draft-7" else Draft202012Validator
        if _is_schema(schema, self.dialect):
            return
        for error in meta(meta.META_SCHEMA).iter_errors(schema):
            found = error
            while found.context:
                found = max(found.context, key=lambda one: len(one.absolute_path))
            where = list(found.absolute_path)
            raise FormError(pointer(where), f"{where[-1] if where else 'the schema'}: {found.message}"[:300])

    def _walk(self, schema: Any, path: tuple[str, ...], resolver: Any) -> None:
        if not isinstance(schema, dict):
            return
        if path and isinstance(schema.get("$id"), str):
            resolver = resolver.in_subresource(specification(self.dialect).create_resource(schema))
        for keyword, why in REFUSED.items():
            if keyword in schema and not (self.dialect == "draft-7" and keyword != "contentSchema"):
                raise FormError(pointer((*path, keyword)), why)
        self._patterns(schema, path)
        if isinstance(schema.get("$ref"), str):
            self._ref(schema, path, resolver)
            if self.dialect == "draft-7":
                schema = {key: value for key, value in schema.items() if key in ("$ref", "definitions")}
        for steps, one in subschemas(schema):
            self._walk(one, (*path, *steps), resolver)

    def _patterns(self, schema: dict[str, Any], path: tuple[str, ...]) -> None:
        if self.dialect == "draft-7" and "$ref" in schema:
            return
        named = [(("patternProperties", one), one) for one in schema.get("patternProperties", {})]
        for steps, pattern in [(("pattern",), schema.get("pattern")), *named]:
            if isinstance(pattern, str):
                try:
                    check_pattern(pattern)
                except PatternError as error:
                    raise FormError(pointer((*path, *steps)), str(error)) from None

    def _ref(self, schema: dict[str, Any], path: tuple[str, ...], resolver: Any) -> None:
        where = pointer((*path, "$ref"))
        seen: set[int] = set()
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            if id(schema) in seen:
                raise FormError(where, f"$ref {schema['$ref']} leads back to itself without end")
            seen.add(id(schema))
            try:
                found = resolver.lookup(schema["$ref"])
            except (Unresolvable, ValueError, TypeError, KeyError):
                raise FormError(where, self._unresolved(schema["$ref"])) from None
            schema, resolver = found.contents, found.resolver
        if not isinstance(schema, (dict, bool)):
            raise FormError(where, "$ref must lead to a schema")

    def _unresolved(self, ref: str) -> str:
        if ref.startswith("#"):
            return f"$ref {ref} leads nowhere in this schema"
        if ref.startswith("formengine:"):
            hint = did_you_mean(ref, [uri for uri in self.registry if uri.startswith("formengine:")])
            return f"there is no field kind {ref}{hint}"
        return f"$ref {ref} points outside this schema, and nothing is ever fetched; put that schema under $defs"


def registry_of(kinds: dict[str, Any]) -> Registry[Any]:
    """The specifications' own metaschemas and the field kinds, and nothing that would be fetched."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    known: Registry[Any] = REGISTRY
    resources = [(uri, Resource.from_contents(one, default_specification=DRAFT202012)) for uri, one in kinds.items()]
    return known.with_resources(resources).crawl()
