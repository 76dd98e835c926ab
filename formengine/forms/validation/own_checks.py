"""What jsonschema-rs cannot judge, judged beside it: formats and patterns of our own that every value must fit.

With a function of ours in its schema, jsonschema-rs takes twice as long for all of it. So it accepts without them where
each stands at a property or item that is always judged, not within a union, a condition or a negation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from formengine.forms.schema.ecma_regex import boundary_pattern, compile_search
from formengine.forms.schema.formats import CUSTOM_FORMATS
from formengine.forms.validation.schema_node import SchemaNode

Check = Callable[[Any], object]
"""Whether a value passes: something truthy."""
_MOST: Final = 50
_ITEMS: Final = ("items",)


def checks_beside(root: SchemaNode, keywords: Mapping[int, Collection[str]]) -> list[Check] | None:
    """The checks of data by our own functions; None where one stands where it is not always judged,
    or there are many.

    `keywords` are "pattern" and "format" by the identity of the nodes that need a function of ours for them.
    """
    return _checks(root, keywords, ())


def _checks(node: SchemaNode, keywords: Mapping[int, Collection[str]], outer: tuple[int, ...]) -> list[Check] | None:
    if id(node) in outer:
        return None if _has_any(node, keywords, set()) else []
    checks = [_check(node, keyword) for keyword in keywords.get(id(node), ())]
    for path, child in [*node.children.items(), *([(("$ref",), node.target)] if node.target else [])]:
        if not _has_any(child, keywords, set()):
            continue
        inner = _checks(child, keywords, (*outer, id(node)))
        if inner is None or not (path[0] in ("properties", "allOf", "$ref") or _judges_every_item(node, path)):
            return None
        checks += [_at(path, check) for check in inner]
        if len(checks) > _MOST:  # also where references lead to one schema in ever more ways
            return None
    return checks


def _has_any(node: SchemaNode, keywords: Mapping[int, Collection[str]], visited: set[int]) -> bool:
    if id(node) in visited:
        return False
    visited.add(id(node))
    inner = [*node.children.values(), *([node.target] if node.target else [])]
    return id(node) in keywords or any(_has_any(child, keywords, visited) for child in inner)


def _judges_every_item(node: SchemaNode, path: Any) -> bool:
    return path == _ITEMS and "prefixItems" not in node.keywords


def _check(node: SchemaNode, keyword: str) -> Check:
    value = node.keywords[keyword]
    if keyword == "format":
        judge = CUSTOM_FORMATS[value]
        return lambda text: not isinstance(text, str) or judge(text)
    search = compile_search(value)
    if boundary_pattern(value) is not None:  # jsonschema-rs has judged it, if it is ASCII
        return lambda text: not isinstance(text, str) or text.isascii() or search(text)
    return lambda text: not isinstance(text, str) or search(text)


def _at(path: Any, check: Check) -> Check:
    """The check of a member of a value."""
    if path == _ITEMS:
        return lambda value: not isinstance(value, list | tuple) or all(map(check, value))
    if path[0] != "properties":
        return check
    name = path[1]
    return lambda value: not isinstance(value, dict) or name not in value or check(value[name])
