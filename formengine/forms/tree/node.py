"""A form for given data, as a tree: what is drawn, what was typed, and the value that makes."""

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
"""There is no value here."""


NO_UI: Final[dict[str, Any]] = {}
"""The `ui` of a location that has none: one shared object, because templates are cached by its identity."""


@dataclass(slots=True)
class Choice:
    """A select that chooses a branch or a type: `chosen` is its number, None when not chosen yet."""

    name: str
    keyword: str
    labels: list[str]
    chosen: int | None


@dataclass(slots=True)
class Node:
    """One place in the form.

    `kind` says how it is drawn: text, textarea, number, boolean, checkbox, options, several, lines, json, file, files,
    null, object, array, closed, none. `value` is JSON or MISSING; `raw` what its controls hold, `problem` a keyword of
    `wording` that reading itself found, `was` what an empty control held before (null, blank, absent).
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

    def walk(self) -> Iterator[Node]:
        """This node and all below, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.extra:
                stack += [row.node for row in reversed(node.extra)]
            if node.children:
                stack += reversed(node.children)

    def entries(self) -> dict[str, list[str]]:
        """What the controls of this node (not of those below) hold, by name: the material of a draft."""
        found: dict[str, list[str]] = {}
        if self.unrepresentable:
            found[self.name + "-j"] = list(self.raw)
        elif self.kind in ("file", "files"):
            found[self.name + "-f"] = [one["id"] for one in self.files]
        elif self.kind not in ("object", "array", "closed", "none"):
            found[self.name] = list(self.raw)
        if self.kind == "array" and self.open_ended:
            found[self.name + "-r"] = [" ".join(self.keys)]
        if self.kind == "object" and self.open_ended:
            found[self.name + "-x-r"] = [" ".join(row.key_id for row in self.extra)]
            for row in self.extra:
                found[f"{self.name}-x-{row.key_id}-k"] = [row.key]
        for choice in self.choices:
            found[choice.name] = ["" if choice.chosen is None else str(choice.chosen)]
        if self.was:
            found[self.name + "-n"] = [self.was]
        if self.kind == "several" and not self.unrepresentable:
            found[self.name + "-r"] = [" ".join(one for one in self.raw if one.isdigit())]
        if self.opened:
            found[self.name + "-o"] = ["1"]
        return found


@dataclass(slots=True)
class Row:
    """A key-value row: `key_id` names its controls, `key` is what was typed, `node` its value."""

    key_id: str
    key: str
    node: Node
    problem: str | None = None
    names: list[str] | None = None


@lru_cache(maxsize=8192)
def pretty(name: str) -> str:
    """A property's name for people, where it has no title.

    >>> pretty("start_date"), pretty("firstName")
    ('Start date', 'First name')
    """
    words = _CAMEL.sub(" ", name.replace("_", " ").replace("-", " ")).split()
    if not words:
        return name
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return text[:1].upper() + text[1:]
