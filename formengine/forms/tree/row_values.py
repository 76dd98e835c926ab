"""Reading rows: which rows of a list were posted, and the names and values of an object's key-value rows."""

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
        """The node at a place (the Builder's)."""
        raise NotImplementedError

    def row_keys(self, name: str, least: int = 0) -> list[str]:
        """The keys of the rows posted under a name, each once; numbers only, and not too many."""
        text = " ".join(self.entries.get(name, NO_ENTRY))
        if not text:
            return []
        keys = dict.fromkeys(
            str(int(one)) for one in text[:10_000].split() if _KEYS.fullmatch(one) and int(one) >= least
        )
        return list(keys)[:MAX_ROWS]

    def extras(self, node: Node, path: str, given: Any, data: dict[str, Any], above: frozenset[str]) -> None:
        """The key-value rows of an object, where its author asked for them; fills `data` too."""
        shape = node.shape
        additional = shape.additional
        closed = additional is None or any(one is False for one in additional)
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
            data[row.key] = _bare(row.node) if value is MISSING else value

    def _names(self, node: Node) -> list[str] | None:
        options = (
            self.context.resolver.shape(node.shape.property_names, None).options if node.shape.property_names else None
        )
        return [one for one, _ in options if isinstance(one, str)] if options else None

    def _extra_rows(self, node: Node, given: Any) -> list[tuple[str, str, Any]]:
        if given is self.context.POSTED:
            keys = self.row_keys(node.name + "-x-r")
            typed = [(self.entries.get(f"{node.name}-x-{one}-k") or [""])[-1] for one in keys]
            return [(one, key, given) for one, key in zip(keys, typed, strict=True)]
        undeclared = [key for key in given if key not in node.shape.properties] if isinstance(given, dict) else []
        wanted = [key for key in undeclared if self._extra_parts(node, key, self._closed(node)) is not None]
        return [(str(number), key, given[key]) for number, key in enumerate(wanted)]

    def _closed(self, node: Node) -> bool:
        return node.shape.additional is None or any(one is False for one in node.shape.additional)

    def _extra_parts(self, node: Node, key: str, closed: bool) -> SchemaParts | None:
        """The schemas of a value by its key; None where no schema asks for such a key."""
        found = [parts for pattern, parts in node.shape.pattern_properties.items() if compile_search(pattern)(key)]
        if found:
            return tuple(part for parts in found for part in parts)
        if key == "" and closed and len(node.shape.pattern_properties) == 1:
            return next(iter(node.shape.pattern_properties.values()))
        return None if closed else node.shape.additional


def _bare(node: Node) -> Any:
    """What a named row without a value holds."""
    if node.kind in ("text", "textarea"):
        return ""
    return {} if node.kind == "object" else [] if node.kind in ("array", "several", "files") else None
