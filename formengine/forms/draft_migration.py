"""Migrates a saved draft from the version of a form that it was begun on to a newer one (F8).

A draft holds the content of the controls, so only the version that it was begun on can read all of it. That version
reads the answers, and the new one shows them again by value and reports what that changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formengine.forms.form import Answers, Form
from formengine.forms.tree.control_names import control_base
from formengine.forms.tree.node import MISSING, Node


@dataclass(frozen=True)
class Carried:
    """A draft for the new form, and the fields that it concerns as (pointer, title).

    `gone` had an answer and no longer exist; `changed` have another answer than before; `unfit` keep an answer that
    the new form refuses and the old one took; `new` did not exist before; `required` have no answer, and need one only
    now. `texts` are the answers of what is gone, changed or unfit, as plain text in the words of the old form, by
    pointer.
    """

    draft: dict[str, list[str]]
    gone: list[tuple[str, str]] = field(default_factory=list)
    changed: list[tuple[str, str]] = field(default_factory=list)
    unfit: list[tuple[str, str]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)
    required: list[tuple[str, str]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def carry(draft: Mapping[str, Any], old: Form, new: Form) -> Carried:
    """Migrate a draft of `old` to `new`, by value. Never raises.

    What was typed into fields that the old form did not show any more is kept where the new one does not show them
    either, so that it comes back with them.
    """
    answers = old.resume(draft)
    data = answers.data
    shown = new.draft(data)
    carried = {**_hidden(answers, shown), **shown}
    after = new.resume(carried)
    before, now = _fields(old, data), _fields(new, after.data)
    wrong = _refused(after) - _refused(answers)
    answered = {pointer: node for pointer, node in before.items() if node.value is not MISSING}
    remaining = {pointer: now[pointer] for pointer in answered if pointer in now}
    changed = {pointer for pointer, node in remaining.items() if node.value != answered[pointer].value}
    told = [pointer for pointer in answered if pointer not in now or pointer in changed or pointer in wrong]
    return Carried(
        carried,
        gone=[(pointer, node.title) for pointer, node in answered.items() if pointer not in now],
        changed=[(pointer, now[pointer].title) for pointer in remaining if pointer in changed and pointer not in wrong],
        unfit=[(pointer, now[pointer].title) for pointer in remaining if pointer in wrong],
        new=[(pointer, node.title) for pointer, node in now.items() if pointer not in before],
        required=[
            (pointer, node.title)
            for pointer, node in now.items()
            if node.required and node.value is MISSING and pointer in before and not before[pointer].required
        ],
        texts={pointer: old.text_of(answered[pointer]) for pointer in told},
    )


def _fields(form: Form, data: Any) -> dict[str, Node]:
    """The fields that show these data and hold a value of their own, by pointer."""
    return {node.pointer: node for node in form.nodes(data) if not node.children and not node.extra and node.pointer}


def _refused(answers: Answers) -> set[str]:
    """The pointers of answers that are there and wrong."""
    return {error.pointer for error in answers.errors if error.keyword not in ("required", "dependentRequired")}


def _hidden(answers: Answers, shown: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the draft holds for fields that neither form shows, by control name."""
    bases = {control_base(name) for name in shown}
    return {name: list(texts) for name, texts in answers.hidden.items() if control_base(name) not in bases}
