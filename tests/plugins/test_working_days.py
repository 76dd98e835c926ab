"""The example plugin with a workflow guard."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from formengine.app.plugins import find_plugin
from tests.support.platforms import ROOT, settings_of

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
includeme = find_plugin("./working_days", Path(ROOT))
plugin = includeme.__globals__


@pytest.mark.parametrize(("end", "days"), [("2026-03-02", 0), ("2026-03-06", 4), ("2026-03-09", 5), ("2026-02-27", 0)])
def test_working_days_are_counted(end: str, days: int) -> None:
    assert plugin["working_days"](MONDAY.date(), date.fromisoformat(end)) == days


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"by": "2026-03-09"}, True),
        ({"by": "2026-03-06"}, "Only 4 working days are left; 5 are needed."),
        ({}, True),
    ],
)
def test_the_guard_returns_true_or_the_reason(facts: dict[str, str], answer: bool | str) -> None:
    subject = SimpleNamespace(facts=facts, now=MONDAY)
    assert plugin["enough_notice"](subject, {"fact": "by", "days": 5}) == answer


def test_the_ini_loads_the_plugin() -> None:
    """X2: a file in `plugins/`, named in the ini, registers its guard."""
    from formengine.app import build_registry

    assert "enough_notice" in build_registry(settings_of(plugins="./working_days")).vocabulary.guards
