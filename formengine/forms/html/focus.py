"""Where people look after a button: what happened, said in a sentence, and the control that takes the focus.

The same with a script (which moves the sentence into a live region and the focus to the control) and without one (the
sentence stands on the page, and `autofocus` leads the browser).
"""

from __future__ import annotations

from formengine import json_pointer
from formengine.forms.html.template_cache import html
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import Node
from formengine.forms.tree.post import Post


def focus_after_operation(fragment: str, root: Node, post: Post, context: Context) -> str:
    """A fragment made after a button was pressed, with its sentence and its focus."""
    operation, target, at = post.pressed
    nodes = {node.name: node for node in root.walk()}
    place, said = "", ""
    if operation == "add" and post.fresh:
        place, said = _added(post.fresh, target, nodes, context)
    elif operation in ("remove", "up", "down"):
        place, said = _changed(operation, target, at, nodes, context)
    elif operation == "open" and target in nodes:
        place = _first(nodes[target])
    elif operation == "choose":
        place = target
    if place:
        fragment = fragment.replace(f' id="{place}"', f' id="{place}" autofocus', 1)
    return (f'<p class="ff-status" role="status" data-form-status>{html(said)}</p>' if said else "") + fragment


def focus_on_property(fragment: str, root: Node, name: str) -> str:
    """A fragment whose focus is led to a top-level property; as it is where that is not drawn."""
    pointer = json_pointer.join([name])
    for node in root.children:
        if node.pointer == pointer:
            place = _first(node)
            return fragment.replace(f' id="{place}"', f' id="{place}" autofocus', 1)
    return fragment


def _added(fresh: str, target: str, nodes: dict[str, Node], context: Context) -> tuple[str, str]:
    node = nodes.get(fresh)
    parent = nodes.get(target.removesuffix("-x"))
    if node is None or parent is None:
        return "", ""
    said = context.say("An entry was added to “{list}”.", list=parent.title)
    return (f"{fresh}-k" if target.endswith("-x") else _first(node)), said


def _changed(operation: str, target: str, at: int, nodes: dict[str, Node], context: Context) -> tuple[str, str]:
    """After a row or a file went, or a row moved."""
    if target in nodes and operation == "remove":
        return target, context.say("The file was removed.")
    name = target.rpartition("-")[0]
    parent = nodes.get(name.removesuffix("-x"))
    if parent is None:
        return "", ""
    if operation != "remove":
        to = at + (1 if operation == "down" else -1)
        rows = len(parent.keys)
        other = {"up": "down", "down": "up"}[operation]
        button = operation if 0 < to < rows - 1 else other
        said = context.say("Moved to place {place} of {count}.", place=to + 1, count=rows)
        return f"fe-{button}-{target}", said
    said = context.say("An entry was removed from “{list}”.", list=parent.title)
    if name.endswith("-x"):
        keys = [f"{name}-{row.key_id}-k" for row in parent.extra]
        return (keys[min(at, len(keys) - 1)] if keys else f"fe-add-{name}"), said
    rows_left = parent.children[parent.first :]
    if rows_left:
        return rows_left[min(at, len(rows_left) - 1)].name, said
    return f"fe-add-{name}-{parent.first}", said


def _first(node: Node) -> str:
    """The first control of a part, else the part itself."""
    if node.choices:
        return node.choices[0].name
    if node.kind == "object" and not node.unrepresentable and node.children:
        return _first(node.children[0])
    return node.name
