"""Reads the errors of jsonschema-rs: at each keyword that it rejects, the exact validator finds the violations.

An error of jsonschema-rs has the path of keywords by which it came to the one that is not met (through references), and
the path to the data. Places are resolved once for each path of keywords. The violations come in the order in which the
exact validator would find them: that of the keywords in the schema, and of the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from formengine.forms.validation.keywords import Check, missing_dependencies
from formengine.forms.validation.schema_node import SchemaNode
from formengine.forms.validation.violation import Path, Violation

_MAX_PLACES: Final = 10_000
_WRITTEN_AS: Final = {"x-formengine-pattern": "pattern", "minContains": "contains", "maxContains": "contains"}
_UNIONS: Final = {"anyOf", "oneOf"}
_UNEVALUATED: Final = ("unevaluatedProperties", "unevaluatedItems")
_SAME_VALUE: Final = {"allOf", "dependentSchemas"}
_CERTAIN: Final = {"not", "pattern", *_UNEVALUATED}
_COUNTS: Final = {"minContains", "maxContains"}
_APPLIED: Final = {"allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"}
_LISTS: Final = {"prefixItems", "items"}


class UnknownPlaceError(LookupError):
    """An error at a path of keywords that the schema does not have, or at a path that the data do not have:
    jsonschema-rs says names such as `1` and `01` as positions in a list.
    """


class _Place(NamedTuple):
    """Where a keyword is checked: `depth` steps of the error's path lead to the value, `reported` to what is blamed.

    `order` sorts places as the exact validator comes to them; `members` are the numbers in it that are the position of
    a member of the data: (index in `order`, depth of the member). `also` are places to check whenever this one fails.
    Of a union, `union` is the node that it stands in, and `steps` is how many keywords lead to it. `certain` is a check
    that believes jsonschema-rs: it counts nothing as evaluated by a `oneOf` of which two fit, and the exact one does.
    """

    check: Check
    depth: int
    reported: int
    order: tuple[int, ...]
    members: tuple[tuple[int, int], ...]
    also: tuple[_Place, ...] = ()
    keyword: str = ""
    union: SchemaNode | None = None
    steps: int = 0
    certain: Check | None = None

    @property
    def is_alone(self) -> bool:
        """Whether this place is checked by itself, and by what the data are there."""
        return self.union is None and not self.also


class ErrorReader:
    """Turns the errors of jsonschema-rs for one compiled schema into violations. Threads may share it."""

    def __init__(self, root: SchemaNode) -> None:
        self._root = root

    def violations(self, errors: Sequence[Any], data: Any) -> list[Violation]:
        """The violations at the places of some errors. Raises UnknownPlaceError."""
        if len(errors) == 1:  # most often; there is nothing to sort
            error = errors[0]
            place = self._root.places.get(tuple(error.evaluation_path))
            if place is not None and place.is_alone:
                path = error.instance_path
                check = place.certain or place.check
                return [*check(_at(data, path[: place.depth]), tuple(path[: place.reported]))]
        return self._read(self._root, errors, data, (), 0, 0)

    def _read(
        self, node: SchemaNode, errors: Sequence[Any], value: Any, path: Path, steps: int, depth: int
    ) -> list[Violation]:  # fmt: skip
        """As `violations`, for errors within a node: so many `steps` of keywords and of data (`depth`) lead to it."""
        rows: list[_Row] = []
        places, believes = node.places, True
        for error in errors:
            keywords, error_path = tuple(error.evaluation_path), error.instance_path
            if steps:
                keywords, error_path = keywords[steps:], error_path[depth:]
            place = places.get(keywords) or _place(node, keywords)
            if place.also:
                rows += [(also, error_path, error) for also in place.also]
            rows.append((place, error_path, error))
            if place.keyword == "oneOf":
                believes = False
        if len(rows) > 1:
            rows = _in_order(rows, value)
        violations: list[Violation] = []
        for place, error_path, error in rows:
            instance = _at(value, error_path[: place.depth]) if place.depth else value
            blamed = (*path, *error_path[: place.reported])
            if place.union is not None:
                violations += self._union(place, error, instance, blamed, steps, depth)
            else:
                check = place.certain if believes and place.certain is not None else place.check
                violations += check(instance, blamed)
        return violations

    def _union(
        self, place: _Place, error: Any, value: Any, path: Path, steps: int, depth: int
    ) -> Sequence[Violation]:  # fmt: skip
        node, keyword = place.union, place.keyword
        assert node is not None
        schemas, context = node.keywords[keyword], getattr(error.kind, "context", ())
        if len(context) != len(schemas):
            return place.check(value, path)
        if not all(context):
            if keyword == "anyOf":
                return place.check(value, path)
            return (Violation(path, keyword, schemas, value, node.schema),)
        steps, depth = steps + place.steps + 1, depth + place.depth
        branches = {
            number: self._read(node.children[keyword, number], errors, value, path, steps, depth)
            for number, errors in enumerate(context)
        }
        if not all(branches.values()):
            return place.check(value, path)
        return (Violation(path, keyword, schemas, value, node.schema, None, branches),)


_Row = tuple[_Place, list[Any], Any]
"""A place, the path of an error to the data (from the node on), and the error."""


def _place(node: SchemaNode, keywords: tuple[Any, ...]) -> _Place:
    if len(node.places) >= _MAX_PLACES:
        node.places.clear()
    try:
        place = node.places[keywords] = _Walk(node, keywords).run()
    except (KeyError, IndexError, AttributeError):
        raise UnknownPlaceError(keywords) from None
    return place


def _in_order(rows: list[_Row], value: Any) -> list[_Row]:
    """Each place and part of the data once, in order."""
    positions: dict[int, dict[str, int]] = {}
    by_order = {_order(row[0], row[1], value, positions) if row[0].members else row[0].order: row for row in rows}
    return [by_order[order] for order in sorted(by_order)]


def _order(place: _Place, path: list[Any], value: Any, positions: dict[int, dict[str, int]]) -> tuple[int, ...]:
    order = list(place.order)
    for index, depth in place.members:
        step, whole = path[depth], _at(value, path[:depth])
        if isinstance(whole, dict):
            if step not in whole:
                raise UnknownPlaceError(path)
            if id(whole) not in positions:
                positions[id(whole)] = {name: position for position, name in enumerate(whole)}
            step = positions[id(whole)][step]
        order[index] = step
    return tuple(order)


def _at(value: Any, path: list[Any]) -> Any:
    """The part of a value at a path."""
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        raise UnknownPlaceError(path) from None
    return value


class _Walk:
    """The way along the keywords of one error."""

    def __init__(self, node: SchemaNode, keywords: tuple[Any, ...]) -> None:
        self.node, self._keywords, self._at = node, keywords, 0
        self._depth, self._blames_whole = 0, False
        self._order: list[int] = []
        self._members: list[tuple[int, int]] = []
        self._also: list[_Place] = []

    def run(self) -> _Place:
        while self._at < len(self._keywords):
            for keyword in _UNEVALUATED:
                if keyword in self.node.keywords and _judges_by_values(self.node, set(), keyword):
                    self._also.append(self._leaf(keyword))
            place = self._step()
            if place is not None:
                return place._replace(also=(*self._also, *place.also))
        order = (*self._order, 0)
        reported = self._depth - self._blames_whole
        return _Place(self.node.errors, self._depth, reported, order, tuple(self._members), tuple(self._also))

    def _leaf(self, keyword: str, union: SchemaNode | None = None) -> _Place:
        order = (*self._order, self.node.positions[keyword])
        check = self.node.checks[keyword]
        return _Place(
            check, self._depth, self._depth, order, tuple(self._members), (), keyword, union, self._at + 1
        )  # fmt: skip

    def _step(self) -> _Place | None:
        """Follow one keyword; the place where the way ends at it."""
        node, step = self.node, self._keywords[self._at]
        keyword = _WRITTEN_AS.get(step, step)
        if keyword in _UNIONS:
            return self._leaf(keyword, node)
        if keyword in _SAME_VALUE:
            return self._into_same_value(keyword, self._keywords[self._at + 1])
        if keyword in ("additionalProperties", *_LISTS) and not isinstance(node.keywords[keyword], list):
            return self._into_any_member(keyword)
        if keyword in ("then", "else"):
            self._into("if", node.children[(keyword,)])
        elif keyword == "$ref":
            self._into(keyword, node.target)
        elif keyword in ("properties", "patternProperties", *_LISTS):
            self._into_named_member(keyword)
        elif keyword == "dependencies":
            return self._into_dependency()
        elif _is_certain(node, step):
            return self._leaf(keyword)._replace(certain=_certain(node, keyword))
        else:
            return self._leaf(keyword)
        return None

    def _into_dependency(self) -> _Place | None:
        """The schema of `dependencies`, or all the lists of names in it: the error does not say which."""
        dependencies = self.node.keywords["dependencies"]
        if self._at + 1 < len(self._keywords):
            name = self._keywords[self._at + 1]
            position = _position(self.node, "dependencies", name)
            self._into("dependencies", self.node.children["dependencies", name], position, steps=2)
            return None
        leaf = self._leaf("dependencies")
        places = [
            leaf._replace(check=missing_dependencies(self.node, dependencies, name), order=(*leaf.order, position))
            for position, (name, dependency) in enumerate(dependencies.items())
            if isinstance(dependency, list)
        ]
        return places[-1]._replace(also=tuple(places[:-1]))

    def _into_same_value(self, keyword: str, name: Any) -> _Place | None:
        if (
            keyword == "allOf" and (keyword, name) not in self.node.children
        ):  # see `fast_check`: what is written as one more member of allOf
            keyword = "format" if self._keywords[self._at + 2] == "allOf" else "pattern"
            return self._leaf(keyword)._replace(certain=_certain(self.node, keyword))
        self._into(keyword, self.node.children[keyword, name], _position(self.node, keyword, name), steps=2)
        return None

    def _into(self, keyword: str, child: Any, *positions: int, steps: int = 1) -> None:
        self._order += [self.node.positions[keyword], *positions]
        self._at += steps
        self.node, self._blames_whole = child, False

    def _into_named_member(self, keyword: str) -> None:
        name = self._keywords[self._at + 1]
        if keyword == "patternProperties":
            name = (self.node.linear_patterns or {})[name]
        child = self.node.children[keyword, name]
        self._into(keyword, child, _position(self.node, keyword, name), steps=2)
        if keyword == "patternProperties":
            self._member()
        self._depth, self._blames_whole = self._depth + 1, keyword != "properties"

    def _into_any_member(self, keyword: str) -> _Place | None:
        child = self.node.children[(keyword,)]
        if child.schema is False:
            return self._leaf(keyword)._replace(certain=_certain(self.node, keyword))
        self._into(keyword, child)
        self._member()
        self._depth, self._blames_whole = self._depth + 1, keyword != "additionalProperties"
        return None

    def _member(self) -> None:
        self._members.append((len(self._order), self._depth))
        self._order.append(0)


def _position(node: SchemaNode, keyword: str, name: Any) -> int:
    """The position of a schema under a keyword that has several."""
    return name if isinstance(name, int) else list(node.keywords[keyword]).index(name)


def _is_certain(node: SchemaNode, keyword: str) -> bool:
    """Whether a keyword that jsonschema-rs says to fail does. Of types, it takes some numbers for others."""
    if keyword == "type":
        types = node.keywords["type"]
        return not {"number", "integer"} & {*([types] if isinstance(types, str) else types)}
    return keyword in _CERTAIN or (keyword == "contains" and not _COUNTS & node.schema.keys())


def _certain(node: SchemaNode, keyword: str) -> Check:
    """A check of a keyword that fails wherever jsonschema-rs says so; to confirm it would judge whole schemas again."""
    expected, schema = node.keywords[keyword], node.schema
    return lambda value, path: (Violation(path, keyword, expected, value, schema),)


def _judges_by_values(node: SchemaNode, visited: set[int], keyword: str) -> bool:
    """Whether what a schema leaves unevaluated depends on which members fit a schema, so that a member that does not
    fit is counted as unevaluated too; jsonschema-rs does not count it."""
    if id(node) in visited:
        return False
    visited.add(id(node))
    if {"additionalProperties", *_UNEVALUATED} & (node.keywords.keys() - {keyword}):
        return True
    applied = [child for path, child in node.children.items() if path[0] in _APPLIED]
    if node.target is not None:
        applied.append(node.target)
    return any(_judges_by_values(child, visited, "") for child in applied)
