"""The forms of steps and of new children, as JSON Schema in the actor's language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from formengine import json_pointer
from formengine.authoring import localised
from formengine.forms.rules.author_sentences import path_of
from formengine.services.case.form_conditions import known_beside, shown_when
from formengine.services.case.repository import LoadedCase
from formengine.value_format import title_of_id
from formengine.workflow.definition.model import ChildKind
from formengine.workflow.engine.api import TransitionInputs


def step_schema(
    loaded: LoadedCase, inputs: TransitionInputs, own: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form of a step: a schema of its facts, in order, and their present values.

    An answer of the request is asked while the request's form shows it beside the others, and where this cannot
    change in the step, only if it does (F19). `own` are fields of the child, which that form does not ask for.
    """
    apart = _apart(loaded, inputs, own)
    conditions = _conditions(loaded, [name for name in inputs.names if name not in apart])
    names = [name for name in inputs.names if conditions.get(name) is not False]
    required = [name for name in inputs.required if name not in conditions]
    schema = _schema(loaded, inputs.properties, names, required)
    rules = [
        {"if": condition, "then": {"required": [name]}, "else": {"properties": {name: False}}}
        for name, condition in conditions.items()
        if condition is not False
    ]
    data = {name: value for name, value in inputs.data.items() if name in names}
    return ({**schema, "allOf": rules} if rules else schema), data


def _conditions(loaded: LoadedCase, names: Collection[str]) -> dict[str, Any]:
    """The conditions of the request's form on which some answers are asked, as schemas; without those always asked."""
    if not names:
        return {}
    work, dossier = loaded.work, loaded.dossier
    form = work.platform.definitions.request_type(work.session, dossier.submission.form_hash).schema(work.language)
    answers = loaded.case.standing_answers(loaded.workflow.fields)

    def holds(schema: Any, value: Any) -> bool:
        from formengine.forms.corrected_answers import fits

        return fits(schema, value, form.get("$defs") or {})

    shown = {name: known_beside(shown_when(form, name), names, answers, holds) for name in names}
    return {name: condition for name, condition in shown.items() if condition is not True}


def step_rules(loaded: LoadedCase, inputs: TransitionInputs, own: Collection[str] = ()) -> dict[str, Any]:
    """The rules of a step's form: the author's own error messages for the answers of the request that it asks for
    (F18).
    """
    work, names = loaded.work, set(inputs.names) - _apart(loaded, inputs, own)
    rules = work.platform.definitions.request_type(work.session, loaded.dossier.submission.form_hash).rules
    sentences = rules.get("errors", {}).items()
    asked = {field: texts for field, texts in sentences if json_pointer.first(path_of(field)) in names}
    return {"errors": asked} if asked else {}


def _apart(loaded: LoadedCase, inputs: TransitionInputs, own: Collection[str]) -> set[str]:
    """The names of fields that are no answers of the request."""
    return {*loaded.workflow.fields, *own, *inputs.of_children}


def child_schema(loaded: LoadedCase, rule: ChildKind, *, is_new: bool = False) -> dict[str, Any]:
    """The form of a child: its fields, the required ones first; of a new one of a kind that is built in without those
    that a step asks for, such as the outcome of a hearing.
    """
    names = list(dict.fromkeys([*rule.requires, *rule.fields]))
    if is_new and rule.built_in:
        later = {name for transition in rule.transitions.values() for name in transition.requires}
        names = [name for name in names if name in rule.requires or name not in later]
    return _schema(loaded, rule.fields, names, rule.requires)


def facts_schema(loaded: LoadedCase, properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object schema of facts that are shown, in order."""
    return _schema(loaded, properties, properties, ())


def _schema(
    loaded: LoadedCase, properties: Mapping[str, Any], names: Iterable[str], required: Iterable[str]
) -> dict[str, Any]:
    """An object schema of several facts; a fact that is a field of the request's form brings the definitions it refers
    to.
    """
    language = loaded.work.language
    fields = {name: _field(properties.get(name) or {}, name, language) for name in names}
    schema: dict[str, Any] = {"type": "object", "properties": fields, "required": list(required)}
    definitions = _definitions(loaded)
    return {**schema, "$defs": definitions} if definitions else schema


def _field(schema: Mapping[str, Any], name: str, language: str) -> dict[str, Any]:
    plain = localised({key: value for key, value in schema.items() if key != "client"}, language)
    return {"title": title_of_id(name), **plain}


def _definitions(loaded: LoadedCase) -> dict[str, Any]:
    work, dossier = loaded.work, loaded.dossier
    form = work.platform.definitions.request_type(work.session, dossier.submission.form_hash).schema(work.language)
    return dict(form.get("$defs") or {})
