"""The node tree: a form for some data, with the content of each control and the value it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from formengine.forms.schema.shape import SchemaParts, Shape
from formengine.forms.tree.control_names import LANGUAGE, ROOT, UNKEPT
from formengine.forms.tree.value_text import json_of_deep, to_json

SILENT: Final = ("file", "files", "options", "boolean", "checkbox")
"""Kinds of control that may post nothing while they are empty."""
_FEW_NODES: Final = 10_000
_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""No value; distinct from JSON null."""
HIDDEN_UI: Final[dict[str, Any]] = {"widget": "hidden"}
NO_UI: Final[dict[str, Any]] = {}
"""The `ui` of a location that has none: one shared object, because templates are cached by its identity."""


@dataclass(slots=True)
class Choice:
    """A select that chooses a union's branch or a type: `values` are what its options post, `labels` their texts,
    `chosen` an index into both, None before a choice. With `question`, the answer to that property is the choice, and
    there is no select; else the properties in `told_by` (with their values in each branch) repeat what the select
    says. `fixed`: it is read-only; `branches` are the schemas of the union; `repeats`: a choice before it, whose `name`
    it has, is that of the same branches, and there is no second select. `called_by`: the properties whose answers call
    the select up; `brings` those that the chosen branch of such a select declares."""

    name: str
    keyword: str
    values: list[str]
    labels: list[str]
    chosen: int | None
    question: str | None = None
    told_by: Mapping[str, list[list[Any]]] = field(default_factory=dict)
    fixed: bool = False
    branches: SchemaParts = ()
    repeats: bool = False
    called_by: Set[str] = frozenset()
    brings: Set[str] = frozenset()


Choices = Mapping[str, Sequence[Choice]]
"""The choices of the values of a tree, by JSON Pointer."""
NO_CHOICES: Final[Choices] = {}


@dataclass(slots=True)
class Node:
    """One control, group or list of the form.

    `kind` says how it is rendered: text, textarea, number, boolean, checkbox, options, several, lines, json, file,
    files, null, object, array, closed, none. `value` is JSON or MISSING; `raw` the texts in its controls; `problem` a
    keyword of `FIXED_MESSAGES` for an error of reading itself, and `readings` day, time and the two meanings of a time
    that is skipped or doubled, or of a number; `language` is that of a number which is another one elsewhere; `was`
    what an empty control held before (null, blank, absent; of a tuple `PlacesBefore`). `unrepresentable`: the control
    cannot show the value, which is shown as JSON. `open_ended`: rows can be added, after the first `first` children of
    a list; `keys` are the row keys, `row_order` these and those of the places, `extra` the key-value rows of an object.
    `opened`: a recursive group was opened. `driver`: a condition of its parent reads it. `called_up`: it is there
    because of other answers. `read_only`: a post does not change it; `write_only`: no page shows it; `unkept`: and
    something was typed in it. `computed`: its value is calculated from other answers.
    `answered`: somebody answered it, or something in it; `prefilled`: it shows a default that nobody changed;
    `beside` are answers of other branches, which no page shows; `content`: what the controls of a group hold,
    though the group may be absent. `templates` caches the renderer's templates by state; static controls share one
    such cache.
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
    called_up: bool = False
    read_only: bool = False
    write_only: bool = False
    computed: bool = False
    answered: bool = False
    prefilled: bool = False
    content: Any = MISSING
    templates: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    choices: Sequence[Choice] = ()
    children: Sequence[Node] = ()
    keys: Sequence[str] = ()
    row_order: Sequence[str] = ()
    first: int = 0
    extra: Sequence[Row] = ()
    beside: Sequence[Node] = ()
    open_ended: bool = False
    unrepresentable: bool = False
    was: str = ""
    opened: bool = False
    files: Sequence[dict[str, Any]] = ()
    problem: str | None = None
    unkept: bool = False
    readings: tuple[str, str, str, str] | None = None
    language: str = ""
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
        if self.kind == "array" and (self.open_ended or self.row_order):
            entries[self.name + "-r"] = [" ".join(self.row_order)]
        if self.kind == "object" and self.open_ended:
            entries[self.name + "-x-r"] = [" ".join(row.key_id for row in self.extra)]
            for row in self.extra:
                entries[self.key_name(row.key_id)] = [row.key]
        for choice in self.selects if self.choices else ():
            entries[choice.name] = ["" if choice.chosen is None else choice.values[choice.chosen]]
        if self.was:
            entries[self.name + "-n"] = [self.was]
        if self.language:
            entries[self.name + LANGUAGE] = [self.language]
        if self.write_only:
            entries[self.name + UNKEPT] = ["1"] if self.unkept else []
        if self.kind == "several" and not self.unrepresentable:
            entries[self.name + "-r"] = [to_json(list(self.raw))]
        if self.opened:
            entries[self.name + "-o"] = ["1"]
        if self.defaulted:
            entries[self.name + "-d"] = ["1"]
        return entries

    @property
    def selects(self) -> list[Choice]:
        """The choices that have a select of their own."""
        return [choice for choice in self.choices if choice.question is None and not choice.repeats]

    @property
    def defaulted(self) -> bool:
        """Whether its default was set when it appeared, or could be by other answers, so that it is not set again over
        what is answered now. A control that posts nothing when it is empty would else seem to appear only then.
        """
        return self.called_up and ("default" in self.shape.keywords or self.kind in SILENT)

    def all_entries(self) -> dict[str, list[str]]:
        """The content of the controls of this node and all its descendants, by control name."""
        return {name: values for node in self.walk() for name, values in node.entries().items()}

    def key_name(self, key_id: str) -> str:
        """The name of the control for the property name of a key-value row (`Row.key_id`)."""
        return f"{self.name}-x-{key_id}-k"


@dataclass(slots=True)
class Row:
    """A key-value row: `key_id` identifies it in the names of its controls, `key` is the typed property name, `node`
    its value; `problem` a keyword of `FIXED_MESSAGES`; `names` the property names to choose from (None: any)."""

    key_id: str
    key: str
    node: Node
    problem: str | None = None
    names: list[str] | None = None


@lru_cache(maxsize=8192)
def default_title(name: str) -> str:
    """The title of a property whose schema has none, from its name.

    >>> default_title("start_date"), default_title("firstName")
    ('Start date', 'First name')
    """
    words = _CAMEL.sub(" ", name.replace("_", " ").replace("-", " ")).split()
    if not words:
        return name if name.strip() else f"“{name}”"  # a control without a name could not be found
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return text[:1].upper() + text[1:]


def undrawn_root(data: Any) -> Node:
    """The only node of a tree that is too large to be drawn: it shows the data as JSON; nothing where it is MISSING."""
    root = Node(ROOT, "", "none", Shape(), "", True, NO_UI, value={})
    if data is not MISSING:
        root.unrepresentable, root.raw, root.value = True, [json_of_deep(data)], data
    return root


def count_of_controls(root: Node, nodes: int) -> int:
    """How many controls the page of a tree has, groups and lists not counted; where even its `nodes` are few, these."""
    if nodes <= _FEW_NODES:
        return nodes
    return sum(node.kind not in ("object", "array", "none") or node.unrepresentable for node in root.walk())


def values_of_kind(nodes: Iterable[Node], kind: str, *, misfits: bool = False) -> list[tuple[str, Any]]:
    """The values of one field kind, such as "dossier", among nodes: (pointer, value); with `misfits` also those that
    their controls cannot show."""
    return [
        (node.pointer, node.value)
        for node in nodes
        if node.shape.keywords.get("$kind") == kind
        and (misfits or not node.unrepresentable)
        and node.value is not MISSING
    ]


def file_references(nodes: Iterable[Node]) -> list[tuple[str, dict[str, Any]]]:
    """The file references at the file controls among nodes: (pointer, reference)."""
    references = []
    for node in nodes:
        if node.kind in ("file", "files") and not node.unrepresentable:
            many = node.kind == "files"
            references += [
                (f"{node.pointer}/{index}" if many else node.pointer, file) for index, file in enumerate(node.files)
            ]
    return references
