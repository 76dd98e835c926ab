"""Findings before anything runs (W13), in the order of the file; what only follows from another finding is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.source import Finding
from formengine.workflow import checking_flow, checking_names, checking_people
from formengine.workflow.definitions import Schema, Workflow
from formengine.workflow.reader import Reader


def check(
    reader: Reader,
    workflow: Workflow,
    forms: Mapping[str, Schema],
    teams: Mapping[str, Any] | None,
    calendars: Mapping[str, Any] | None,
) -> list[Finding]:
    """Everything to mend in a workflow. Ways in and out are looked at only when every name is known: a transition that
    leads to a mistyped state makes others look lost."""
    if not workflow.states:
        return sorted(reader.findings)
    checking_names.check_names(reader, workflow, forms, calendars)
    checking_people.check_people(reader, workflow, teams)
    if not any(one.severity == "error" for one in reader.findings):
        checking_people.check_rounds(reader, workflow, teams)
        checking_flow.check_flow(reader, workflow)
    return sorted(reader.findings)
