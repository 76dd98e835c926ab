"""Title pattern of dossiers: a text with names of fields in braces, filled from answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from formengine.conditions.fact_types import Kinds, properties
from formengine.forms.schema.branches import reference_chain
from formengine.i18n import say
from formengine.source import did_you_mean
from formengine.value_format import format_value

LONGEST: Final = 200
_NO_BREAK_SPACES: Final = "\u00a0\u202f"
_BRACES = re.compile(r"\{([^{}]*)\}")
_NAMED_BY_PEOPLE: Final = {"additionalProperties", "patternProperties"}
_WITHOUT_PARTS: Final = ("string", "number", "integer", "boolean", "array")
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*\Z")


def paths_in(pattern: str) -> Iterator[tuple[str, ...]]:
    """The fields that a pattern names, each with the parts that follow it; raises ValueError for braces without a name.

    >>> list(paths_in("NDA with {counterparty.name}"))
    [('counterparty', 'name')]
    """
    rest = _BRACES.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise ValueError("a brace is left open; write {counterparty.name}")
    for inside in _BRACES.findall(pattern):
        if not _NAME.match(inside.strip()):
            raise ValueError(f"{{{inside}}} does not name a field; write for example {{counterparty.name}}")
        yield tuple(inside.strip().split("."))


def part_problem(path: Sequence[str], form: Mapping[str, Any], kinds: Kinds) -> str | None:
    """What is wrong with the parts of a path whose field is one of the form; None also where a schema does not tell.

    `kinds` are the field kinds of plugins.
    """
    schema = properties(form).get(path[0])
    for depth, name in enumerate(path[1:], 1):
        parts = _parts(schema, form, kinds)
        if parts is None:
            return None
        owner = ".".join(path[:depth])
        if not parts:
            return f"{owner} has no parts; write {{{owner}}}"
        if name not in parts:
            return f"{owner} has no part {name}{did_you_mean(name, parts)}"
        schema = parts[name]
    return None


def schema_at(path: Sequence[str], form: Mapping[str, Any], kinds: Kinds) -> Mapping[str, Any] | None:
    """The schema of the value that a path leads to; None where the form does not tell. `kinds` as above."""
    schema = properties(form).get(path[0])
    for name in path[1:]:
        schema = (_parts(schema, form, kinds) or {}).get(name)
    return schema


def parts_without_text(path: Sequence[str], form: Mapping[str, Any], kinds: Kinds) -> list[str] | None:
    """The parts of a group that a path leads to and a title leaves empty, as it has no name and is no amount, those
    that are texts first; None of another value, and where a schema does not tell.
    """
    parts = _parts(schema_at(path, form, kinds), form, kinds)
    if not parts or {"name", "amount"} & parts.keys():
        return None
    return sorted(parts, key=lambda name: parts[name].get("type") != "string")


def _parts(schema: Any, form: Mapping[str, Any], kinds: Kinds) -> dict[str, Any] | None:
    """The schemas of a value's parts by name: {} for a value without parts, None where the schema does not tell."""
    from formengine.forms.kinds.builtin import KINDS

    *_, schema = reference_chain(schema, form, {**kinds, **KINDS})
    if not isinstance(schema, Mapping) or "$ref" in schema or _NAMED_BY_PEOPLE & schema.keys():
        return None
    parts = properties(schema)
    return parts if parts or schema.get("type") in _WITHOUT_PARTS else None


def fill_title(
    pattern: str,
    answers: Mapping[str, Any],
    schema: Mapping[str, Any],
    type_title: str,
    requester: str,
    language: str,
    zone: str,
) -> str:
    """The filled pattern, at most LONGEST characters; without a pattern, or when all its facts are empty, the title of
    the request type and the requester's name. `schema` is that of the answers, `zone` the time zone of date-times."""
    facts = [text_at(answers, schema, inside.strip(), language, zone) for inside in _BRACES.findall(pattern)]
    filled = iter(facts)
    title = _BRACES.sub(lambda _: next(filled), pattern)
    title = "".join(char if char.isprintable() or char in _NO_BREAK_SPACES else " " for char in title)
    title = re.sub(" +", " ", title).strip()
    if not title or (facts and not any(facts)):
        title = say(language, "{title} – {person}", title=type_title, person=requester) if requester else type_title
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"


def text_at(answers: Mapping[str, Any], schema: Mapping[str, Any], path: str, language: str, zone: str) -> str:
    """The answer that a path leads to, as text: of a party or contact the name, "" for true, false and nothing."""
    value: Any = answers
    inner: Any = schema
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
        inner = (inner.get("properties") or {}).get(key) if isinstance(inner, Mapping) else None
    return _text(value, inner if isinstance(inner, Mapping) else {}, language, zone)


def _text(value: Any, schema: Mapping[str, Any], language: str, zone: str) -> str:
    """A value as text: empty for true and false, only the name of parties and contacts."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, list):
        items = schema.get("items")
        texts = [_text(item, items if isinstance(items, Mapping) else {}, language, zone) for item in value]
        return ", ".join(text for text in texts if text)
    if isinstance(value, Mapping) and "amount" not in value:
        return str(value.get("name") or "")
    return format_value(value, language, zone, schema)
