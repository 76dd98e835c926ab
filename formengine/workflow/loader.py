"""Loads a workflow: parses and checks a document that was read already, or a file (`load_workflow`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from formengine.source import Document, Finding, read_file
from formengine.workflow.checks.runner import check
from formengine.workflow.definition.model import Schema, Workflow
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
) -> Loaded:
    """The workflow of a document, and all findings; None for the workflow when one of them is an error.

    `forms` are the JSON Schemas of the pack by request type, `teams` and `calendars` the content of those files,
    `documents` the ids that the request types declare. References to what is None or empty are not checked. Where
    `documents` is empty, what the workflow's own `documents:` declares is still checked.
    """
    cursor = WorkflowCursor(document, tuple((vocabulary or Vocabulary.builtin()).words))
    workflow = parse(
        cursor,
        pack_id,
        forms or {},
        None if documents is None else tuple(documents),
        vocabulary or Vocabulary.builtin(),
    )
    findings = check(cursor, workflow, forms or {}, teams, calendars)
    return (None if any(finding.severity == "error" for finding in findings) else workflow), findings


def load_workflow(
    path: str | Path,
    forms: Mapping[str, Schema] | None = None,
    teams: Mapping[str, Any] | None = None,
    calendars: Mapping[str, Any] | None = None,
    plugins: Iterable[Callable[[Any], None]] = (),
) -> Loaded:
    """The workflow of a `workflow.yaml` and all findings, as `parse_workflow`; its id is the name of its folder.

    `plugins` are includeme callables. Raises OSError when the file cannot be read (W15).
    """
    recorder = Recorder(Vocabulary.builtin())
    for plugin in plugins:
        recorder.include(plugin)
    file = Path(path)
    document, findings = read_file(file.read_bytes(), str(path))
    if document is None or any(finding.severity == "error" for finding in findings):
        return None, findings
    for name, source in (calendars or {}).items():
        findings += _calendar_findings(str(path), name, source)
    workflow, workflow_findings = parse_workflow(
        document, file.resolve().parent.name, forms, teams, calendars, recorder.vocabulary, None
    )
    findings = [*findings, *workflow_findings]
    return (None if any(finding.severity == "error" for finding in findings) else workflow), findings


def _calendar_findings(file: str, name: str, source: object) -> list[Finding]:
    if not isinstance(source, Mapping):
        return []  # a calendar object of the caller's own
    try:
        make_calendar(source)
    except ValueError as problem:
        return [Finding(file, 1, 1, "error", "calendar", f"the calendar `{name}`: {problem}")]
    return []
