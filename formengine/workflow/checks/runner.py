"""Findings before anything runs (W13), in the order of the file; what only follows from another finding is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.source import Finding
from formengine.workflow.checks import names as checking_names
from formengine.workflow.checks import people as checking_people
from formengine.workflow.checks import reachability as checking_flow
from formengine.workflow.definition.model import Schema, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor

BESIDE_ROUNDS: Final = frozenset(
    ("unknown-fact", "value", "type", "currency", "no-date", "options", "unknown-calendar", "unknown-state")
)
"""Mistakes from which nothing follows for approvals and signatures."""
BESIDE_FLOW: Final = BESIDE_ROUNDS - {"unknown-state"} | frozenset(
    (
        *("unknown-role", "unknown-team", "unknown-position", "unknown-document", "unknown-plugin", "unknown-child"),
        *("role", "no-email", "no-people", "quorum", "all-skipped", "currencies", "duration", "number", "text"),
    )
)
"""Mistakes from which nothing follows for the ways between states."""


def check(
    cursor: WorkflowCursor,
    workflow: Workflow,
    forms: Mapping[str, Schema],
    teams: Mapping[str, Any] | None,
    calendars: Mapping[str, Any] | None,
) -> list[Finding]:
    """Everything to mend in a workflow. Ways in and out are looked at only when every state is known and could be
    read: a transition that leads to a mistyped state makes others look lost."""
    if not isinstance(cursor.document.value, Mapping):
        message = "this is no workflow: it has no keys; begin with `title:`, `kind:` and `starts_in:`"
        return [cursor.document.finding((), "shape", message)]
    if not workflow.states:
        return sorted(cursor.findings)
    checking_names.check_names(cursor, workflow, forms, calendars)
    checking_people.check_people(cursor, workflow, teams, bool(forms))
    cursor.findings += cursor.references.findings(cursor.document)
    if _only(cursor.findings, BESIDE_ROUNDS):
        checking_people.check_rounds(cursor, workflow, teams)
    if _only(cursor.findings, BESIDE_FLOW):
        checking_flow.check_flow(cursor, workflow)
    return sorted(cursor.findings)


def _only(findings: list[Finding], codes: frozenset[str]) -> bool:
    return all(finding.code in codes for finding in findings if finding.severity == "error")
