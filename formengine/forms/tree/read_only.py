"""Read-only answers (`readOnly`, also of what is inside a read-only group or list): a post never changes them.

What counts is the value that stood there when the page was shown, else the constant or the default of the schema. Only
where there is none of these, as in a new form prefilled by its page, it is what was posted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.schema.shape import Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_names import POSTED_BEFORE
from formengine.forms.tree.node import MISSING, SILENT, Node
from formengine.forms.tree.value_text import to_json

Before = Mapping[str, Any]
"""The values that a page showed before it was posted, by control name; empty where the form was new."""

_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
"""What the empty control of a required answer, and the empty place of a tuple, mean."""


def values_by_name(root: Node, data: Any) -> dict[str, Any]:
    """The values of the tree of some data by control name; of a union or one of several types also by the name without
    its choice. What an empty control means, such as null, is none of them where the data have nothing.
    """
    values: dict[str, Any] = {}
    for node in root.walk():
        values[node.name] = node.value if _holds(data, node.pointer) else MISSING
        if node.choices:
            values[_without_choice(node)] = values[node.name]
    return values


def posted_before(root: Node, entries: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What was posted for the controls that other answers have made read-only, and the types chosen that they took off
    offer, as JSON by a name of its own: it is not lost, and is typed there again when they are read-only no more, or
    the type is on offer (see `read_post`). Nothing that is write-only."""
    kept: dict[str, list[str]] = {}
    for node in root.walk():
        for choice in node.selects if node.choices else ():
            types = entries.get(choice.name, [])
            if choice.keyword == "type" and choice.chosen is None and types[-1:] not in ([], [""]):
                kept[choice.name + POSTED_BEFORE] = [to_json(types)]
        if not node.read_only or node.write_only or node.computed:
            continue
        for name, shown in node.entries().items():
            posted = entries.get(name, [] if node.kind in SILENT else None)
            if posted is not None and posted != list(shown):
                kept[name + POSTED_BEFORE] = [to_json(posted)]
    return kept


def _holds(data: Any, pointer: str) -> bool:
    """Whether there is something at a pointer, null as well."""
    *outer, token = ["", *json_pointer.split(pointer)]
    group = json_pointer.resolve(data, json_pointer.join(outer[1:]))
    if isinstance(group, list):
        return json_pointer.list_index(token, len(group)) is not None
    return not pointer or (isinstance(group, Mapping) and token in group)


def _value_in(data: Any, node: Node) -> Any:
    """What data have for a node, an empty list or group too, which is no answer to its control."""
    if not _holds(data, node.pointer):
        return MISSING
    return json_pointer.resolve(data, node.pointer) if node.value is MISSING else node.value


def _without_choice(node: Node) -> str:
    return node.choices[0].name.rpartition("-")[0]


def stood(before: Before, name: str) -> Any:
    """The value that stood in a control, MISSING where none did; where other answers made it read-only, the value that
    stood at the property before they did."""
    plain, _, last = name.rpartition("-")
    return before.get(name, before.get(plain, MISSING) if last.startswith("v") and len(last) == 9 else MISSING)


def standing_value(before: Before, name: str, shape: Shape, *, chosen: bool = False) -> Any:
    """The value of a read-only control; POSTED where only the post has one. `chosen`: it is the control of a branch or
    type, so that what stood in the control of another is none of it.
    """
    value = before.get(name, MISSING) if chosen else stood(before, name)
    if value is MISSING:
        value = _set_by_schema(shape, chosen=chosen)
    return Context.POSTED if value is MISSING and not before else value


def _set_by_schema(shape: Shape, *, chosen: bool = False) -> Any:
    """The constant of a schema, else its default, else MISSING. `chosen`: as for `standing_value`; not the default of a
    branch whose type another rule excludes, which could not be taken out again.
    """
    if shape.const and shape.options and len(shape.options) == 1:
        return shape.options[0][0]
    default = shape.keywords.get("default", MISSING)
    return MISSING if chosen and default is not MISSING and not shape.takes_type_of(default) else default


def changed_nodes(root: Node, data: Any, before: Before) -> Iterator[Node]:
    """The read-only nodes of the tree of some JSON data whose value is another than the one that stood there."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.computed:
            continue
        below = [*node.children, *(row.node for row in node.extra)][::-1]
        if not node.read_only:
            stack += below
            continue
        standing = standing_value(before, _without_choice(node) if node.choices else node.name, node.shape)
        was_there = stood(before, node.name) is not MISSING
        value = _value_in(data, node)
        if standing is MISSING and node.kind in ("object", "array") and not node.unrepresentable and value:
            stack += below  # a new row has the defaults in it
            continue
        if standing is MISSING and value in _EMPTY:
            continue
        if node.choices and before.get(node.name, MISSING) is MISSING and value == _set_by_schema(node.shape):
            continue  # another branch stood there, and this one was chosen: it can have no other value
        if standing is not Context.POSTED and value != standing and (value is not MISSING or was_there):
            yield node
