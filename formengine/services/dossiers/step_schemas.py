"""The small forms that steps and children ask, as JSON Schema in the actor's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from formengine.authoring import localised
from formengine.services.case.repository import LoadedCase
from formengine.workflow.definition.model import ChildKind
from formengine.workflow.engine.api import TransitionInputs


def step_schema(loaded: LoadedCase, inputs: TransitionInputs) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a step asks: a schema of the facts in their order, and what is known of them already."""
    return _schema(loaded, inputs.properties, inputs.names, inputs.required), dict(inputs.data)


def child_schema(loaded: LoadedCase, rule: ChildKind) -> dict[str, Any]:
    """What a new child asks: all its fields, those that it requires first and required."""
    names = list(dict.fromkeys([*rule.requires, *rule.fields]))
    return _schema(loaded, rule.fields, names, rule.requires)


def _schema(
    loaded: LoadedCase, properties: Mapping[str, Any], names: Iterable[str], required: Iterable[str]
) -> dict[str, Any]:
    """A form of several facts. A form's own property brings the definitions that it refers to."""
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
