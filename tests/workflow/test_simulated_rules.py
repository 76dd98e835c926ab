"""The simulation knows the checks and computed answers of forms."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from formengine.errors import Refused
from formengine.workflow import Simulation, load_workflow
from tests.support.platforms import SITES

PURCHASES = SITES / "purchases" / "workflows" / "purchase"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def simulation(**answers: Any) -> Simulation:
    request = yaml.safe_load((PURCHASES / "requests" / "purchase.yaml").read_text())
    workflow, findings = load_workflow(PURCHASES / "workflow.yaml", {"purchase": request["form"]}, lists={})
    assert workflow is not None, findings
    people = {"requester": ["maya"], "lead": ["paul"]}
    return Simulation(workflow, "purchase", answers, people, NOW)


def test_computed_answers_are_facts_and_follow_a_correction() -> None:
    """F17: W14: F19: steps decide by them; where answers are sent again, checks hold and values are new."""
    first = {"starts_on": "2026-01-31", "term_months": 1, "lines": [{"what": "x", "amount": euro("2000")}]}
    case = simulation(**first, budget=euro("5000"))
    assert case.facts["ends_on"] == "2026-02-28"
    with pytest.raises(Refused):
        case.do("finish", "paul")
    case.do("ask_lines", "paul")
    with pytest.raises(Refused) as refused:
        case.do("answer", "maya", fields={"lines": [{"what": "x", "amount": euro("6000")}]})
    assert refused.value.reasons == ["Budget: The total is above the budget."]
    case.do("answer", "maya", fields={"lines": [{"what": "x", "amount": euro("500")}]})
    assert case.facts["total"] == euro("500")
    case.do("finish", "paul")
    assert case.state == "done"


def test_a_step_that_asks_for_a_computed_answer_is_a_finding(tmp_path: Path) -> None:
    """F17: W13: nobody could answer it."""
    pack = tmp_path / "workflows" / "purchase"
    shutil.copytree(PURCHASES, pack)
    file = pack / "workflow.yaml"
    file.write_text(file.read_text().replace("who: [lead], when:", "who: [lead], requires: [total], when:"))
    form = yaml.safe_load((pack / "requests" / "purchase.yaml").read_text())["form"]
    _, findings = load_workflow(file, {"purchase": form}, lists={})
    assert [(finding.code, finding.message) for finding in findings] == [
        ("computed", "the form of purchase computes `total` itself; leave it out here")
    ]
