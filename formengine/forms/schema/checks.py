"""Which schemas are refused, and where: what the metaschema forbids, and what cannot be judged or drawn safely."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any, Final

import jsonschema_rs
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT7, DRAFT202012

from formengine.errors import FormError
from formengine.forms.schema.dialect import pointer, subschemas
from formengine.forms.schema.ecma_regex import PatternError, check_pattern
from formengine.forms.schema.formats import fits
from formengine.forms.schema.metaschema_errors import misspelt
from formengine.forms.schema.ref_cycles import Loops
from formengine.source import did_you_mean

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
MAX_DEPTH: Final = 60
MAX_SCHEMAS: Final = 50_000
REFUSED: Final = {
    "$dynamicRef": "$dynamicRef is not supported; write $ref",
    "$recursiveRef": "$recursiveRef is of an older draft; write $ref",
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


def _is_text(text: Any) -> bool:
    """Whether a text can be written in UTF-8: half a surrogate pair cannot. What is no text can."""
    return not isinstance(text, str) or text.isascii() or not _SURROGATE.search(text)


class _Checker:
    def __init__(self, dialect: str, registry: Registry[Any]) -> None:
        self.dialect, self.registry, self.count = dialect, registry, 0
        self.walked: set[int] = set()
        self.targets: list[tuple[Any, tuple[str, ...], Any]] = []
        self.loops = Loops()

    def check(self, schema: Any, base: str) -> None:
        if not isinstance(schema, (dict, bool)):
            raise FormError("", "a schema is a map (or true, or false); write type: object and properties")
        self._measure(schema, (), 0)
        self._meta(schema, ())
        self._identifier(schema, ())
        resource = specification(self.dialect).create_resource(schema)
        resolver = self.registry.with_resource(base, resource).resolver(base)
        self._walk(schema, (), resolver, entered=True)
        self._elsewhere()
        self.loops.check()

    def _measure(self, value: Any, path: tuple[Any, ...], depth: int) -> None:
        """Only JSON, and not too much of it."""
        self.count += 1
        if depth > MAX_DEPTH * 2 or self.count > MAX_SCHEMAS * 4:
            raise FormError(pointer(path[:8]), "the schema is too deep or too large")
        if isinstance(value, dict):
            for key, one in value.items():
                if not isinstance(key, str) or not _is_text(key):
                    raise FormError(pointer(path), f"the name {key!r} must be a text; put it in quotes")
                self._measure(one, (*path, key), depth + 1)
        elif isinstance(value, list):
            for number, one in enumerate(value):
                self._measure(one, (*path, number), depth + 1)
        elif isinstance(value, float) and not math.isfinite(value):
            raise FormError(pointer(path), "a number must be finite here")
        elif not (
            value is None or isinstance(value, (bool, int, float)) or (isinstance(value, str) and _is_text(value))
        ):
            raise FormError(pointer(path), f"{value!r:.60} is no JSON value; put it in quotes")

    def _meta(self, schema: Any, path: tuple[str, ...]) -> None:
        if not _is_schema(schema, self.dialect):
            where, why = misspelt(schema, self.dialect)
            raise FormError(pointer((*path, *where)), why)

    def _identifier(self, schema: Any, path: tuple[str, ...]) -> None:
        said = schema.get("$id") if isinstance(schema, dict) else None
        if isinstance(said, str) and not fits("uri-reference", said):
            raise FormError(
                pointer((*path, "$id")), f"{said} is no address; write one such as https://example.com/form"
            )

    def _walk(self, schema: Any, path: tuple[str, ...], resolver: Any, *, entered: bool = False) -> None:
        if not isinstance(schema, dict):
            return
        self.walked.add(id(schema))
        if isinstance(schema.get("$id"), str) and not entered:
            self._identifier(schema, path)
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
            self.loops.inside(schema, path, steps, one)
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
        ref, where = schema["$ref"], (*path, "$ref")
        try:
            found = resolver.lookup(ref)
        except (Unresolvable, ValueError, TypeError, KeyError):
            raise FormError(pointer(where), self._unresolved(ref)) from None
        if not isinstance(found.contents, (dict, bool)):
            raise FormError(pointer(where), f"$ref {ref} must lead to a schema")
        self.loops.leads(schema, path, ref, found.contents)
        if isinstance(found.contents, dict) and ref not in self.registry:
            self.targets.append((found.contents, where, found.resolver))

    def _elsewhere(self) -> None:
        """Targets that lie where no schema is looked for, such as under a keyword of the author's own."""
        while self.targets:
            schema, where, resolver = self.targets.pop(0)
            if id(schema) in self.walked:
                continue
            if not _is_schema(schema, self.dialect):
                raise FormError(pointer(where), "$ref leads to something that is no schema")
            self._walk(schema, where, resolver, entered=True)

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
