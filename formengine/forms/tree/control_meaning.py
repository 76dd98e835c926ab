"""What a posted text means in a control, and the name segment that keeps apart what means something else.

The same text is an amount in one control and a date-time in another; and a control that other answers make read-only
shows a value of the schema, which must not be there any more when they change again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from formengine.forms.kinds.text_input import text_kind
from formengine.forms.schema.resolver import Resolver
from formengine.forms.schema.shape import SchemaParts, Shape
from formengine.forms.tree.control_kind import kind_of
from formengine.forms.tree.control_names import variant
from formengine.forms.tree.node import Choice

_READ_AS_TIMES: Final = ("date-time", "time")
"""Formats of which the offset is not typed."""


def meaning(shape: Shape, ui: dict[str, Any], resolver: Resolver) -> Any:
    """What a text posted in the control of a shape means, as JSON: the kind of control, how its text is read where that
    is not as it is typed, and whether the schema sets it.
    """
    kind, keywords = kind_of(shape, None, ui, resolver), shape.keywords
    reading = text_kind(keywords) if kind == "text" else ""
    if keywords.get("format") in _READ_AS_TIMES and not reading:
        reading = keywords["format"]
    set_by_schema = bool(keywords.get("readOnly")) and ("default" in keywords or shape.const)
    return [kind, reading or "", set_by_schema] if reading or set_by_schema else kind


def field_variant(parts: SchemaParts, unconditional: SchemaParts, ui: dict[str, Any], resolver: Resolver) -> str:
    """The name segment of a property that means something else under other answers; "" where it does not.

    One that only a branch or a condition declares is known by what declares it first, so that two branches that declare
    it alike share its answer, in every language; one that is declared before, by what it means where a condition
    changes that.
    """
    if len(parts) == len(unconditional):
        return ""
    before = unconditional or parts[:1]
    own = meaning(resolver.shape(parts, None), ui, resolver)
    changed = own != meaning(resolver.shape(before, None), ui, resolver)
    if unconditional:
        return variant(own) if changed else ""
    first = resolver.identities.of(parts[0])
    return variant([first, own] if changed else first)


def row_variant(shape: Shape, number: int, resolver: Resolver) -> str:
    """The name segment of a row of a list (counted from 0) that means something else under other answers; "" where it
    does not. What a place of a tuple means counts for the row that stands there where there is no tuple."""
    if len(shape.lasting) == len(shape.parts):
        return ""
    parts, lasting = row_parts(shape, number), row_parts(resolver.shape(shape.lasting, None), number)
    own = meaning(resolver.shape(parts, None), {}, resolver)
    if own != meaning(resolver.shape(lasting, None), {}, resolver):
        return variant(own)
    another = own in ("object", "array") and not set(map(id, parts)) & set(map(id, lasting))
    return variant(resolver.identities.of(parts[0])) if another else ""


def row_parts(shape: Shape, number: int) -> SchemaParts:
    """The schemas of a row of a list (counted from 0)."""
    return shape.prefix_items[number] if number < len(shape.prefix_items) else shape.items or (True,)


def choice_variant(
    parts: SchemaParts, shape: Shape, choices: Sequence[Choice], chosen: str | None, kind: str, ui: dict[str, Any],
    resolver: Resolver,
) -> str:  # fmt: skip
    """The name segment of a control that a choice brings; "" where it would mean the same without it.

    `chosen` is the type chosen of several, and `kind` the kind of control, both with the `choices` made.
    """
    plain = resolver.shape(parts, None)
    alike = meaning(shape, ui, resolver) == meaning(plain, ui, resolver)
    if chosen is None and kind == kind_of(plain, None, ui, resolver) and alike:
        return ""
    selects = [
        choice for choice in choices if choice.question is None and not choice.repeats
    ]  # others are told by what is in the control
    return variant([choice.values[choice.chosen] for choice in selects if choice.chosen is not None])
