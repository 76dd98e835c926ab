"""Loads a workflow: parses and checks a document that was read already, or a file (`load_workflow`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from formengine.forms.rules import rules_of
from formengine.source import Document, Finding, has_errors, without_echoes
from formengine.source.yaml_cursor import YamlCursor, read_document
from formengine.workflow.checks.runner import ADVICE, check
from formengine.workflow.definition.form_pages import Pages, pages_of
from formengine.workflow.definition.model import Schema, Workflow
from formengine.workflow.definition.tables import FOLDER, Table, is_table, read_table
from formengine.workflow.definition.vocabulary import Recorder, Vocabulary
from formengine.workflow.engine.calendar import make_calendar
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.workflow import parse

Loaded = tuple[Workflow | None, list[Finding]]


def parse_workflow(
    document: Document,
    pack_id: str,
    forms: Mapping[str, Schema] | None = None,
    teams: Mapping[str, Any] | None = None,
    calendars: Mapping[str, Any] | None = None,
    vocabulary: Vocabulary | None = None,
    documents: Iterable[str] | None = None,
    *,
    pages: Mapping[str, Pages] | None = None,
    form_rules: Mapping[str, Mapping[str, Any]] | None = None,
    published: bool = False,
    tables: Mapping[str, Table] | None = None,
    unread: bool = False,
) -> Loaded:
    """The workflow of a document, and all findings; None for the workflow when one of them is an error.

    Of one that was `published`, and so checked before, only what keeps it from running counts.

    `forms` are the JSON Schemas of the pack by request type, `teams` and `calendars` the content of those files,
    `documents` the ids that the request types declare, `pages` and `form_rules` their pages and rules by request type.
    References to what is None are not checked, nor facts without forms; documents are, as soon as the workflow itself
    declares any; not where request types are `unread`, because they have errors of their own.
    """
    cursor = WorkflowCursor(document, tuple((vocabulary or Vocabulary.builtin()).words))
    workflow = parse(
        cursor,
        pack_id,
        forms or {},
        None if documents is None else tuple(documents),
        vocabulary or Vocabulary.builtin(),
        tables,
    )
    workflow = replace(workflow, forms=forms or {}, pages=pages or {}, form_rules=form_rules or {})
    if unread:
        workflow = replace(workflow, documents=None)
    findings = check(cursor, workflow, forms or {}, teams, calendars)
    if published:
        findings = [finding for finding in findings if finding.code not in ADVICE]
    return (None if has_errors(findings) else workflow), findings


def load_workflow(
    path: str | Path,
    forms: Mapping[str, Schema] | None = None,
    teams: Mapping[str, Any] | None = None,
    calendars: Mapping[str, Any] | None = None,
    plugins: Iterable[Callable[[Any], None]] = (),
    lists: Mapping[str, Any] | None = None,
) -> Loaded:
    """The workflow of a `workflow.yaml` and all findings, as `parse_workflow`; its id is the name of its folder.

    The documents and pages of its request types are read from the folder `requests` beside it, where there is one.
    `plugins` are includeme callables. `lists` are the contents of look-up tables by id; None: those of the site
    that the path lies in. Raises OSError when the file cannot be read (W15).
    """
    recorder = Recorder(Vocabulary.builtin())
    for plugin in plugins:
        recorder.include(plugin)
    file = Path(path)
    document, findings = read_document(file.read_bytes(), str(path))
    if document is None:
        return None, findings
    beside = _request_types_beside(file)
    for name, source in (calendars or {}).items():
        findings += _calendar_findings(str(path), name, source)
    tables, table_findings = _tables(file, lists)
    findings += table_findings
    workflow, workflow_findings = parse_workflow(
        document,
        file.resolve().parent.name,
        forms,
        teams,
        calendars,
        recorder.vocabulary,
        None if beside is None else {name for written in beside.values() for name in written.get("documents") or ()},
        pages=None if beside is None else {name: pages_of(written) for name, written in beside.items()},
        form_rules={name: rules_of(written) for name, written in (beside or {}).items()},
        tables=tables,
    )
    findings = without_echoes([*findings, *workflow_findings])
    return (None if has_errors(findings) else workflow), findings


def _tables(file: Path, lists: Mapping[str, Any] | None) -> tuple[dict[str, Table], list[Finding]]:
    """The look-up tables among lists that are given, or of the site around a workflow's pack."""
    documents: list[tuple[str, Document]] = []
    findings: list[Finding] = []
    if lists is not None:
        documents = [(name, Document(f"{name}.yaml", content)) for name, content in lists.items()]
    else:
        for path in sorted(file.resolve().parent.parent.parent.glob(f"{FOLDER}*.yaml")):
            document, problems = read_document(path.read_bytes(), str(path))
            findings += problems
            documents += [(path.stem, document)] if document is not None else []
    cursors = [(name, YamlCursor(doc, findings=findings)) for name, doc in documents if is_table(doc.value)]
    return {name: read_table(name, cursor) for name, cursor in cursors}, findings


def _request_types_beside(file: Path) -> dict[str, Mapping[str, Any]] | None:
    """The request types of the same pack as they are written, by id; None without any that can be read."""
    read: dict[str, Mapping[str, Any]] = {}
    for path in sorted(file.parent.glob("requests/*.yaml")):
        document, _findings = read_document(path.read_bytes(), str(path))
        if document is not None and isinstance(document.value, Mapping):
            read[path.stem] = document.value
    return read or None


def _calendar_findings(file: str, name: str, source: object) -> list[Finding]:
    if not isinstance(source, Mapping):
        return []  # a calendar object of the caller's own
    try:
        make_calendar(source)
    except ValueError as problem:
        return [Finding(file, 1, 1, "error", "calendar", f"the calendar `{name}`: {problem}")]
    return []
