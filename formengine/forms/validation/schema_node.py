"""A schema compiled to functions, with its references resolved: finds every violation, keyword by keyword.

This is the exact validator. It is slower than jsonschema-rs (see `fast_check`), which goes before it and leaves it
only what is wrong.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from referencing import Registry

from formengine.forms.schema.checks import specification, with_document
from formengine.forms.schema.ecma_regex import linear_pattern
from formengine.forms.validation.in_place_keywords import IN_PLACE_KEYWORDS
from formengine.forms.validation.keywords import KEYWORDS, Check, Compile
from formengine.forms.validation.violation import Path, Violation
from formengine.json_schema import subschemas

_ALL: Final[dict[str, Compile]] = KEYWORDS | IN_PLACE_KEYWORDS
_APPLIED: Final = {"then", "else"}
Nodes = dict[int, "SchemaNode"]


def compile_schema(schema: Any, registry: Registry[Any]) -> SchemaNode:
    """The node of a schema of 2020-12, as `check_schema` converts it; `registry` holds what its references lead to."""
    documents, base = with_document(registry, schema)
    return _node(schema, documents.resolver(base), {}, entered=True)


def _node(schema: Any, resolver: Any, nodes: Nodes, *, entered: bool = False) -> SchemaNode:
    """The node of a schema. `entered`: the resolver has followed the schema's own `$id` already."""
    if not isinstance(schema, dict):
        return SchemaNode(schema, resolver, nodes)
    node = nodes.get(id(schema))
    if node is None:
        if isinstance(schema.get("$id"), str) and not entered:
            resolver = resolver.in_subresource(specification("2020-12").create_resource(schema))
        node = nodes[id(schema)] = SchemaNode(schema, resolver, nodes)
    return node


class SchemaNode:
    """One schema: `children` are the schemas directly within it by their path, `target` is where its `$ref` leads.

    `nodes` are all nodes of the document by the identity of their schemas, which the nodes keep alive.
    """

    def __init__(self, schema: Any, resolver: Any, nodes: Nodes) -> None:
        self.schema, self._resolver, self._nodes = schema, resolver, nodes
        keywords = schema if isinstance(schema, dict) else {}
        self.keywords: dict[str, Any] = {keyword: value for keyword, value in keywords.items() if keyword in _ALL}
        """The keywords that assert something, in the order of the schema, with their values."""
        self.memo: Any = None
        """What is known of values while data are judged (`evaluation_memo`), for a node that others lead back to."""
        self.places: dict[tuple[Any, ...], Any] = {}
        """What `rejections` knows of paths of keywords from here."""

    @cached_property
    def children(self) -> dict[Path, SchemaNode]:
        """The nodes of the schemas within this one by keyword and name or number, without definitions."""
        return {
            path: _node(schema, self._resolver, self._nodes)
            for path, schema in subschemas(self.schema)
            if path[0] in self.keywords or (path[0] in _APPLIED and "if" in self.keywords)
        }

    @cached_property
    def target(self) -> SchemaNode | None:
        """The node that `$ref` (in a metaschema, `$dynamicRef`) leads to."""
        ref = self.keywords.get("$ref", self.keywords.get("$dynamicRef"))
        if ref is None:
            return None
        resolved = self._resolver.lookup(ref)
        return _node(resolved.contents, resolved.resolver, self._nodes, entered=True)

    @cached_property
    def checks(self) -> dict[str, Check]:
        """The function of each keyword, in the order of the schema."""
        compiled = {keyword: _ALL[keyword](self, value) for keyword, value in self.keywords.items()}
        return {keyword: check for keyword, check in compiled.items() if check is not None}

    @cached_property
    def positions(self) -> dict[str, int]:
        """The position of each keyword in the schema."""
        return {keyword: position for position, keyword in enumerate(self.keywords)}

    @cached_property
    def linear_patterns(self) -> dict[str, str] | None:
        """The patterns of `patternProperties` by how an engine of linear time writes them, in the order of the schema.

        None where one of them cannot be written so. Two that are written alike are kept apart by an empty group, which
        stands for an empty pattern too: jsonschema-rs leaves empty steps out of the paths of its errors.
        """
        patterns: dict[str, str] = {}
        for pattern in self.keywords.get("patternProperties", ()):
            text = linear_pattern(pattern)
            if text is None:
                return None
            while not text or text in patterns:
                text += "(?:)"
            patterns[text] = pattern
        return patterns

    @cached_property
    def _functions(self) -> list[Check]:
        return list(self.checks.values())

    def errors(self, value: Any, path: Path) -> list[Violation]:
        """Every violation by a value, whose path it is given. Raises RecursionError for data nested too deep."""
        if self.schema is False:
            return [Violation(path, "false", None, value, False)]
        known = self.memo.known if self.memo is not None and isinstance(value, dict | list) else None
        key = (id(self), id(value), path)
        if known is not None and key in known:
            return known[key]  # type: ignore[no-any-return]
        violations: list[Violation] = []
        for check in self._functions:
            violations += check(value, path)
        if known is not None:
            violations = known[key] = _each_once(violations)
        return violations

    def is_valid(self, value: Any) -> bool:
        """Whether a value fits. Raises RecursionError for data nested too deep."""
        if self.schema is False:
            return False
        if self.memo is not None:
            return not self.errors(value, ())
        for check in self._functions:  # noqa: SIM110 - a generator takes twice as long
            if check(value, ()):
                return False
        return True

    def path_of_member(self, path: Path, step: str | int) -> Path:
        """The path that violations by a member carry: its own; that of the whole where nothing may be there."""
        return path if self.schema is False else (*path, step)


def _each_once(violations: list[Violation]) -> list[Violation]:
    """The violations without those that several branches found of the same part of the data: at each level of a schema
    that leads back to itself there would be twice as many."""
    alike = {
        (violation.path, violation.keyword, id(violation.schema), violation.member): violation
        for violation in reversed(violations)
    }
    return list(reversed(alike.values())) if len(alike) < len(violations) else violations
