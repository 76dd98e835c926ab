"""Focus management and ARIA status message after a form button (add, remove, move a row).

With scripts, the client moves the message into a live region and the focus to the control; without, the message stands
on the page and `autofocus` moves the focus.
"""

from __future__ import annotations

from formengine import json_pointer
from formengine.forms.html.template_cache import html
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import Node
from formengine.forms.tree.post import Post


def focus_after_operation(fragment: str, root: Node, post: Post, context: Context) -> str:
    """A fragment rendered after a button was pressed, with its status message and its focus."""
    operation, target, index = post.pressed
    nodes = {node.name: node for node in root.walk()}
    control_id, status = "", ""
    if operation == "add" and post.fresh:
        control_id, status = _after_add(post.fresh, target, nodes, context)
    elif operation in ("remove", "up", "down"):
        control_id, status = _after_change(operation, target, index, nodes, context)
    elif operation == "open" and target in nodes:
        control_id = _first_control(nodes[target])
    elif operation == "choose":
        control_id = target
    if control_id:
        fragment = _autofocus(fragment, context.id_prefix + control_id)
    return (f'<p class="ff-status" role="status" data-form-status>{html(status)}</p>' if status else "") + fragment


def focus_on_property(fragment: str, root: Node, name: str, context: Context) -> str:
    """A fragment whose focus is on a top-level property; unchanged where that property is not rendered."""
    pointer = json_pointer.join([name])
    node = next((child for child in root.children if child.pointer == pointer), None)
    return _autofocus(fragment, context.id_prefix + _first_control(node)) if node else fragment


def _autofocus(fragment: str, control_id: str) -> str:
    return fragment.replace(f' id="{control_id}"', f' id="{control_id}" autofocus', 1)


def _after_add(fresh: str, target: str, nodes: dict[str, Node], context: Context) -> tuple[str, str]:
    """The control to focus and the status message after a row was added."""
    node = nodes.get(fresh) or next((node for name, node in nodes.items() if name.startswith(f"{fresh}-v")), None)
    parent = nodes.get(target.removesuffix("-x"))
    if node is None or parent is None:
        return "", ""
    status = context.say("An entry was added to “{list}”.", list=parent.title)
    return (f"{fresh}-k" if target.endswith("-x") else _first_control(node)), status


def _after_change(operation: str, target: str, index: int, nodes: dict[str, Node], context: Context) -> tuple[str, str]:
    """The control to focus and the status message after a row or a file was removed, or a row was moved."""
    if target in nodes and operation == "remove":
        return target, context.say("The file was removed.")
    name = target.rpartition("-")[0]
    parent = nodes.get(name.removesuffix("-x"))
    if parent is None:
        return "", ""
    index -= max(len(parent.row_order) - len(parent.keys), 0)  # the places of a tuple are no rows
    if operation != "remove":
        to = index + (1 if operation == "down" else -1)
        rows = len(parent.keys)
        opposite = {"up": "down", "down": "up"}[operation]
        button = operation if 0 < to < rows - 1 else opposite
        status = context.say("Moved to place {place} of {count}.", place=to + 1, count=rows)
        return f"fe-{button}-{target}", status
    status = context.say("An entry was removed from “{list}”.", list=parent.title)
    if name.endswith("-x"):
        keys = [parent.key_name(row.key_id) for row in parent.extra]
        return (keys[min(index, len(keys) - 1)] if keys else f"fe-add-{name}"), status
    rows_left = parent.children[parent.first :]
    if rows_left:
        return rows_left[min(max(index, 0), len(rows_left) - 1)].name, status
    return f"fe-add-{name}-{parent.first}", status


def _first_control(node: Node) -> str:
    """The name of the first control in a group, else of the node itself."""
    if node.selects:
        return node.selects[0].name
    if node.kind == "object" and not node.unrepresentable and node.children:
        return _first_control(node.children[0])
    return node.name
