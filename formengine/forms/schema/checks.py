"""Checks a schema before it is compiled: is it JSON Schema, and can it be validated and rendered safely."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

import jsonschema_rs
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT7, DRAFT202012

from formengine import json_pointer
from formengine.errors import FormError
from formengine.forms.kinds.builtin import KINDS, kinds_for_display
from formengine.forms.schema.dialect import declared_dialect, dialect_of
from formengine.forms.schema.ecma_regex import PatternError, check_pattern
from formengine.forms.schema.evaluation_count import EvaluationCount
from formengine.forms.schema.formats import matches_format
from formengine.forms.schema.json_values import own_member, require_kind, require_tree
from formengine.forms.schema.metaschema_errors import explain_invalid_schema
from formengine.forms.schema.older_drafts import ConvertedSchema, converted
from formengine.forms.schema.recursion_growth import RecursionGrowth
from formengine.forms.schema.ref_cycles import RefGraph
from formengine.json_schema import Path, subschemas
from formengine.source import did_you_mean

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
MAX_DEPTH: Final = 60
MAX_SCHEMAS: Final = 50_000
MAX_EVALUATIONS: Final = 20_000
"""How many schemas may be evaluated for one answer, those of the groups and lists around it included."""
REFUSED_KEYWORDS: Final = {
    "$dynamicRef": "$dynamicRef is not supported; write $ref",
    "$recursiveRef": "$recursiveRef is of an older draft; write $ref",
    "$vocabulary": "$vocabulary is not supported; take it out",
    "contentSchema": "contentSchema is not supported; describe the value itself with properties or items",
}


def check_schema(schema: Any, dialect: str, registry: Registry[Any]) -> ConvertedSchema:
    """The schema in 2020-12; raises FormError (pointer into the schema as written, sentence) for one that is not JSON
    Schema or is refused.

    `dialect` is the schema's where it does not say; `registry` holds the other documents that it may refer to.
    """
    check_json(schema)
    conversion = converted(schema, dialect_of(schema, dialect))
    try:
        _Checker(registry).check(conversion.schema)
    except FormError as error:
        raise FormError(conversion.written_pointer(error.pointer), error.message) from None
    return conversion


def specification(dialect: str) -> Any:
    """The `referencing` specification of a dialect."""
    return DRAFT7 if dialect == "draft-7" else DRAFT202012


@cache
def _metaschema_validator() -> Any:
    return jsonschema_rs.Draft202012Validator(Draft202012Validator.META_SCHEMA)


def _is_schema(schema: Any) -> bool:
    try:
        return bool(_metaschema_validator().is_valid(schema))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return False


def _is_utf8(text: Any) -> bool:
    """Whether a text can be written in UTF-8, which half a surrogate pair cannot; True for other values."""
    return not isinstance(text, str) or text.isascii() or not _SURROGATE.search(text)


def check_json(schema: Any) -> None:
    """Raise FormError for what is no JSON, or no map (or true, or false), and for too much of it."""
    if not isinstance(schema, (dict, bool)):
        raise FormError("", "a schema is a map (or true, or false); write type: object and properties")
    if (pointer := own_member(schema)) is not None:
        raise FormError(pointer, "a map or list is its own member here; write $ref to it instead")
    count = 0

    def check(value: Any, path: Path, depth: int) -> None:
        nonlocal count
        count += 1
        if depth > MAX_DEPTH * 2 or count > MAX_SCHEMAS * 4:
            raise FormError(json_pointer.join(path[:8]), "the schema is too deep or too large")
        if isinstance(value, dict):
            for key, member in value.items():
                if not isinstance(key, str) or not _is_utf8(key):
                    raise FormError(json_pointer.join(path), f"the name {key!r} must be a text; put it in quotes")
                check(member, (*path, key), depth + 1)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                check(item, (*path, index), depth + 1)
        elif isinstance(value, float) and not math.isfinite(value):
            raise FormError(json_pointer.join(path), "a number must be finite here")
        elif not (
            value is None or isinstance(value, (bool, int, float)) or (isinstance(value, str) and _is_utf8(value))
        ):
            instead = "write a list" if isinstance(value, (tuple, set, frozenset)) else "put it in quotes"
            raise FormError(json_pointer.join(path), f"{value!r:.60} is no JSON value; {instead}")

    check(schema, (), 0)


class _Checker:
    """Checks a schema in 2020-12."""

    def __init__(self, registry: Registry[Any]) -> None:
        self.registry = registry
        self.visited: set[int] = set()
        self.ref_targets: list[tuple[Any, Path, Any]] = []
        self.ref_graph = RefGraph()
        self.targets: dict[int, Any] = {}

    def check(self, schema: Any) -> None:
        self._check_metaschema(schema)
        self._check_id(schema, ())
        registry, base = with_document(self.registry, schema)
        self._walk(schema, (), registry.resolver(base), entered=True)
        self._check_ref_targets()
        self.ref_graph.check()
        self._check_evaluations(schema)

    def _check_evaluations(self, schema: Any) -> None:
        try:
            count = EvaluationCount(self.targets).of(schema)
            doubles = RecursionGrowth(self.targets).doubles(schema)
        except RecursionError:
            raise FormError("", "its references lead from one to the next too often; shorten the chain") from None
        if count > MAX_EVALUATIONS:
            message = (
                f"one answer would be judged by more than {MAX_EVALUATIONS:,} schemas; refer to each definition once"
            )
            raise FormError("", message)
        if doubles:
            message = "a schema leads back to itself in two ways for one answer, so that each level takes twice as long"
            raise FormError("", f"{message}; let one of them be the only one")

    def _check_metaschema(self, schema: Any) -> None:
        if not _is_schema(schema):
            path, why = explain_invalid_schema(schema)
            raise FormError(json_pointer.join(path), why)

    def _check_id(self, schema: Any, path: Path) -> None:
        uri = schema.get("$id") if isinstance(schema, dict) else None
        if isinstance(uri, str) and not matches_format("uri-reference", uri):
            message = f"{uri} is no address; write one such as https://example.com/form"
            raise FormError(json_pointer.join((*path, "$id")), message)

    def _walk(self, schema: Any, path: Path, resolver: Any, *, entered: bool = False) -> None:
        """Check a schema and those within it. `entered`: the resolver has followed the schema's own `$id` already."""
        if not isinstance(schema, dict):
            return
        self.visited.add(id(schema))
        if isinstance(schema.get("$id"), str) and not entered:
            self._check_id(schema, path)
            resolver = resolver.in_subresource(DRAFT202012.create_resource(schema))
        for keyword, why in REFUSED_KEYWORDS.items():
            if keyword in schema:
                raise FormError(json_pointer.join((*path, keyword)), why)
        self._check_patterns(schema, path)
        if isinstance(schema.get("$ref"), str):
            self._check_ref(schema, path, resolver)
        for step, subschema in subschemas(schema):
            self.ref_graph.add_subschema(schema, step[0], subschema)
            self._walk(subschema, (*path, *step), resolver)

    def _check_patterns(self, schema: dict[str, Any], path: Path) -> None:
        patterns: list[tuple[Path, Any]] = [(("pattern",), schema.get("pattern"))]
        patterns += [(("patternProperties", pattern), pattern) for pattern in schema.get("patternProperties", {})]
        for step, pattern in patterns:
            if isinstance(pattern, str):
                try:
                    check_pattern(pattern)
                except PatternError as error:
                    raise FormError(json_pointer.join((*path, *step)), str(error)) from None

    def _check_ref(self, schema: dict[str, Any], path: Path, resolver: Any) -> None:
        ref, ref_path = schema["$ref"], (*path, "$ref")
        try:
            resolved = resolver.lookup(ref)
        except (Unresolvable, ValueError, TypeError, KeyError):
            raise FormError(json_pointer.join(ref_path), self._unresolved(ref)) from None
        if not isinstance(resolved.contents, (dict, bool)):
            raise FormError(json_pointer.join(ref_path), f"$ref {ref} must lead to a schema")
        self.ref_graph.add_ref(schema, path, ref, resolved.contents)
        self.targets[id(schema)] = resolved.contents
        if isinstance(resolved.contents, dict) and ref not in self.registry:
            self.ref_targets.append((resolved.contents, ref_path, resolved.resolver))

    def _check_ref_targets(self) -> None:
        """Check the targets that lie where no schema is expected, such as under a keyword of the author's own."""
        while self.ref_targets:
            schema, ref_path, resolver = self.ref_targets.pop(0)
            if id(schema) in self.visited:
                continue
            if not _is_schema(schema):
                raise FormError(json_pointer.join(ref_path), "$ref leads to something that is no schema")
            self._walk(schema, ref_path, resolver, entered=True)

    def _unresolved(self, ref: str) -> str:
        if ref.startswith("#"):
            return f"$ref {ref} leads nowhere in this schema"
        if ref.startswith("formengine:"):
            hint = did_you_mean(ref, [uri for uri in self.registry if uri.startswith("formengine:")])
            name = ref.removeprefix("formengine:list/")
            if name != ref and "formengine:list/" not in hint:
                hint = f"; write the list in config/lists/{name}.yaml"
            return f"there is no field kind {ref}{hint}"
        name = ref.partition("#")[0]
        how = f'put that schema under $defs, or, in Python, give it by name: kinds={{**KINDS, "{name}": ...}}'
        return f"$ref {ref} points outside this schema, and nothing is ever fetched; {how}"


def with_document(registry: Registry[Any], schema: Any, dialect: str = "2020-12") -> tuple[Registry[Any], str]:
    """The registry with a schema added, and the schema's URI in it: its `$id`, else the empty one."""
    base = schema.get("$id", "") if isinstance(schema, dict) else ""
    return registry.with_resource(base, specification(dialect).create_resource(schema)), base


def registry_of(kinds: Mapping[str, Any]) -> Registry[Any]:
    """A registry of the metaschemas and the field kinds (schemas by URI), in 2020-12; it never fetches anything. Raises
    TypeError for kinds that are no map.
    """
    require_kind("kinds", kinds, Mapping, 'a map of URIs to schemas, such as {**KINDS, "acme:site": {...}}')
    for uri in kinds:
        require_kind("the URI of a kind", uri, str, 'a text, such as "acme:site"')
    changed = _not_builtin(kinds)
    for uri, kind in (kinds if changed is None else changed).items():
        require_kind(f"the kind {uri}", kind, dict | bool, 'a schema, such as {"type": "string"}')
        require_tree(f"the kind {uri}", kind)
    return _with_kinds(_metaschemas(), kinds) if changed is None else _with_kinds(_builtin_registry(), changed)


def display_registry_of(kinds: Mapping[str, Any], locale: str) -> Registry[Any]:
    """A registry of the metaschemas and of the field kinds as a form shows them in a language."""
    changed = _not_builtin(kinds)
    if changed is None:
        return _with_kinds(_metaschemas(), kinds_for_display(dict(kinds), locale))
    try:
        text = json.dumps(changed)  # in its own order, which is that of the fields of a kind
    except (TypeError, ValueError):  # no JSON, which `check_schema` refuses where a form leads to it
        return _with_kinds(_builtin_display_registry(locale), kinds_for_display(changed, locale))
    return _display_registry(text, locale)


@lru_cache(maxsize=32)
def _display_registry(changed: str, locale: str) -> Registry[Any]:
    """With the kinds that are not built in, as JSON: the forms of a site share most of them, and its list of countries
    alone has 250 schemas.
    """
    return _with_kinds(_builtin_display_registry(locale), kinds_for_display(json.loads(changed), locale))


def _not_builtin(kinds: Mapping[str, Any]) -> dict[str, Any] | None:
    """The kinds that are no built-in ones, and those that take the place of one, such as the currency of a portal; None
    where a built-in one is missing.
    """
    if KINDS.keys() - kinds.keys():
        return None
    return {uri: kind for uri, kind in kinds.items() if kind is not KINDS.get(uri)}


def _with_kinds(registry: Registry[Any], kinds: Mapping[str, Any]) -> Registry[Any]:
    resources = [
        (uri, DRAFT202012.create_resource(converted(kind, dialect_of(kind, "2020-12")).schema))
        for uri, kind in kinds.items()
    ]
    return registry.with_resources(resources).crawl() if resources else registry


@cache
def _builtin_registry() -> Registry[Any]:
    return _with_kinds(_metaschemas(), KINDS)


@cache
def _builtin_display_registry(locale: str) -> Registry[Any]:
    return _with_kinds(_metaschemas(), kinds_for_display(KINDS, locale))


@cache
def _metaschemas() -> Registry[Any]:
    """The metaschemas of each dialect but 2019-09, whose `$recursiveRef` goes from one file to the other."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    metaschemas: Registry[Any] = Registry()
    for uri in REGISTRY:
        schema = REGISTRY.contents(uri)
        if "2019-09" not in uri and "draft-03" not in uri:
            metaschema = converted(schema, declared_dialect(schema) or "2020-12").schema
            metaschemas = metaschemas.with_resource(uri, DRAFT202012.create_resource(metaschema))
    return metaschemas.crawl()
