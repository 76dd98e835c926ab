"""The node tree: a form for some data, with the content of each control and the value it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from formengine.forms.schema.resolver import Shape

_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""No value; distinct from JSON null."""


NO_UI: Final[dict[str, Any]] = {}
"""The `ui` of a location that has none: one shared object, because templates are cached by its identity."""


@dataclass(slots=True)
class Choice:
    """A select that chooses a union's branch or a type; `chosen` is an index into `labels`, None before a choice."""

    name: str
    keyword: str
    labels: list[str]
    chosen: int | None


@dataclass(slots=True)
class Node:
    """One control, group or list of the form.

    `kind` says how it is rendered: text, textarea, number, boolean, checkbox, options, several, lines, json, file,
    files, null, object, array, closed, none. `value` is JSON or MISSING; `raw` the texts in its controls; `problem` a
    keyword of `FIXED_MESSAGES` for an error of reading itself, and `readings` day, time and the two meanings of a time
    that is skipped or doubled; `was` what an empty control held before (null, blank, absent). `unrepresentable`: the
    control cannot show the value, which is shown as JSON. `open_ended`: rows can be added, after the first `first`
    children of a list; `keys` are the row keys, `extra` the key-value rows of an object. `opened`: a recursive group
    was opened. `driver`: a condition of its parent reads it. `templates` caches the renderer's templates by state;
    static controls share one such cache.
    """

    name: str
    pointer: str
    kind: str
    shape: Shape
    title: str
    required: bool
    ui: dict[str, Any]
    value: Any = MISSING
    raw: Sequence[str] = ()
    driver: bool = False
    templates: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    choices: Sequence[Choice] = ()
    children: Sequence[Node] = ()
    keys: Sequence[str] = ()
    first: int = 0
    extra: Sequence[Row] = ()
    open_ended: bool = False
    unrepresentable: bool = False
    was: str = ""
    opened: bool = False
    files: Sequence[dict[str, Any]] = ()
    problem: str | None = None
    readings: tuple[str, str, str, str] | None = None
    refusal: str = ""

    def walk(self) -> Iterator[Node]:
        """This node and all its descendants, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.extra:
                stack += [row.node for row in reversed(node.extra)]
            if node.children:
                stack += reversed(node.children)

    def entries(self) -> dict[str, list[str]]:
        """The content of this node's own controls (not of its descendants), by control name."""
        entries: dict[str, list[str]] = {}
        if self.unrepresentable:
            entries[self.name + "-j"] = list(self.raw)
        elif self.kind in ("file", "files"):
            entries[self.name + "-f"] = [file["id"] for file in self.files]
        elif self.kind not in ("object", "array", "closed", "none"):
            entries[self.name] = list(self.raw)
        if self.kind == "array" and self.open_ended:
            entries[self.name + "-r"] = [" ".join(self.keys)]
        if self.kind == "object" and self.open_ended:
            entries[self.name + "-x-r"] = [" ".join(row.key_id for row in self.extra)]
            for row in self.extra:
                entries[f"{self.name}-x-{row.key_id}-k"] = [row.key]
        for choice in self.choices:
            entries[choice.name] = ["" if choice.chosen is None else str(choice.chosen)]
        if self.was:
            entries[self.name + "-n"] = [self.was]
        if self.kind == "several" and not self.unrepresentable:
            entries[self.name + "-r"] = [" ".join(raw for raw in self.raw if raw.isdigit())]
        if self.opened:
            entries[self.name + "-o"] = ["1"]
        return entries


@dataclass(slots=True)
class Row:
    """A key-value row: `key_id` ends its controls' names, `key` is the typed property name, `node` its value."""

    key_id: str
    key: str
    node: Node
    problem: str | None = None
    names: list[str] | None = None


@lru_cache(maxsize=8192)
def pretty(name: str) -> str:
    """The label of a property that has no title.

    >>> pretty("start_date"), pretty("firstName")
    ('Start date', 'First name')
    """
    words = _CAMEL.sub(" ", name.replace("_", " ").replace("-", " ")).split()
    if not words:
        return name
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return text[:1].upper() + text[1:]
