"""Answers that are sent again, all or some of them open for change, judged by the whole form (F19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from formengine import json_pointer
from formengine.forms.form import Form
from formengine.forms.schema.checks import registry_of
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.validator import SchemaChecker
from formengine.json_schema import in_place_schemas


@dataclass(frozen=True)
class CorrectedAnswers:
    """The answers as they are to be kept, with the form's errors; `closed` are the names of those that stay.

    `opened` are answers that were not open and may change all the same: the form finds them wrong beside the others,
    or computes them from the others.
    """

    data: dict[str, Any]
    errors: list[FieldError]
    closed: frozenset[str]
    opened: frozenset[str] = frozenset()


def shown_fields(form: Form, answers: Mapping[str, Any]) -> list[str]:
    """The top-level fields that a form shows beside these answers, conditions included, in its order."""
    pointers = (node.pointer for node in form.nodes(answers))
    return list(dict.fromkeys(json_pointer.first(pointer) for pointer in pointers if pointer))


def hidden_fields(form: Form, answers: Mapping[str, Any]) -> frozenset[str]:
    """The top-level fields of a form that it does not show beside these answers.

    What is hidden decides nothing: conditions on it are tested as if it had no answer.
    """
    known = {name for _, schema in in_place_schemas(form.schema) for name in schema.get("properties", ())}
    hidden: frozenset[str] = frozenset()
    for _ in range(len(known) + 1):  # conditions on one another may never come to rest
        seen = {name: value for name, value in answers.items() if name not in hidden}
        before, hidden = hidden, frozenset(known.difference(shown_fields(form, seen)))
        if hidden == before:
            break
    return hidden


def fits(schema: Any, value: Any, definitions: Mapping[str, Any]) -> bool:
    """Whether a value fits a schema of a form, which may refer to the form's definitions."""
    if isinstance(schema, bool):
        return schema
    return SchemaChecker({**schema, "$defs": definitions}, registry_of({})).is_valid(value)


def judge_correction(
    form: Form, present: Mapping[str, Any], parts: Collection[str] | None, sent: Mapping[str, Any]
) -> CorrectedAnswers:
    """Judge what was sent over the `present` answers; `parts` are the fields that may change (None: all).

    Answers that are not open stay as they are, whatever was sent, or go where the form no longer asks for them. One
    that had no answer before may be answered.
    """
    locked = [] if parts is None else [name for name in present if name not in parts and name not in form.computed]
    closed = {name: present[name] for name in locked}
    data = _shown_answers(form, {**sent, **closed}, closed)
    errors = form.validate(data, before=present)
    opened = frozenset(json_pointer.first(error.pointer) for error in errors) & closed.keys()
    if opened:
        closed = {name: value for name, value in closed.items() if name not in opened}
        data = _shown_answers(form, {**sent, **closed}, closed)
        errors = form.validate(data, before=present)
    return CorrectedAnswers(form.complete(data), errors, frozenset(closed), opened.union(form.computed))


def _shown_answers(form: Form, answers: dict[str, Any], closed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those that are not open and that the form does not show beside the others."""
    if not closed:
        return answers
    shown = shown_fields(form, answers)
    return {name: value for name, value in answers.items() if name not in closed or name in shown}
