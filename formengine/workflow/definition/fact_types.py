"""The facts that a workflow may name, with their types: answers of forms, its own fields, what the engine counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from formengine.conditions.fact_types import NO_KINDS, Kinds, describe, properties
from formengine.workflow.definition.model import ChildKind, FactType, Schema

SUBMITTED_ON: Final = "submitted_on"
"""The fact with the day on which the request was sent, in the calendar's time zone."""


def fact_types(
    fields: Mapping[str, Schema], forms: Mapping[str, Schema], kinds: Kinds = NO_KINDS
) -> dict[str, FactType]:
    """Every fact that a workflow may name: its own `fields`, and the top-level properties of the pack's forms.

    `forms` are JSON Schemas by request type, `kinds` the field kinds of plugins.
    """
    by_form = {
        request_type: {
            name: replace(describe(name, schema, form, kinds), definitions=_definitions(schema, form))
            for name, schema in properties(form).items()
        }
        for request_type, form in forms.items()
    }
    merged: dict[str, FactType] = {}
    for types in by_form.values():
        for name, fact in types.items():
            missing_in = tuple(request_type for request_type, declared in by_form.items() if name not in declared)
            merged[name] = _merged(merged[name], fact) if name in merged else replace(fact, missing_in=missing_in)
    return {**merged, **{name: describe(name, schema, {}, kinds) for name, schema in fields.items()}}


def _definitions(schema: Schema, form: Schema) -> dict[str, Any]:
    """The shared schemas of a form, where one of its properties refers to them."""
    shared = {key: form[key] for key in ("$defs", "definitions") if key in form}
    return shared if shared and "#/" in str(schema) else {}


def child_fact_types(kind: ChildKind, kinds: Kinds = NO_KINDS) -> dict[str, FactType]:
    """The types of a child's own fields; `kinds` are the field kinds of plugins."""
    return {name: describe(name, schema, {}, kinds) for name, schema in kind.fields.items()}


def count_types(children: Mapping[str, ChildKind]) -> dict[str, FactType]:
    """The types of `open_KIND` and `all_KIND`, which count the children of a kind."""
    return {
        f"{word}_{kind}": FactType(f"{word}_{kind}", children[kind].title, "number", kept=True)
        for kind in children
        for word in ("open", "all")
    }


def counted_child(name: str) -> str:
    """The child that a fact named `open_KIND` or `all_KIND` counts, which no form declares; "" of another name."""
    word, _, kind = name.partition("_")
    return kind if word in ("open", "all") else ""


def own_types() -> dict[str, FactType]:
    """The facts that every dossier has without being asked; a field, or a question, of the same name comes first."""
    title = {"en": "Submitted on", "fr": "Demande soumise le"}
    return {SUBMITTED_ON: FactType(SUBMITTED_ON, title, "date", kept=True)}


def _merged(first: FactType, second: FactType) -> FactType:
    """The type of a fact that two forms declare; `unknown` when they differ in kind."""
    kind = first.kind if first.kind == second.kind else "unknown"
    values = {**first.values, **second.values} if first.values and second.values else {}
    return replace(first, kind=kind, values=values)
