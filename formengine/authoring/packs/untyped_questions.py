"""Questions of a form that do not say what their answer is: people could type anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.authoring.packs.shorthand import KEYS as SHORTHAND
from formengine.conditions.fact_types import properties
from formengine.json_schema import IN_PLACE, KEYWORDS, Path, every_schema
from formengine.source.findings import and_for_more
from formengine.source.yaml_cursor import YamlCursor

_SAYS_WHAT: Final = frozenset(
    (
        "type",
        "$ref",
        "$dynamicRef",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "allOf",
        "properties",
        "items",
        "prefixItems",
        "enumNames",
        "format",
    )
)
"""Keywords by which a question says what an answer is."""


def check_types(form: YamlCursor) -> None:
    """A warning for the questions that do not say what their answer is: one for all of a form, at the first."""
    untyped: list[Path] = []
    for path, schema in every_schema(form.value):
        if IN_PLACE.isdisjoint(map(str, path)) and isinstance(schema.get("properties"), dict):
            declared = properties(schema)
            untyped += [
                (*path, "properties", name)
                for name in schema["properties"]
                if isinstance(field := declared.get(name), dict)
                and not says_what(field)
                and not has_unknown_word(field)
            ]
    if untyped:
        first, *others = untyped
        also = and_for_more([str(path[-1]) for path in others])
        message = f"{first[-1]} does not say what its answer is, so that people may type anything; write type: string"
        form.at(*first).warn("untyped", f"{message}, or what it is{also}", at_key=True)


def says_what(schema: Mapping[str, Any]) -> bool:
    """Whether a schema says what an answer is."""
    return bool(schema.keys() & _SAYS_WHAT)


def has_unknown_word(schema: Mapping[str, Any]) -> bool:
    """Whether a schema has a word that means nothing, which is told by itself: it was meant to say something."""
    return any(key not in (*KEYWORDS, *SHORTHAND, "client") and not key.startswith(("$", "x-")) for key in schema)
