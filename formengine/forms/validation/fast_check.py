"""A fast check with jsonschema-rs, in front of the exact validator (`schema_node`).

The schema is written anew for jsonschema-rs: without references by name, and with functions of our own where the two
would disagree. Its acceptance is final. Where it rejects, it says which keywords of which part of the data it rejects,
and the exact validator decides on those alone.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import jsonschema_rs

from formengine.forms.schema.ecma_regex import (
    MAX_BACKTRACKED,
    boundary_pattern,
    compile_search,
    linear_pattern,
    look_around_pattern,
)
from formengine.forms.schema.formats import CUSTOM_FORMATS, EMAIL_OPTIONS, FORMATS, SYNONYMS
from formengine.forms.validation.own_checks import checks_beside
from formengine.forms.validation.schema_node import SchemaNode
from formengine.json_schema import MAP_KEYWORDS

FAILURES: Final = (ValueError, TypeError, OverflowError, RecursionError)
"""What jsonschema-rs raises for data that it cannot read, such as half of a surrogate pair."""
_EXACT_KEYWORDS: Final = {"type", "const", "enum", "properties", "required", "allOf", "anyOf", "oneOf", "not"}
_ESCAPED: Final = r"\\[d.\\/+*?()\[\]{}|^$]"
_PORTABLE_PATTERN: Final = re.compile(
    rf"(?:[A-Za-z0-9 _@:;,'\"/#=<>!%&-]|{_ESCAPED}|[|^$)]|\((?:\?:)?|(?<!\()[*+?]|\{{\d+(?:,\d*)?\}}"
    rf"|\[\^?(?:[A-Za-z0-9 _.@:;,/#=+*()$]|{_ESCAPED}|(?<![-\[^])-(?!-))+\])*",
    re.ASCII,
)
"""Patterns with one meaning in every regex engine: ASCII, no `.`, no `\\w`, no look-around, no back reference."""
_LEVELS: Final = 30
_MARSHAL_VERSION: Final = 2
"""The version of marshal's format that takes least time: it keeps no record of parts that stand in several places."""
_ASCII: Final = "^[\\x00-\\x7f]*$"


class _Pattern:
    def __init__(self, parent: Any, value: str, path: Any) -> None:
        self._search = compile_search(value)

    def validate(self, instance: Any) -> None:
        if isinstance(instance, str) and not self._search(instance):
            raise ValueError("pattern")


_KEYWORDS: Final = {"x-formengine-pattern": _Pattern}
_FORMATS_AS_PATTERNS: Final = {
    "color": "^#(?:[0-9A-Fa-f]{3}){1,2}$",
    "data-url": "^data:[^,]*,",
}
"""Of our own formats, those that a pattern says."""


class _Unsupported(Exception):
    """A schema that cannot be written for jsonschema-rs with the same meaning."""


_PLAIN_TYPES: Final = {"string": str, "integer": int, "number": int, "boolean": bool, "null": type(None)}
"""Types of JSON by name, each with a Python type all of whose values are of it; a float may be none of JSON."""
Accepts = Callable[[Any], bool]
"""Whether data certainly fit; may raise FAILURES."""


def compile_fast(root: SchemaNode) -> tuple[Any | None, Accepts]:
    """The schema compiled by jsonschema-rs, for its `iter_errors`, which may raise FAILURES, and what accepts fastest.

    None where the schema cannot be written for it: back references, word boundaries or look-around in
    `patternProperties`, and references to metaschemas.
    """
    for translates in (True, False):  # Rust refuses some patterns for the size of their automaton
        try:
            document = _Document(root, translates=translates)
            compiled = _compile(document)
        except _Unsupported:
            break
        except FAILURES:
            continue
        beside = _accepts_beside(root) if document.options and translates else None
        return compiled, beside or compiled.is_valid
    return None, lambda data: False


def _accepts_beside(root: SchemaNode) -> Accepts | None:
    """jsonschema-rs without functions of our own, and these beside it; None where that is not the same."""
    document = _Document(root, translates=True, with_ours=False)
    checks = checks_beside(root, document.ours)
    if checks is None:
        return None
    accepts: Accepts = _compile(document).is_valid
    if len(checks) == 1:
        check = checks[0]
        return lambda data: accepts(data) and bool(check(data))
    return lambda data: accepts(data) and all(check(data) for check in checks)


def _compile(document: _Document) -> Any:
    return jsonschema_rs.Draft202012Validator(
        document.written, validate_formats=True, email_options=EMAIL_OPTIONS, **document.options
    )


def fitting_types(root: SchemaNode) -> frozenset[type]:
    """The Python types of which every value fits a schema that asserts nothing, or nothing but types: looking at the
    type takes a third of what one call of jsonschema-rs does."""
    if root.schema is False or not root.keywords.keys() <= {"type"}:
        return frozenset()
    if not root.keywords:
        return frozenset((*_PLAIN_TYPES.values(), float, list, dict))
    types = root.keywords["type"]
    names = [types] if isinstance(types, str) else types
    return frozenset(_PLAIN_TYPES[name] for name in names if name in _PLAIN_TYPES)


@cache
def _readable() -> Any:
    """A schema of all JSON but members without a name, and numbers and members deep within it: recursion without an
    end would overflow the stack.
    """
    anything = ["null", "boolean", "string", "number", "object", "array"]
    levels = {
        str(level): {
            "type": anything,
            "properties": {"": False},  # three times as fast as `propertyNames`
            "items": {"$ref": f"#/$defs/{level + 1}"},
            "additionalProperties": {"$ref": f"#/$defs/{level + 1}"},
        }
        for level in range(_LEVELS)
    }
    levels[str(_LEVELS)] = {"type": ["null", "boolean", "string"]}
    return jsonschema_rs.Draft202012Validator({"$ref": "#/$defs/0", "$defs": levels})


def is_surely_readable(data: Any) -> bool:
    """Whether data certainly hold neither infinity nor NaN, nor a member whose name is empty, which jsonschema-rs
    leaves out of the paths of its errors; False for what is nested deeply.
    """
    try:
        return bool(_readable().is_valid(data))
    except FAILURES:
        return False


def is_surely_json(data: Any) -> bool:
    """Whether data certainly are JSON, and `is_surely_readable`; three times as fast as a walk over them in Python.

    jsonschema-rs takes a Decimal and a member of an Enum for values of JSON. `marshal` refuses these, as it does all
    subclasses; what it writes beside JSON, such as bytes, sets and names that are numbers, jsonschema-rs refuses. That
    comes first, because it ends at data that are their own member.
    """
    try:
        if not _readable().is_valid(data):
            return False
        marshal.dumps(data, _MARSHAL_VERSION)
    except FAILURES:
        return False
    return True


def is_rejection_exact(node: SchemaNode) -> bool:
    """Whether a schema says nothing of numbers, formats, patterns or references, as most conditions do."""
    if not isinstance(node.schema, dict):
        return True
    keywords = node.keywords
    if not keywords.keys() <= _EXACT_KEYWORDS:
        return False
    constants = [*keywords.get("enum", ()), *([keywords["const"]] if "const" in keywords else ())]
    types = keywords.get("type", ())
    return (
        all(constant is None or isinstance(constant, str | bool) for constant in constants)
        and not {"number", "integer"} & {*([types] if isinstance(types, str) else types)}
        and all(map(is_rejection_exact, node.children.values()))
    )


class _Document:
    """Writes a schema for jsonschema-rs: the keywords that assert something, references as `#/$defs/<number>`.

    `translates`: patterns that engines read differently are translated; else our own function runs them. `with_ours`:
    it has functions of our own; else they are left out.
    """

    def __init__(self, root: SchemaNode, *, translates: bool, with_ours: bool = True) -> None:
        self._root, self._translates, self._with_ours = root, translates, with_ours
        self.ours: dict[int, list[str]] = {}
        """"pattern" and "format" by the identity of the nodes that need a function of ours for them."""
        self._numbers: dict[int, int] = {}
        self._waiting: list[SchemaNode] = []
        self.options: dict[str, Any] = {}
        """The functions of our own that the schema needs: with any at all, jsonschema-rs takes twice as long."""
        self.written: Any = self._write(root)
        definitions: dict[str, Any] = {}
        while self._waiting:
            target = self._waiting.pop()
            definitions[str(self._numbers[id(target)])] = self._write(target)
        if definitions:
            self.written["$defs"] = definitions

    def _write(self, node: SchemaNode) -> Any:
        if not isinstance(node.schema, dict):
            return node.schema
        if "$dynamicRef" in node.keywords:
            raise _Unsupported
        written = dict(node.keywords)
        for keyword in ("then", "else", "minContains", "maxContains"):
            if keyword in node.schema and ("if" if keyword in ("then", "else") else "contains") in written:
                written[keyword] = node.schema[keyword]
        for keyword in written.keys() & MAP_KEYWORDS:
            written[keyword] = dict(written[keyword])
        for path, child in node.children.items():
            self._place(written, path, self._write(child))
        self._rewrite(node, written)
        return written

    def _place(self, written: dict[str, Any], path: Any, child: Any) -> None:
        keyword, *rest = path
        if not rest:
            written[keyword] = child
        elif isinstance(rest[0], int):
            if rest[0] == 0:
                written[keyword] = []
            written[keyword].append(child)
        else:
            written[keyword][rest[0]] = child

    def _rewrite(self, node: SchemaNode, written: dict[str, Any]) -> None:
        if "$ref" in written:
            written["$ref"] = self._reference(node.target)
        if "format" in written:
            self._rewrite_format(node, written, written["format"])
        if "pattern" in written and not _PORTABLE_PATTERN.fullmatch(written["pattern"]):
            self._rewrite_pattern(node, written, written.pop("pattern"))
        if "patternProperties" in written:
            if node.linear_patterns is None:
                raise _Unsupported
            patterns, schemas = node.linear_patterns, written["patternProperties"]
            written["patternProperties"] = {text: schemas[pattern] for text, pattern in patterns.items()}

    def _rewrite_format(self, node: SchemaNode, written: dict[str, Any], name: str) -> None:
        if name not in FORMATS or name in _FORMATS_AS_PATTERNS:
            del written["format"]
        if name in _FORMATS_AS_PATTERNS:
            _add(written, {"allOf": [{"pattern": _FORMATS_AS_PATTERNS[name]}]})
        elif name in CUSTOM_FORMATS and not self._with_ours:
            del written["format"]
            self.ours.setdefault(id(node), []).append("format")
        elif name in CUSTOM_FORMATS:
            self.options.setdefault("formats", {})[name] = CUSTOM_FORMATS[name]
        elif name in SYNONYMS:
            written["format"] = SYNONYMS[name]

    def _rewrite_pattern(self, node: SchemaNode, written: dict[str, Any], pattern: str) -> None:
        translated = self._translates
        if translated and (linear := linear_pattern(pattern)) is not None:
            written["pattern"] = linear
        elif translated and (look_around := look_around_pattern(pattern)) is not None:
            _add(written, {"pattern": look_around, "maxLength": MAX_BACKTRACKED})
        else:
            self._run_by_us(node, written, pattern, boundary_pattern(pattern) if translated else None)

    def _run_by_us(self, node: SchemaNode, written: dict[str, Any], pattern: str, on_ascii: str | None) -> None:
        """`on_ascii`: what is the same on ASCII alone, if anything is."""
        ours = {"x-formengine-pattern": pattern}
        if self._with_ours:
            self.options["keywords"] = _KEYWORDS
        else:
            self.ours.setdefault(id(node), []).append("pattern")
        if on_ascii is not None:
            by_text = {"if": {"pattern": _ASCII}, "then": {"pattern": on_ascii}}
            _add(written, by_text | {"else": ours} if self._with_ours else by_text)
        elif self._with_ours:
            written.update(ours)

    def _reference(self, target: Any) -> str:
        if target is self._root:
            return "#"
        if id(target) not in self._numbers:
            self._numbers[id(target)] = len(self._numbers)
            self._waiting.append(target)
        return f"#/$defs/{self._numbers[id(target)]}"


def _add(written: dict[str, Any], schema: dict[str, Any]) -> None:
    """Add a schema to `allOf`, after those that are there: `rejections` knows it by its position."""
    written["allOf"] = [*written.get("allOf", ()), schema]
