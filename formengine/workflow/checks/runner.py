"""Runs the checks of a workflow before anything is published (W13).

Findings come in the order of the file. A check is skipped while another finding could be the cause of its own: with a
mistyped state in a transition, for example, other states look unreachable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.source import Finding
from formengine.workflow.checks.acknowledgements import check_acknowledgements
from formengine.workflow.checks.currencies import check_currencies, check_open_currencies
from formengine.workflow.checks.documents import check_documents, check_provider_documents
from formengine.workflow.checks.names import check_names
from formengine.workflow.checks.people import check_roles, check_rounds
from formengine.workflow.checks.periods import check_periods
from formengine.workflow.checks.reachability import check_graph
from formengine.workflow.checks.signers import check_signers
from formengine.workflow.checks.step_answers import check_step_answers
from formengine.workflow.definition.model import Schema, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor

ADVICE: Final = frozenset(("no-account", "outside-late", "outside-uploads", "unused-document", "unknown-document"))
"""Codes of errors that workflows have been published with: they keep one from being published, not from running."""
HARMLESS_TO_ROUNDS: Final = frozenset(
    (
        *ADVICE,
        *("unknown-fact", "value", "type", "currency", "no-date", "no-number", "options", "unknown-calendar"),
        *("unknown-state", "clear-days", "at-opening", "no-answer"),
    )
)
"""Codes of errors beside which quorums and currencies can still be checked."""
HARMLESS_TO_GRAPH: Final = HARMLESS_TO_ROUNDS - {"unknown-state"} | frozenset(
    (
        *("unknown-role", "unknown-team", "unknown-position", "unknown-plugin", "unknown-child"),
        *("role", "no-email", "no-people", "quorum", "all-skipped", "currencies", "duration", "number", "text"),
    )
)
"""Codes of errors beside which the graph of states can still be checked."""


def check(
    cursor: WorkflowCursor,
    workflow: Workflow,
    forms: Mapping[str, Schema],
    teams: Mapping[str, Any] | None,
    calendars: Mapping[str, Any] | None,
) -> list[Finding]:
    """All findings of a workflow, those of its parser included, sorted by their place in the file.

    `forms` are JSON Schemas by request type (none: names of facts are not checked); `teams` and `calendars` are the
    content of those files (None: not checked), calendars with the portal's under "".
    """
    if not isinstance(cursor.document.value, Mapping):
        message = "this is no workflow: it has no keys; begin with `title:`, `kind:` and `starts_in:`"
        return [cursor.document.finding((), "shape", message)]
    if not workflow.states:
        return sorted(cursor.findings)
    check_names(cursor, workflow, forms, teams, calendars)
    check_roles(cursor, workflow, bool(forms))
    check_documents(cursor, workflow, teams)
    check_provider_documents(cursor, workflow)
    check_periods(cursor, workflow, calendars)
    unknown = cursor.references.findings(cursor.document)
    uses = {(finding.line, finding.column) for finding in unknown}  # an unknown name is told once, at its use
    cursor.findings[:] = [f for f in cursor.findings if f.code != "id" or (f.line, f.column) not in uses]
    cursor.findings += unknown
    if _has_only(cursor.findings, HARMLESS_TO_ROUNDS):
        check_rounds(cursor, workflow, teams)
        check_acknowledgements(cursor, workflow)
        check_step_answers(cursor, workflow)
        check_currencies(cursor, workflow)
        check_open_currencies(cursor, workflow)
    if _has_only(cursor.findings, HARMLESS_TO_GRAPH):
        check_graph(cursor, workflow)
        check_signers(cursor, workflow)
    return sorted(cursor.findings)


def _has_only(findings: list[Finding], codes: frozenset[str]) -> bool:
    return all(finding.code in codes for finding in findings if finding.severity == "error")
