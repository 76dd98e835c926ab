"""The forms of steps and of new children, as JSON Schema in the actor's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from formengine.authoring import localised
from formengine.services.case.repository import LoadedCase
from formengine.workflow.definition.model import ChildKind
from formengine.workflow.engine.api import TransitionInputs


def step_schema(loaded: LoadedCase, inputs: TransitionInputs) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form of a step: a schema of its facts, in order, and their present values."""
    return _schema(loaded, inputs.properties, inputs.names, inputs.required), dict(inputs.data)


def child_schema(loaded: LoadedCase, rule: ChildKind) -> dict[str, Any]:
    """The form of a new child: all its fields, the required ones first."""
    names = list(dict.fromkeys([*rule.requires, *rule.fields]))
    return _schema(loaded, rule.fields, names, rule.requires)


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
    return {"title": name.replace("_", " ").capitalize(), **plain}


def _definitions(loaded: LoadedCase) -> dict[str, Any]:
    work, dossier = loaded.work, loaded.dossier
    form = work.platform.definitions.request_type(work.session, dossier.submission.form_hash).schema(work.language)
    return dict(form.get("$defs") or {})
