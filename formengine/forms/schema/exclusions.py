"""Questions that two rules of a form declare in such a way that no answer fits both: by types, choices, formats, or the
branches of their unions. The rules apply together, or the one always where the other does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from typing import Any, Final, NamedTuple

from formengine import json_pointer
from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.branches import MOST_REFERENCES, names_read, target_of
from formengine.forms.schema.ecma_regex import PatternError, check_pattern, compile_search
from formengine.forms.schema.formats import matches_format
from formengine.forms.schema.shape import is_type
from formengine.json_equality import are_equal
from formengine.json_schema import IN_PLACE, Path, choices_of, every_schema

FORMATS: Final = frozenset(("date", "time", "date-time", "duration", "email", "uuid", "ipv4", "ipv6", "iban"))
"""Formats of which no text has two."""
TEXT_KINDS: Final = {KINDS[f"formengine:{name}"]["pattern"]: name for name in ("phone", "amount")}
"""Field kinds whose texts have none of these formats, and are none of another, by their patterns."""
MOST_LEVELS: Final = 8
"""How deep groups in one another are compared that are declared twice."""
MOST_PAIRS: Final = 20_000
"""Pairs of schemas that are compared, and of patterns and names: their number grows with the square of a form that
declares one question often, and with a power of the depth of its unions. What is left of a form beyond them is not
judged.
"""
Search = Callable[[str], Any]
"""A function that searches a text for a pattern: something truthy for a match."""
_TYPES: Final = ("string", "number", "integer", "boolean", "null", "array", "object")
_UNIONS: Final = ("oneOf", "anyOf")
_ANNOTATIONS: Final = frozenset(("title", "description", "$comment"))


class Declaration(NamedTuple):
    """A schema of one question: its path, the cases it is in (what its conditions ask, see `_case`), and the questions
    whose answers bring it: what they bring to themselves is told as such (`own-answer`)."""

    path: Path
    schema: Any
    cases: frozenset[Hashable] = frozenset()
    asked: frozenset[str] = frozenset()


@dataclass
class Comparisons:
    """The schema that references are looked up in, and how many pairs may still be compared."""

    document: Any
    left: int = MOST_PAIRS


class Exclusion(NamedTuple):
    """Of the question `name`, the schema at `path` and the one at `other` accept no answer together."""

    path: Path
    name: str
    other: Path

    @property
    def message(self) -> str:
        return (
            f"no answer to {self.name} fits both this and what is said of it at {json_pointer.join(self.other)}: "
            "nobody can give one while both apply; change one of the two"
        )


def exclusions(document: Any) -> Iterator[Exclusion]:
    """The questions of a schema, at any depth, that two rules exclude from being answered: each schema once."""
    told, comparisons = set[Path](), Comparisons(document)
    for path, schema in every_schema(document):
        if set(path[-2:]) & IN_PLACE:  # judged with the schema that it belongs to
            continue
        for exclusion in _exclusions([Declaration(path, schema)], comparisons, MOST_LEVELS):
            if exclusion.path not in told:
                told.add(exclusion.path)
                yield exclusion


def _exclusions(group: Sequence[Declaration], comparisons: Comparisons, levels: int) -> Iterator[Exclusion]:
    parts = list(_in_place(group, comparisons.document, levels))
    declared = _questions_of(parts, comparisons)
    rows = [
        Declaration((*path, "items"), part["items"], cases)
        for path, part, cases, _ in parts
        if isinstance(part.get("items"), dict)
    ]
    for name, declarations in (*declared.items(), ("an entry of this list", rows)):
        for first, second in combinations(declarations, 2):
            if comparisons.left <= 0:
                return
            together = first.cases <= second.cases or second.cases <= first.cases
            if together and _excludes(first.schema, second.schema, comparisons, levels):
                later, earlier = (second, first) if first.cases <= second.cases else (first, second)
                yield Exclusion(later.path, name, earlier.path)
    for several in (*declared.values(), rows):
        if len(several) > 1 and levels and comparisons.left > 0:
            yield from _exclusions(several, comparisons, levels - 1)


def _questions_of(parts: Sequence[Declaration], comparisons: Comparisons) -> dict[str, list[Declaration]]:
    """All that the schemas of one value say of each question: the one that names it, and those that say something of
    names which they do not have (`patternProperties`, `additionalProperties`)."""
    declared: dict[str, list[Declaration]] = {}
    for path, part, cases, asked in parts:
        for name, schema in _map(part, "properties").items():
            if name not in asked:
                declared.setdefault(name, []).append(Declaration((*path, "properties", name), schema, cases))
    for path, part, cases, asked in parts:
        patterns, rest = _map(part, "patternProperties"), part.get("additionalProperties")
        if not patterns and not isinstance(rest, dict):
            continue
        comparisons.left -= (len(patterns) + 1) * (len(declared) + 1)
        if comparisons.left <= 0:
            break
        searches = [(pattern, _search(pattern)) for pattern in patterns]
        for name in (name for name in declared if name not in asked):
            further = _further(part, searches, name)
            declared[name] += [Declaration((*path, *step), schema, cases) for step, schema in further]
    return declared


def _further(
    part: dict[str, Any], searches: Sequence[tuple[str, Search | None]], name: str
) -> Iterator[tuple[Path, Any]]:
    """What a schema says of a name that its `properties` may not have, each with the steps that lead there."""
    matching = [pattern for pattern, search in searches if search and search(name)]
    yield from ((("patternProperties", pattern), part["patternProperties"][pattern]) for pattern in matching)
    is_further = not matching and name not in _map(part, "properties") and all(search for _, search in searches)
    if is_further and isinstance(part.get("additionalProperties"), dict):
        yield ("additionalProperties",), part["additionalProperties"]


@lru_cache(maxsize=4096)
def _search(pattern: Any) -> Search | None:
    """A function that searches a name for a pattern; None for one that is told where the form is compiled: it cannot
    be read, or may take for ever."""
    if not isinstance(pattern, str):
        return None
    try:
        check_pattern(pattern)
        return compile_search(pattern)
    except PatternError:
        return None


def _map(schema: dict[str, Any], keyword: str) -> dict[str, Any]:
    """The map of schemas under a keyword; an empty one where something else stands there."""
    value = schema.get(keyword)
    return value if isinstance(value, dict) else {}


def _list(schema: dict[str, Any], keyword: str) -> list[Any]:
    """The list under a keyword; an empty one where something else stands there."""
    value = schema.get(keyword)
    return value if isinstance(value, list) else []


def _in_place(group: Sequence[Declaration], document: Any, level: int) -> Iterator[Declaration]:
    """The schemas that speak of the same value, references within the document followed: each once."""
    waiting, visited = [(declaration, 0) for declaration in group], set[int]()
    while waiting:
        (path, schema, cases, asked), references = waiting.pop(0)
        if not isinstance(schema, dict) or id(schema) in visited:
            continue
        visited.add(id(schema))
        yield Declaration(path, schema, cases, asked)
        if references < MOST_REFERENCES:
            waiting.append((Declaration(path, target_of(schema, document), cases, asked), references + 1))
        for step, part in _parts(schema):
            inside = (*path, *step)
            own = cases if step[0] == "allOf" else cases | {_case(schema, step, inside, level)}
            waiting.append((Declaration(inside, part, own, asked | _questions(schema, step)), references))


def _case(schema: dict[str, Any], step: Path, path: Path, level: int) -> Hashable:
    """When a part of a schema applies: what is asked of the value, which is the same for two rules that ask alike, and
    whether it holds; of a union, the branch. `level` tells the value from those around it.
    """
    if step[0] in _UNIONS:
        return path
    asked = {"required": [step[1]]} if step[0] == "dependentSchemas" else schema["if"]
    if isinstance(asked, dict):
        asked = {keyword: value for keyword, value in asked.items() if keyword not in _ANNOTATIONS}
        asked |= {"required": sorted(map(str, asked["required"]))} if isinstance(asked.get("required"), list) else {}
    return level, json.dumps(asked, sort_keys=True), step[0] != "else"


def _parts(schema: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    for keyword in ("allOf", *_UNIONS):
        yield from (((keyword, index), part) for index, part in enumerate(_list(schema, keyword)))
    if "if" in schema:
        yield from (((keyword,), schema[keyword]) for keyword in ("then", "else") if keyword in schema)
    yield from ((("dependentSchemas", name), part) for name, part in _map(schema, "dependentSchemas").items())


def _questions(schema: dict[str, Any], step: Path) -> set[str]:
    """The questions whose answers bring a part of a schema."""
    if step[0] == "dependentSchemas":
        return {str(step[1])}
    return names_read(schema.get("if")) if step[0] in ("then", "else") else set()


def _excludes(first: Any, second: Any, comparisons: Comparisons, levels: int) -> bool:
    """Whether two schemas plainly accept no value together; `false` hides a question, and excludes nothing."""
    if not levels or comparisons.left <= 0 or not isinstance(first, dict) or not isinstance(second, dict):
        return False
    if first is second or (first.keys() == second.keys() == {"$ref"} and first == second):  # one field kind, twice
        return False
    comparisons.left -= 1
    pairs = list(product(_always(first, comparisons.document), _always(second, comparisons.document)))
    if any(_exclude_values(part, rival) or _exclude_values(rival, part) for part, rival in pairs):
        return True
    if any(_excludes_member(part, rival, comparisons, levels) for part, rival in pairs):
        return True
    unions = ((_list(part, key), _list(rival, key_)) for part, rival in pairs for key in _UNIONS for key_ in _UNIONS)
    return any(
        all(_excludes(branch, rival, comparisons, levels - 1) for branch, rival in product(branches, rivals))
        for branches, rivals in unions
        if branches and rivals
    )


def _always(schema: dict[str, Any], document: Any) -> list[dict[str, Any]]:
    """A schema with those that it refers to and those of its `allOf`."""
    parts: list[dict[str, Any]] = []
    waiting: list[Any] = [schema]
    while waiting and len(parts) < MOST_REFERENCES:
        part = waiting.pop(0)
        if isinstance(part, dict):
            parts.append(part)
            waiting += [target_of(part, document) or KINDS.get(str(part.get("$ref"))), *_list(part, "allOf")]
    return parts


def _excludes_member(first: dict[str, Any], second: dict[str, Any], comparisons: Comparisons, levels: int) -> bool:
    """Whether two groups ask for a question that both declare and that has no answer for both."""
    own, rival = _map(first, "properties"), _map(second, "properties")
    asked = set(map(str, [*_list(first, "required"), *_list(second, "required")]))
    names = own.keys() & rival.keys() & asked
    return any(_excludes(own[name], rival[name], comparisons, levels - 1) for name in names)


def _exclude_values(first: dict[str, Any], second: dict[str, Any]) -> bool:
    types, formats = (_types(first), _types(second)), (_format(first), _format(second))
    if all(types) and not types[0] & types[1]:
        return True
    if all(formats) and formats[0] != formats[1] and all("string" in names for names in types if names):
        return not any(names - {"string"} for names in types)  # null, for one, has no format
    choices = _choices(first)
    if not choices:
        return False
    rivals = _choices(second)
    if rivals:
        return not any(are_equal(choice, rival) for choice in choices for rival in rivals)
    if types[1] and not any(is_type(choice, name) for choice in choices for name in types[1]):
        return True
    return formats[1] in FORMATS and not any(_has_format(formats[1], choice) for choice in choices)


def _types(schema: dict[str, Any]) -> set[str]:
    """The types that a schema allows; a number may be an integer."""
    declared = schema.get("type")
    types = {name for name in (declared if isinstance(declared, list) else [declared]) if name in _TYPES}
    return types | {"integer"} if "number" in types else types


def _format(schema: dict[str, Any]) -> str | None:
    named = schema.get("format")
    if isinstance(named, str) and named in FORMATS:
        return named
    return TEXT_KINDS.get(str(schema.get("pattern"))) if schema.get("type") == "string" else None


def _choices(schema: dict[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else choices_of(schema)


def _has_format(name: str, value: Any) -> bool:
    """Formats say nothing of what is no text."""
    return not isinstance(value, str) or matches_format(name, value)
