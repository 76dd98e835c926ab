"""Converts schemas of older drafts of JSON Schema to 2020-12, by the migration notes of the specification.

Sources: the release notes of draft 6, draft 7, 2019-09 and 2020-12 (json-schema.org/draft/*/release-notes), and for
`$ref`, which hides its neighbours up to draft 7, Core 8.3 of draft 7. A keyword that its draft does not know is left
out, as that draft reads it, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, unquote, urldefrag, urljoin

from formengine import json_pointer
from formengine.errors import FormError
from formengine.forms.schema.dialect import DRAFT_URI, FIRST_DRAFT_WITH, declared_dialect, number_of, shown_sign, uri_of
from formengine.forms.schema.form_finding import FormFinding
from formengine.json_schema import KEYWORDS, LIST_KEYWORDS, MAP_KEYWORDS, SINGLE_KEYWORDS, Path, every_schema

_ANCHOR: Final = re.compile(r"[A-Za-z_][-A-Za-z0-9._]*")
_IN_FRAGMENT: Final = "/~!$&'()*+,;=:@?"
_SHOWN_BESIDE_REF: Final = frozenset(("title", "description", "$comment"))
"""What is kept beside a `$ref` that hides its neighbours: texts for readers, which change no verdict."""
_STAY_BESIDE_REF: Final = frozenset(("$schema", "id", "$id", "$defs", "definitions", "$ref"))
_KEYWORDS: Final = (KEYWORDS | {"$anchor"}) - _SHOWN_BESIDE_REF - {"deprecated", "discriminator"}
OF_DRAFT_3: Final = {
    "divisibleBy": "multipleOf", "disallow": "not", "extends": "allOf",
}  # fmt: skip
"""Keywords of draft 3, which no later draft knows, with what took their place."""
OF_DRAFT_4: Final = frozenset(("id", *OF_DRAFT_3))
"""Keywords of draft 4 alone, and those of draft 3 beside it, of which the conversion tells."""
_EXCLUSIVE: Final = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_RECURSIVE: Final = ("$recursiveRef", "$recursiveAnchor")
_NAMES: Final = {6: "draft-06", 7: "draft-07", 2019: "2019-09", 2020: "2020-12"}


@dataclass(frozen=True)
class Note:
    """What an author should know of a conversion: the path in the schema as written, and a sentence."""

    path: Path
    message: str


@dataclass(frozen=True)
class ConvertedSchema:
    """A schema in 2020-12, what its author should know, and where its parts stand in the schema as written."""

    schema: Any
    notes: tuple[Note, ...] = ()
    written: Mapping[Path, Path] = field(default_factory=dict)
    """The paths of schemas that moved: from where they are now to where they were."""

    def written_pointer(self, pointer: str) -> str:
        """A JSON Pointer into the converted schema as one into the schema as written."""
        return json_pointer.join(_moved(tuple(json_pointer.split(pointer)), self.written))


def converted(schema: Any, dialect: str) -> ConvertedSchema:
    """A schema of a dialect (`DIALECTS`) in 2020-12; the schema itself where there is nothing to convert.

    Malformed parts are left as they are, for the check against the metaschema.
    """
    if not isinstance(schema, dict) or (dialect == "2020-12" and not _has_old_spellings(schema)):
        return ConvertedSchema(schema)
    conversion = _Conversion(schema)
    copy = conversion.run(schema, dialect)
    sign = shown_sign(schema) if "$schema" not in schema else None
    if sign is not None and sign[0] == dialect:
        message = f"this is read as {dialect}, as only older drafts have it; say so with $schema: {uri_of(dialect)}"
        conversion.notes.append(Note(sign[1], message))
    return ConvertedSchema(copy, tuple(conversion.notes), conversion.written)


def draft_findings(conversion: ConvertedSchema) -> list[FormFinding]:
    """The notes of a conversion as findings about a form's schema."""
    notes = conversion.notes
    return [FormFinding("schema", json_pointer.join(note.path), "warning", "draft", note.message) for note in notes]


def _has_old_spellings(schema: Any) -> bool:
    """Whether a 2020-12 schema uses `dependencies`, a `$id` with an empty fragment, or embeds an older draft."""
    return any(
        "dependencies" in inner
        or (isinstance(inner.get("$id"), str) and inner["$id"].endswith("#"))
        or (path and declared_dialect(inner) not in (None, "2020-12"))
        for path, inner in every_schema(schema)
    )


def _moved(path: Path, moves: Mapping[Path, Path]) -> Path:
    """A path with its longest beginning that moved replaced; steps are compared as texts."""
    for length in range(len(path), 0, -1):
        target = moves.get(tuple(map(str, path[:length])))
        if target is not None:
            return (*target, *path[length:])
    return path


@dataclass(frozen=True)
class _Scope:
    """Where a schema stands: its draft, the base URI for references, and the paths of its resource, old and new."""

    draft: int
    base: str
    root: Path
    new_root: Path


class _Conversion:
    """One pass over a document. Paths are those in the schema as written (`old`) and in the copy (`new`)."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.notes: list[Note] = []
        self.written: dict[Path, Path] = {}
        self._moves: dict[Path, Path] = {}
        self._resources: dict[str, tuple[Path, Path]] = {}
        self._refs: list[tuple[dict[str, Any], _Scope]] = []
        self._seen: set[Path] = set()
        every = [inner for _, inner in every_schema(document)]
        self._wraps_contains = any("unevaluatedItems" in inner for inner in every)
        self._recursive_anchors = any(inner.get("$recursiveAnchor") is True for inner in every)
        self._many_resources = sum(isinstance(inner.get("$id"), str) for inner in every[1:]) > 0

    def run(self, schema: dict[str, Any], dialect: str) -> Any:
        """The converted document."""
        self._resources[""] = ((), ())
        copy = self._schema(deepcopy(schema), (), (), _Scope(number_of(dialect), "", (), ()))
        copy["$schema"] = DRAFT_URI
        for holder, scope in self._refs:  # which grows: a target outside the schemas may hold references
            self._follow(copy, holder, scope)
        return copy

    def _schema(self, schema: Any, old: Path, new: Path, scope: _Scope) -> Any:
        if not isinstance(schema, dict):
            self._place(old, new)
            return schema
        self._place(old, new)
        declared = declared_dialect(schema) if old else None
        if declared is not None:
            scope = _Scope(number_of(declared), scope.base, scope.root, scope.new_root)
        hides = scope.draft <= 7 and isinstance(schema.get("$ref"), str)
        copy = self._only_ref(schema, old) if hides else self._known(schema, old, scope)
        copy, scope = self._identified(copy, old, new, scope)
        copy.pop("$schema", None)
        result = self._subschemas(copy, old, new, scope)
        if isinstance(result.get("$ref"), str):
            self._refs.append((result, scope))
        return result

    def _place(self, old: Path, new: Path) -> None:
        key = tuple(map(str, old))
        self._seen.add(key)
        if old != new:
            self._moves[key] = new
            self.written[tuple(map(str, new))] = old

    def _identified(self, schema: dict[str, Any], old: Path, new: Path, scope: _Scope) -> tuple[dict[str, Any], _Scope]:
        """A copy of a schema whose `id` or `$id` is written as `$id` and `$anchor`, and the scope within it."""
        copy, word = dict(schema), "id" if scope.draft == 4 else "$id"
        if scope.draft == 4:
            copy.pop("$id", None)
        uri = copy.get(word)
        if not isinstance(uri, str):
            return copy, scope
        del copy[word]
        if scope.draft <= 7 and "$ref" in schema:
            return copy, scope
        address, fragment = _parts(uri)
        if fragment and scope.draft <= 7 and _ANCHOR.fullmatch(fragment):
            copy["$anchor"] = fragment
        elif fragment and scope.draft > 7:
            copy[word] = uri  # the metaschema refuses it
            return copy, scope
        if not address:
            return copy, scope
        copy["$id"] = address
        if word == "id":
            self.written[tuple(map(str, (*new, "$id")))] = (*old, "id")
        base = _joined(scope.base, address)
        self._resources[base] = (old, new)
        return copy, _Scope(scope.draft, base, old, new)

    def _only_ref(self, schema: dict[str, Any], old: Path) -> dict[str, Any]:
        """What counts of a schema whose `$ref` hides its neighbours."""
        kept = _STAY_BESIDE_REF | _SHOWN_BESIDE_REF
        hidden = [key for key in schema if key in _KEYWORDS and key not in kept]
        if hidden:
            words = ", ".join(hidden)
            message = f"beside a $ref this draft of JSON Schema reads nothing else, so not {words}; put both into allOf"
            self.notes.append(Note((*old, "$ref"), message))
        return {key: value for key, value in schema.items() if key in kept or key not in _KEYWORDS}

    def _known(self, schema: dict[str, Any], old: Path, scope: _Scope) -> dict[str, Any]:
        """A schema without the keywords that its draft does not know."""
        copy = {}
        for key, value in schema.items():
            first = FIRST_DRAFT_WITH.get(key, 0)
            if scope.draft < first:
                message = f"{key} is not read: this draft does not know it; name {_NAMES[first]} in $schema, which does"
                self.notes.append(Note((*old, key), message))
                continue
            if scope.draft == 4 and key in OF_DRAFT_3:
                message = f"{key} is of draft 3 and is not read; write {OF_DRAFT_3[key]}"
                self.notes.append(Note((*old, key), message))
                continue
            copy[key] = value
        if scope.draft == 2019:
            self._plain_recursion(copy, old)
        if scope.draft == 4:
            self._lone_bounds(copy, old)
            _bounds(copy)
        return copy

    def _lone_bounds(self, schema: Mapping[str, Any], old: Path) -> None:
        """Notes that `exclusiveMinimum: true` is not read where there is no `minimum`, and the like for the maximum."""
        for bound, exclusive in _EXCLUSIVE:
            if schema.get(exclusive) is True and bound not in schema:
                message = (
                    f"{exclusive}: true says nothing without {bound}; write {bound}: 0 beside it, or whatever it is"
                )
                self.notes.append(Note((*old, exclusive), message))

    def _plain_recursion(self, schema: dict[str, Any], old: Path) -> None:
        """`$recursiveRef` as `$ref`: both lead to the same schema where there is one resource, or no anchor.

        Raises FormError for one whose target depends on the way that led to it.
        """
        word = next((word for word in _RECURSIVE if word in schema), None)
        if word is None:
            return
        if self._recursive_anchors and self._many_resources:
            message = f"{word} is not supported where schemas have a $id of their own; write $ref"
            raise FormError(json_pointer.join((*old, word)), message)
        schema.pop("$recursiveAnchor", None)
        ref = schema.pop("$recursiveRef", None)
        if ref is not None and "$ref" in schema:
            schema["allOf"] = [*_list(schema.get("allOf")), {"$ref": ref}]
        elif ref is not None:
            schema["$ref"] = ref

    def _subschemas(self, schema: dict[str, Any], old: Path, new: Path, scope: _Scope) -> dict[str, Any]:
        """The schema with those within it converted, each under the keyword that 2020-12 has for it."""
        copy: dict[str, Any] = {}
        is_tuple = scope.draft < 2020 and isinstance(schema.get("items"), list)
        for key, value in schema.items():
            if key == "items" and is_tuple:
                copy["prefixItems"] = self._list(value, (*old, key), (*new, "prefixItems"), scope)
            elif key == "additionalItems" and scope.draft < 2020:
                if is_tuple:
                    copy["items"] = self._schema(value, (*old, key), (*new, "items"), scope)
            elif key == "dependencies" and isinstance(value, dict):
                self._dependencies(copy, value, old, new, scope)
            elif key == "contains" and scope.draft == 2019 and self._wraps_contains:
                continue
            elif isinstance(value, dict | bool) and key in SINGLE_KEYWORDS:
                copy[key] = self._schema(value, (*old, key), (*new, key), scope)
            elif isinstance(value, list) and key in LIST_KEYWORDS:
                copy[key] = self._list(value, (*old, key), (*new, key), scope)
            elif isinstance(value, dict) and key in MAP_KEYWORDS:
                copy[key] = self._map(copy.get(key), value, (*old, key), (*new, key), scope)
            else:
                copy[key] = value
        if is_tuple and scope.draft <= 7:
            copy.setdefault("items", True)
        if "contains" in schema and "contains" not in copy:
            self._contains(copy, schema, old, new, scope)
        return copy

    def _list(self, schemas: list[Any], old: Path, new: Path, scope: _Scope) -> list[Any]:
        return [self._schema(inner, (*old, index), (*new, index), scope) for index, inner in enumerate(schemas)]

    def _map(self, present: Any, schemas: dict[str, Any], old: Path, new: Path, scope: _Scope) -> dict[str, Any]:
        copied = {
            name: self._schema(inner, (*old, name), (*new, name), scope) if isinstance(inner, dict | bool) else inner
            for name, inner in schemas.items()
        }
        return {**present, **copied} if isinstance(present, dict) else copied

    def _dependencies(
        self, copy: dict[str, Any], dependencies: dict[str, Any], old: Path, new: Path, scope: _Scope
    ) -> None:
        """`dependencies` as `dependentRequired` and `dependentSchemas` (2019-09)."""
        for name, value in dependencies.items():
            word = "dependentRequired" if isinstance(value, list) else "dependentSchemas"
            place = (*old, "dependencies", name), (*new, word, name)
            inner = self._schema(value, *place, scope) if isinstance(value, dict | bool) else value
            self._place(*place)
            others = copy.get(word)
            copy[word] = {**(others if isinstance(others, dict) else {}), name: inner}

    def _contains(self, copy: dict[str, Any], schema: dict[str, Any], old: Path, new: Path, scope: _Scope) -> None:
        """`contains` twice negated: in 2019-09 it does not make an item an evaluated one."""
        rules = copy["allOf"] = _list(copy.get("allOf"))
        place = (*new, "allOf", len(rules), "not", "not", "contains")
        rule = {"contains": self._schema(schema["contains"], (*old, "contains"), place, scope)}
        rule |= {key: copy.pop(key) for key in ("minContains", "maxContains") if key in copy}
        rules.append({"not": {"not": rule}})

    def _follow(self, copy: dict[str, Any], holder: dict[str, Any], scope: _Scope) -> None:
        """Write the reference of a schema so that it leads to where its target is now; convert that where need be."""
        address, fragment = _parts(holder["$ref"])
        resource = self._resources.get(_joined(scope.base, address) if address else scope.base)
        if resource is None or not fragment.startswith("/"):
            return
        old_root, new_root = resource
        old: Path = (*old_root, *json_pointer.split(unquote(fragment)))
        new = _moved(old, self._moves)
        if tuple(map(str, old)) not in self._seen:
            target = json_pointer.resolve(self._document, json_pointer.join(old))
            if isinstance(target, dict):
                _put(copy, new, self._schema(deepcopy(target), old, new, scope))
        if tuple(map(str, new)) != tuple(map(str, old)):
            holder["$ref"] = f"{address}#{quote(json_pointer.join(new[len(new_root) :]), safe=_IN_FRAGMENT)}"


def _bounds(schema: dict[str, Any]) -> None:
    """`exclusiveMinimum: true` beside `minimum` as one number (draft 6), and the like for the maximum."""
    for bound, exclusive in _EXCLUSIVE:
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _parts(uri: str) -> tuple[str, str]:
    """A reference without its fragment, and the fragment."""
    try:
        address, fragment = urldefrag(uri)
    except ValueError:  # no address at all: the check says so
        return uri, ""
    return address, fragment


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # no address at all: the check says so
        return address


def _put(document: Any, path: Path, value: Any) -> None:
    """Replace the value at a path of a document, where that leads somewhere."""
    holder = json_pointer.resolve(document, json_pointer.join(path[:-1]))
    if isinstance(holder, dict):
        holder[str(path[-1])] = value
    elif isinstance(holder, list) and (index := json_pointer.list_index(str(path[-1]), len(holder))) is not None:
        holder[index] = value
