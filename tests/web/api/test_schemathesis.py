"""Calls generated from the API description (schemathesis), by three roles: no server error, each answer declared."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from formengine.services.accounts.api_tokens import create_token
from formengine.services.dossiers import child_opening
from formengine.services.intake.submissions import submit
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import Served
from tests.support.thorough import examples
from tests.web.dossiers.visitors import ADVICE, NDA

BOTH = "coverage,fuzzing"
EXAMPLES = examples(6, 10)
"""Generated calls of the fuzzing phase, for each operation."""
INAPPLICABLE_CHECKS = (
    "positive_data_acceptance",  # a workflow refuses what its schema cannot say: 422 with the fields
    "missing_required_header",  # 428 without If-Match (RFC 6585), which the check does not know
)


@pytest.fixture
def database_kind() -> str:
    """The calls are judged before the database is asked, or by tests of their own on both."""
    return "sqlite"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "phases"),
    [
        ("maya", examples("fuzzing", BOTH)),
        ("paul", BOTH),
        ("sam", examples("fuzzing", BOTH)),
    ],
)
def test_generated_calls_find_no_fault(
    who: str, phases: str, served: Served, people: People, acting: Acting, tmp_path: Path
) -> None:
    """T14, T47, X5: coverage and fuzzing phases over every operation; as the team on a dossier and child that exist.

    Counsel's calls are both, those of a client and of a legal admin random; with `EVERY_ROUND=1` all are both.
    """
    with acting(people("maya")) as work:
        reference = submit(work, "nda", NDA, key="nda", accept_notice=True).dossier.reference
        submit(work, "legal_advice", ADVICE, key="advice", accept_notice=True)
    if who != "maya":
        with acting(people("paul")) as work:
            child_opening.open_child(work, reference, "milestone", {"title": "Kick-off"}, True)
        names = {"path.reference": reference, "path.kind": "milestone", "path.number": "1", "header.If-Match": "2"}
        lines = [f'"{name}" = "{value}"' for name, value in names.items()]
        (tmp_path / "schemathesis.toml").write_text("\n".join(["[parameters]", *lines]), encoding="utf-8")
    with acting(people(who)) as work:
        scopes = ["read", "submit", "work"]
        token = create_token(work, work.person, scopes)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/api/v1/openapi.json"),
        *("-H", f"Authorization: Bearer {token}", "--phases", phases, "--no-color"),
        *("--max-examples", str(EXAMPLES), "--seed", "1", "--exclude-checks", ",".join(INAPPLICABLE_CHECKS)),
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stdout[-6000:]
    cases = re.search(r"(\d+) generated", run.stdout)
    assert cases is not None
    assert int(cases[1]) > 300
