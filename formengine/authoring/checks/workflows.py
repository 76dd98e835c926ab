"""Checks of workflows that need their site: fields of steps as forms, languages of texts, request types they open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.authoring.checks.forms import compile_form, path_of
from formengine.authoring.config.lists import list_kinds
from formengine.authoring.packs.form_parser import read_schema
from formengine.authoring.packs.pack import PackSource
from formengine.authoring.packs.schema_texts import is_text_map, localised
from formengine.authoring.site import ParsedBundle
from formengine.errors import FormError
from formengine.source import Finding, Path, did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.model import OpenRequestAction, Workflow

TEXTS: Final = ("title", "client_sees", "name")


def workflow_findings(reading: ParsedBundle, field_kinds: Mapping[str, Any]) -> list[Finding]:
    """Findings in the workflows of a site that could be compiled; the others have findings already."""
    from formengine.forms import KINDS

    config, findings = reading.config, list[Finding]()
    language = config.portal.languages[0]
    kinds = {**field_kinds, **KINDS, **list_kinds(language, config.lists)}
    request_types = {name for source in reading.packs.values() for name in source.request_types}
    for source in reading.packs.values():
        pack = reading.built.get(source.id)
        if pack is None or source.workflow is None:
            continue
        cursor = YamlCursor(source.workflow, findings=findings)
        _check_languages(cursor, config.portal.languages)
        for path, schema in _fields(pack.workflow, source):
            read_schema(cursor.at(*path), config.portal.languages)
            _check_field(cursor.at(*path), localised(schema, language), language, kinds)
        _check_requests(cursor, pack.workflow, request_types)
    return findings


def _check_languages(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    """A warning for each title or name that lacks a language of the portal; fields are checked with their schemas."""
    value = cursor.value
    for entry in cursor.items() if isinstance(value, list) else cursor.entries() if isinstance(value, dict) else ():
        if entry.name in TEXTS and is_text_map(entry.value):
            entry.localized_text(languages)
        elif entry.name != "fields":
            _check_languages(entry, languages)


def _fields(workflow: Workflow, source: PackSource) -> Iterator[tuple[Path, Any]]:
    """Path and schema of each field of the workflow and of its children, except of children that are built in."""
    document = source.workflow
    declared = document.places if document is not None else {}
    for name, schema in workflow.fields.items():
        if ("fields", name) in declared:
            yield ("fields", name), schema
    for kind, child in workflow.children.items():
        for name, schema in child.fields.items():
            if ("children", kind, "fields", name) in declared:
                yield ("children", kind, "fields", name), schema


def _check_field(cursor: YamlCursor, schema: Any, language: str, kinds: Mapping[str, Any]) -> None:
    form = compile_form({"type": "object", "properties": {"field": schema}}, None, language, kinds)
    if isinstance(form, FormError):
        path = path_of(form.pointer.removeprefix("/properties/field"), cursor.value)
        cursor.at(*path).error("form", form.message)


def _check_requests(cursor: YamlCursor, workflow: Workflow, request_types: set[str]) -> None:
    for transition in workflow.transitions.values():
        for action in transition.do:
            if isinstance(action, OpenRequestAction) and action.request_type not in request_types:
                name = action.request_type
                message = f"there is no request type {name}{did_you_mean(name, request_types)}"
                cursor.at("transitions", transition.id, "do").error("unknown-request-type", message)
