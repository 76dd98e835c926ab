"""A draft begun on an older form, carried to the one that is in force (F8).

A draft holds what the controls held, and a choice by its number: only the form that it was begun on can read it. Its
answers are read there and shown again by the new form, by value; what that changes is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formengine.forms.form import Form
from formengine.forms.tree.node import MISSING, Node


@dataclass(frozen=True)
class Carried:
    """`draft` is for the new form. The others are fields as (pointer, title): `gone` had an answer and are asked no
    more, `changed` have another answer now, `unfit` keep one that the new form does not take, `new` were not asked."""

    draft: dict[str, list[str]]
    gone: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)
    unfit: list[tuple[str, str]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)


def carry(draft: Mapping[str, Any], old: Form, new: Form) -> Carried:
    """Carry a draft of `old` to `new`; what was typed and is hidden in the old form is left behind. Never raises."""
    data = old.resume(draft).data
    carried = new.draft(data)
    after = new.resume(carried)
    before, now = _fields(old, data), _fields(new, after.data)
    wrong = {one.pointer for one in after.errors if one.keyword not in ("required", "dependentRequired")}
    answered = {pointer: node for pointer, node in before.items() if node.value is not MISSING}
    kept = {pointer: now[pointer] for pointer in answered if pointer in now}
    changed = {pointer for pointer, node in kept.items() if node.value != answered[pointer].value}
    return Carried(
        carried,
        gone=[(pointer, node.title) for pointer, node in answered.items() if pointer not in now],
        changed=[(pointer, now[pointer].title) for pointer in kept if pointer in changed and pointer not in wrong],
        unfit=[(pointer, now[pointer].title) for pointer in kept if pointer in wrong],
        new=[(pointer, node.title) for pointer, node in now.items() if pointer not in before],
    )


def _fields(form: Form, data: Any) -> dict[str, Node]:
    """The fields of a form for these data that hold a value of their own, by pointer."""
    return {node.pointer: node for node in form.nodes(data) if not node.children and not node.extra and node.pointer}
