"""Checks of workflows that need their site: fields of steps as forms, languages of texts, request types they open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.authoring.checks.forms import compile_form
from formengine.authoring.config.lists import Lists, kinds_with_lists
from formengine.authoring.packs.form_parser import read_schema
from formengine.authoring.packs.pack import PackSource
from formengine.authoring.packs.schema_texts import is_text_map, localised
from formengine.authoring.site import ParsedBundle
from formengine.errors import FormError
from formengine.json_pointer import path_of
from formengine.source import Finding, Path, closest, did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.actions import DraftDocumentAction
from formengine.workflow.definition.model import FactType, Workflow, item_column
from formengine.workflow.definition.references import references
from formengine.workflow.definition.tables import is_lookup, parse_lookup

TEXTS: Final = ("title", "client_sees", "name")


def workflow_findings(parsed: ParsedBundle, field_kinds: Mapping[str, Any]) -> list[Finding]:
    """Findings in the workflows of a site that could be compiled; the others have findings already."""
    from formengine.authoring.checks.opened_requests import opened_request_findings

    config, findings = parsed.config, list[Finding]()
    language = config.portal.languages[0]
    kinds = {**field_kinds, **kinds_with_lists(language, config.lists)}
    request_types = {name: kind for source in parsed.packs.values() for name, kind in source.request_types.items()}
    unread = {name for source in parsed.packs.values() for name in source.unread}
    for source in parsed.packs.values():
        pack = parsed.built.get(source.id)
        if pack is None or source.workflow is None:
            continue
        cursor = YamlCursor(source.workflow, findings=findings)
        _check_languages(cursor, config.portal.languages)
        for path, schema in _fields(pack.workflow, source):
            before = len(findings)
            read_schema(cursor.at(*path), config.portal.languages)
            if any(finding.severity == "error" for finding in findings[before:]):
                continue
            _check_field(cursor.at(*path), localised(schema, language), language, kinds)
        _check_keys_of_tables(cursor, pack.workflow, config.lists)
        findings += opened_request_findings(source.workflow, pack.workflow, request_types, unread, language)
        if not source.unread:
            _check_drafts(cursor, pack.workflow, source)
    return findings


def _check_languages(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    """A warning for each title or name that lacks a language of the portal; fields are checked with their schemas."""
    for entry in cursor.members():
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


def _lookups(workflow: Workflow) -> Iterator[tuple[Mapping[str, Any], Path, FactType | None]]:
    """Each look-up of a workflow with its path; with the list of which it reads the entries, in what opens children."""
    for reference in references(workflow):
        if is_lookup(reference.value):
            yield reference.value, reference.path, None
        elif reference.kind == "each":
            rows = workflow.fact_types.get(reference.value.rows)
            for name, value in reference.value.values.items():
                if is_lookup(value):
                    yield value, (*reference.path, "with", name), rows


def _check_keys_of_tables(cursor: YamlCursor, workflow: Workflow, lists: Lists) -> None:
    """A look-up by a fact that is a key of a site's list: each key of the table is one of the list, and has a row."""
    from formengine.workflow.checks.lookups import gap_of_options

    for value, path, rows in _lookups(workflow):
        lookup = parse_lookup(value)
        table = workflow.tables[lookup.table]
        for rule in lookup.where:
            column = item_column({"from": rule.fact}) if rows is not None else None
            types = workflow.fact_types if column is None or rows is None else rows.columns
            fact = types.get(column if column is not None else rule.fact or "")
            keys = lists.get(str(fact.schema.get("$ref", "")).partition("formengine:list/")[2]) if fact else None
            if keys is None or rule.op != "is":
                continue
            at = cursor.at(*path, "where", rule.column)
            for number, row in enumerate(table.rows, 1):
                cell = table.cell(row, rule.column)
                if cell is not None and str(cell) not in keys:
                    message = f"row {number} of `{table.id}`: the list has no `{cell}`{did_you_mean(str(cell), keys)}"
                    at.error("lookup", message)
            gap = gap_of_options(table, rule, list(keys))
            if gap is not None:
                at.warn("no-row", gap)


def _check_drafts(cursor: YamlCursor, workflow: Workflow, source: PackSource) -> None:
    """A step drafts a document that some request type has a template for; people write the others."""
    drafted = {
        name
        for request_type in source.request_types.values()
        for name, rule in request_type.documents.items()
        if rule.template
    }
    for transition in workflow.transitions.values():
        for action in transition.do:
            if isinstance(action, DraftDocumentAction) and action.document not in drafted:
                message = f"no request type has a template for the document `{action.document}`: people write it"
                meant = closest(action.document, drafted)
                hint = f'did you mean "{meant}"?' if meant else "leave `draft` out, or give it `template:` there"
                cursor.at("transitions", transition.id, "do").error("no-template", f"{message}; {hint}")
