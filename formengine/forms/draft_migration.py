"""Migrates a saved draft from the version of a form that it was begun on to a newer one (F8).

A draft holds the content of the controls, a choice by its number, so only the version that it was begun on can read
it. That version reads the answers, and the new one shows them again by value and reports what that changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formengine.forms.form import Form
from formengine.forms.tree.node import MISSING, Node


@dataclass(frozen=True)
class Carried:
    """A draft for the new form, and the fields that it concerns as (pointer, title).

    `gone` had an answer and no longer exist; `changed` have another answer than before; `unfit` keep an answer that the
    new form refuses; `new` did not exist before.
    """

    draft: dict[str, list[str]]
    gone: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)
    unfit: list[tuple[str, str]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)


def carry(draft: Mapping[str, Any], old: Form, new: Form) -> Carried:
    """Migrate a draft of `old` to `new`; content of fields hidden in the old form is dropped. Never raises."""
    data = old.resume(draft).data
    carried = new.draft(data)
    after = new.resume(carried)
    before, now = _fields(old, data), _fields(new, after.data)
    wrong = {error.pointer for error in after.errors if error.keyword not in ("required", "dependentRequired")}
    answered = {pointer: node for pointer, node in before.items() if node.value is not MISSING}
    remaining = {pointer: now[pointer] for pointer in answered if pointer in now}
    changed = {pointer for pointer, node in remaining.items() if node.value != answered[pointer].value}
    return Carried(
        carried,
        gone=[(pointer, node.title) for pointer, node in answered.items() if pointer not in now],
        changed=[(pointer, now[pointer].title) for pointer in remaining if pointer in changed and pointer not in wrong],
        unfit=[(pointer, now[pointer].title) for pointer in remaining if pointer in wrong],
        new=[(pointer, node.title) for pointer, node in now.items() if pointer not in before],
    )


def _fields(form: Form, data: Any) -> dict[str, Node]:
    """The fields that show these data and hold a value of their own, by pointer."""
    return {node.pointer: node for node in form.nodes(data) if not node.children and not node.extra and node.pointer}
