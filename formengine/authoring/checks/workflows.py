"""What of a workflow only its site can judge: the fields that steps ask, drawn as forms, and the requests it opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.authoring.checks.forms import path_of, refused
from formengine.authoring.config.lists import list_kinds
from formengine.authoring.packs.form_parser import read_schema
from formengine.authoring.packs.pack import PackSource
from formengine.authoring.packs.schema_texts import is_text_map, localised
from formengine.authoring.site import Reading
from formengine.source import Finding, Path, did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.model import OpenRequestAction, Workflow

TEXTS: Final = ("title", "client_sees", "name")


def workflow_findings(reading: Reading, field_kinds: Mapping[str, Any]) -> list[Finding]:
    """Findings in the workflows of a site that can be compiled; the others have theirs already."""
    from formengine.forms import KINDS

    config, findings = reading.config, list[Finding]()
    language = config.portal.languages[0]
    kinds = {**field_kinds, **KINDS, **list_kinds(language, config.lists)}
    known = {name for source in reading.packs.values() for name in source.request_types}
    for source in reading.packs.values():
        pack = reading.built.get(source.id)
        if pack is None or source.workflow is None:
            continue
        cursor = YamlCursor(source.workflow, findings=findings)
        _said(cursor, config.portal.languages)
        for path, schema in _fields(pack.workflow, source):
            read_schema(cursor.at(*path), config.portal.languages)
            _drawn(cursor.at(*path), localised(schema, language), language, kinds)
        _opened(cursor, pack.workflow, known)
    return findings


def _said(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    """Titles and names that lack a language of the portal; those in fields are looked at with their schemas."""
    value = cursor.value
    for one in cursor.items() if isinstance(value, list) else cursor.entries() if isinstance(value, dict) else ():
        if one.name in TEXTS and is_text_map(one.value):
            one.localized_text(languages)
        elif one.name != "fields":
            _said(one, languages)


def _fields(workflow: Workflow, source: PackSource) -> Iterator[tuple[Path, Any]]:
    """The fields that steps fill in, of the workflow and of the children that it declares itself, with their places."""
    document = source.workflow
    declared = document.places if document is not None else {}
    for name, schema in workflow.fields.items():
        if ("fields", name) in declared:
            yield ("fields", name), schema
    for kind, child in workflow.children.items():
        for name, schema in child.fields.items():
            if ("children", kind, "fields", name) in declared:
                yield ("children", kind, "fields", name), schema


def _drawn(cursor: YamlCursor, schema: Any, language: str, kinds: Mapping[str, Any]) -> None:
    found = refused({"type": "object", "properties": {"field": schema}}, None, language, kinds)
    if found is not None:
        pointer, message = found
        inside = path_of(pointer.removeprefix("/properties/field"), cursor.value)
        cursor.at(*inside).error("form", message)


def _opened(cursor: YamlCursor, workflow: Workflow, known: set[str]) -> None:
    for transition in workflow.transitions.values():
        for one in transition.do:
            if isinstance(one, OpenRequestAction) and one.request_type not in known:
                message = f"there is no request type {one.request_type}{did_you_mean(one.request_type, known)}"
                cursor.at("transitions", transition.id, "do").error("unknown-request-type", message)
