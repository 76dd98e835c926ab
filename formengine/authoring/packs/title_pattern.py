"""The title of a dossier: a sentence with facts in braces, filled from answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.i18n import say

LONGEST: Final = 200
_BRACES = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*\Z")


def names_in(pattern: str) -> Iterator[str]:
    """The first names of the facts that a title's pattern uses; raises ValueError for braces that hold none."""
    rest = _BRACES.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise ValueError("a brace is left open; write {counterparty.name}")
    for inside in _BRACES.findall(pattern):
        if not _NAME.match(inside.strip()):
            raise ValueError(f"{{{inside}}} does not name a field; write for example {{counterparty.name}}")
        yield inside.strip().partition(".")[0]


def fill_title(
    pattern: str, answers: Mapping[str, Any], schema: Mapping[str, Any], type_title: str, requester: str, language: str
) -> str:
    """The pattern with its facts; the type's title and the requester's name where there is none, or it stays empty."""
    facts = [_fact(answers, schema, inside.strip()) for inside in _BRACES.findall(pattern)]
    filled = iter(facts)
    title = _BRACES.sub(lambda _: next(filled), pattern)
    title = " ".join("".join(char if char.isprintable() else " " for char in title).split())
    if not title or (facts and not any(facts)):
        title = say(language, "{title} – {person}", title=type_title, person=requester) if requester else type_title
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"


def _fact(answers: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> str:
    value: Any = answers
    inner: Any = schema
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
        inner = (inner.get("properties") or {}).get(key) if isinstance(inner, Mapping) else None
    return _shown(value, inner)


def _shown(value: Any, schema: Any) -> str:
    if isinstance(value, Mapping):
        if "amount" in value:
            return f"{value.get('amount', '')} {value.get('currency', '')}".strip()
        return str(value.get("name") or "")
    if isinstance(value, list):
        items = schema.get("items") if isinstance(schema, Mapping) else None
        return ", ".join(one for one in (_shown(item, items) for item in value) if one)
    if value is None or isinstance(value, bool):
        return ""
    return _label(value, schema)


def _label(value: Any, schema: Any) -> str:
    for key in ("oneOf", "anyOf"):
        options = schema.get(key) if isinstance(schema, Mapping) else None
        for option in options if isinstance(options, list) else ():
            if isinstance(option, Mapping) and option.get("const") == value and option.get("title"):
                return str(option["title"])
    return str(value)
