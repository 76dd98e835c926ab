"""A form for given data, as a tree: what is drawn, what was typed, and the value that makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.forms.schema.resolver import Shape


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""There is no value here."""


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
    value: Any = MISSING
    raw: list[str] = field(default_factory=list)
    ui: dict[str, Any] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    inside: list[Node | str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    first: int = 0
    extra: list[Row] = field(default_factory=list)
    open_ended: bool = False
    misfit: bool = False
    was: str = ""
    opened: bool = False
    driver: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)
    problem: str | None = None

    def walk(self) -> Iterator[Node]:
        """This node and all below, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()
        for row in self.extra:
            yield from row.node.walk()

    def entries(self) -> dict[str, list[str]]:
        """What the controls of this node (not of those below) hold, by name: the material of a draft."""
        found: dict[str, list[str]] = {}
        if self.misfit:
            found[self.name + "-j"] = self.raw
        elif self.kind in ("file", "files"):
            found[self.name + "-f"] = [one["id"] for one in self.files]
        elif self.kind not in ("object", "array", "closed", "none"):
            found[self.name] = self.raw
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
        if self.kind == "several" and not self.misfit:
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
