"""What a subschema is known by, whatever the language of its texts: for the names of controls (F4)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from formengine.json_schema import every_schema, map_subschemas

_TEXTS: Final = frozenset(("title", "description", "$comment", "examples", "enumNames"))
"""Keywords whose values are written in a language."""


class SchemaIdentities:
    """The identities of the schemas in a form, given as its normalised `roots`."""

    def __init__(self, roots: Iterable[Any]) -> None:
        self._roots = roots

    def of(self, schema: Any) -> Any:
        """What stands for a schema, as JSON: the schema without its texts. Where several of the form differ in nothing
        but these, such as two fields of two branches with titles of their own, its number among them is added.

        >>> cat, fish = {"type": "string", "title": "Its claws"}, {"type": "string", "title": "Its fins"}
        >>> identities = SchemaIdentities([{"properties": {"cat": cat, "fish": fish}}])
        >>> identities.of(cat), identities.of(fish)
        ({'type': 'string'}, [{'type': 'string'}, 1])
        """
        if not isinstance(schema, dict):
            return schema
        bare = without_texts(schema)
        texts = self._texts_by_bare.get(_json(bare), [])
        own = _json(schema)
        return [bare, number] if own in texts and (number := texts.index(own)) else bare

    @cached_property
    def _texts_by_bare(self) -> dict[str, list[str]]:
        """The schemas that are alike without their texts, in the order of the form."""
        alike: dict[str, dict[str, None]] = {}
        for root in self._roots:
            for path, schema in every_schema(root):
                if path:
                    alike.setdefault(_json(without_texts(schema)), {})[_json(schema)] = None
        return {bare: list(texts) for bare, texts in alike.items() if len(texts) > 1}


def without_texts(schema: Any) -> Any:
    """A schema as JSON without what is written in a language, inside as well."""
    if not isinstance(schema, dict):
        return schema
    return {key: value for key, value in map_subschemas(schema, without_texts).items() if key not in _TEXTS}


def _json(schema: Any) -> str:
    return json.dumps(schema, sort_keys=True)
