"""Findings before anything runs (W13): names, ways in and out, quorums, facts and types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.source import Finding
from formengine.workflow.definitions import Schema, Workflow
from formengine.workflow.reader import Reader


def check(
    reader: Reader,
    workflow: Workflow,
    forms: Mapping[str, Schema],
    teams: Mapping[str, Any] | None,
    calendars: Mapping[str, Any] | None,
) -> list[Finding]:
    """Everything to mend in a workflow, in the order of its lines; causes hide what only follows from them."""
    return sorted(reader.findings)
