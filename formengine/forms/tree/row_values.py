"""Reads rows: the posted rows of a list, and the names and values of an object's key-value rows."""

from __future__ import annotations

import re
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.schema.resolver import SchemaParts
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import MISSING, Node, Row
from formengine.forms.tree.uploads import Upload

MAX_ROWS: Final = 1000
_KEYS: Final = re.compile(r"\d{1,6}", re.ASCII)
NO_ENTRY: Final[list[str]] = []


class Rows:
    """The part of the Builder that reads rows."""

    def __init__(self, context: Context, entries: dict[str, list[str]]) -> None:
        self.context, self.entries = context, entries
        self.uploads: dict[str, list[Upload]] = {}
        self.defaults = False

    def build(
        self,
        parts: SchemaParts,
        name: str,
        pointer: str,
        path: str,
        given: Any,
        title: str,
        *,
        required: bool,
        above: frozenset[str],
    ) -> Node:
        """The node for some schemas (see `Builder.build`)."""
        raise NotImplementedError

    def row_keys(self, name: str, least: int = 0) -> list[str]:
        """The row keys posted under a name, each once: numbers from `least` on, at most MAX_ROWS."""
        text = " ".join(self.entries.get(name, NO_ENTRY))
        if not text:
            return []
        keys = dict.fromkeys(
            str(int(key)) for key in text[:10_000].split() if _KEYS.fullmatch(key) and int(key) >= least
        )
        return list(keys)[:MAX_ROWS]

    def extras(self, node: Node, path: str, given: Any, data: dict[str, Any], above: frozenset[str]) -> None:
        """Read the key-value rows of an object that allows further properties into the node and into `data`."""
        shape = node.shape
        additional = shape.additional
        closed = additional is None or any(part is False for part in additional)
        node.open_ended = bool(shape.pattern_properties) or not closed
        if not node.open_ended:
            return
        names = self._names(node)
        node.extra = rows = []
        for key_id, key, inside in self._extra_rows(node, given):
            parts = self._extra_parts(node, key, closed)
            child = self.build(
                parts or (True,), f"{node.name}-x-{key_id}", node.pointer + json_pointer.join((key,)),
                f"{path}/*", inside, key or self.context.say("Value"), required=False, above=above,
            )  # fmt: skip
            row = Row(key_id, key, child, names=names)
            rows.append(row)
            self._extra_value(node, row, data, fits=parts is not None)

    def _extra_value(self, node: Node, row: Row, data: dict[str, Any], *, fits: bool) -> None:
        value = row.node.value
        if row.key == "" and value is MISSING:
            return
        if row.key in data or row.key in node.shape.properties:
            row.problem = "duplicate"
        elif row.key == "":
            row.problem = "key"
        else:
            if not fits:
                row.problem = "unknown-name"
            data[row.key] = _empty_value(row.node) if value is MISSING else value

    def _names(self, node: Node) -> list[str] | None:
        options = (
            self.context.resolver.shape(node.shape.property_names, None).options if node.shape.property_names else None
        )
        return [value for value, _ in options if isinstance(value, str)] if options else None

    def _extra_rows(self, node: Node, given: Any) -> list[tuple[str, str, Any]]:
        if given is self.context.POSTED:
            keys = self.row_keys(node.name + "-x-r")
            typed = [(self.entries.get(f"{node.name}-x-{key_id}-k") or [""])[-1] for key_id in keys]
            return [(key_id, key, given) for key_id, key in zip(keys, typed, strict=True)]
        undeclared = [key for key in given if key not in node.shape.properties] if isinstance(given, dict) else []
        wanted = [key for key in undeclared if self._extra_parts(node, key, self._closed(node)) is not None]
        return [(str(number), key, given[key]) for number, key in enumerate(wanted)]

    def _closed(self, node: Node) -> bool:
        return node.shape.additional is None or any(part is False for part in node.shape.additional)

    def _extra_parts(self, node: Node, key: str, closed: bool) -> SchemaParts | None:
        """The schemas for a property name; None where the object does not allow it."""
        matching = [parts for pattern, parts in node.shape.pattern_properties.items() if compile_search(pattern)(key)]
        if matching:
            return tuple(part for parts in matching for part in parts)
        if key == "" and closed and len(node.shape.pattern_properties) == 1:
            return next(iter(node.shape.pattern_properties.values()))
        return None if closed else node.shape.additional


def _empty_value(node: Node) -> Any:
    """The value of a row that has a name and no answer."""
    if node.kind in ("text", "textarea"):
        return ""
    return {} if node.kind == "object" else [] if node.kind in ("array", "several", "files") else None
