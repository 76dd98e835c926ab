"""Faults that users of other products met: what is right, on the inputs that show them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from formengine.authoring import Bundle, read_site
from formengine.workflow import Simulation, load_workflow
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.support.platforms import ROOT
from tests.support.requirements import fixtures

PARIS = {"": {"zone": "Europe/Paris", "country": "FR", "hours": "09:00-18:00"}}
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
ADVICE = {"requester": ["maya"], "team:advice": ["ana", "lena"], "counsel": ["ana", "lena"]}


@pytest.fixture
def cases() -> Path:
    """The folder of the cases, beside the test data."""
    return fixtures(".").resolve().parent / "cases" / "outside"


def case(cases: Path, name: str) -> Path:
    folder = cases / name
    if not folder.is_dir():
        pytest.skip(f"no case {name}")
    return folder


def workflow_of(files: dict[str, bytes]) -> Workflow:
    """The workflow of a pack in the repository's own site."""
    config = {path: content for path, content in Bundle.from_folder(ROOT).files.items() if path.startswith("config/")}
    site, findings = read_site(Bundle({**config, **files}), Vocabulary.builtin())
    assert site is not None, findings
    return next(pack.workflow for pack in site.packs.values())


def probe(folder: Path) -> Workflow:
    """The workflow and request type of a case, as a pack."""
    files = {"workflow.yaml": "workflow.yaml", "requests/probe.yaml": "request.yaml"}
    content = {f"workflows/probe/{path}": (folder / name).read_bytes() for path, name in files.items()}
    return workflow_of(content)


@pytest.mark.parametrize(
    ("typed", "due"),
    [
        ("2026-12-15T10:00", datetime(2026, 12, 15, 9, tzinfo=UTC)),
        ("2027-07-15T10:00", datetime(2027, 7, 15, 8, tzinfo=UTC)),
    ],
)
def test_a_clock_that_is_typed_is_local(cases: Path, typed: str, due: datetime) -> None:
    """W9: a hearing at ten is at ten in Paris, in winter and in summer, wherever it is shown."""
    workflow = probe(case(cases, "01-local-time-is-utc"))
    sim = Simulation(workflow, "probe", {"subject": "x", "hearing_at": typed}, ADVICE, NOW, PARIS)
    (deadline,) = [row for row in sim.deadlines if row.name == "Hearing"]
    assert deadline.due == due
    assert "10:00" in (deadline.shown or "")


def test_a_rejection_is_told_to_the_requester(cases: Path) -> None:
    """W7, N1: who is to act next gets a mail, and the comment stands with the step."""
    folder = case(cases, "11-rejection-told-to-nobody")
    people = json.loads((folder / "people.json").read_text("utf-8"))
    workflow, findings = load_workflow(folder / "workflow.yaml")
    assert workflow is not None, findings
    sim = Simulation(workflow, "article", {}, people, NOW)
    sim.do("ask", by="maya")
    before = len(sim.mails)
    sim.decide("reject", by="j", comment="Too long.")
    assert sim.state == "draft"
    assert ("approval_decided", "maya") in [(mail.kind, mail.to) for mail in sim.mails[before:]]
    assert sim.history[-1].comment == "Too long."


def test_a_last_day_is_shown_as_that_day(cases: Path) -> None:
    """W18: one month of 31 January ends with 28 February, and says so."""
    folder = case(cases, "21-end-of-day-read-as-next-day")
    workflow = probe(case(folder.parent, "01-local-time-is-utc"))
    sim = Simulation(workflow, "probe", {"subject": "x", "served_on": "2027-01-31"}, ADVICE, NOW, PARIS)
    (deadline,) = [row for row in sim.deadlines if row.name == "One month"]
    assert "28 Feb" in (deadline.shown or "")
    assert "end of day" in (deadline.shown or "")
    assert deadline.due == datetime(2027, 2, 28, 23, tzinfo=UTC)


def nda(answers: dict[str, Any]) -> Simulation:
    """The shipped agreement, out for signature by the other company."""
    files = {path: text for path, text in Bundle.from_folder(ROOT).files.items() if path.startswith("workflows/nda/")}
    people = {
        "requester": ["maya"],
        "team:contracts": ["paul"],
        "counsel": ["paul"],
        "position:general_counsel": ["ines"],
        "position:privacy_officer": ["nora"],
        "team:signatories": ["ines"],
    }
    base = {"nda_type": "mutual", "paper": "ours", "personal_data": False, "term_years": 2, "governing_law": "FR"}
    sim = Simulation(workflow_of(files), "nda", {**base, **answers}, people, NOW, PARIS, documents=["agreement"])
    role = sim.workflow.team_role
    assert role is not None
    sim.claim(role.id, by="paul")
    return sim


def test_a_mistyped_address_of_a_signer_is_corrected(cases: Path) -> None:
    """S9: counsel in charge corrects it, the right address is asked, and the wrong one signs no more."""
    folder = case(cases, "31-wrong-address-of-a-signer")
    sim = nda(json.loads((folder / "answers.json").read_text("utf-8")))
    assert [seat.person for seat in sim.seats] == ["jo@tpyo.example"]
    sim.correct_seat("jo@tpyo.example", by="paul", email="jo@typo.example")
    assert [seat.person for seat in sim.seats] == ["jo@typo.example"]
    assert ("signature_asked", "jo@typo.example") in [(mail.kind, mail.to) for mail in sim.mails]
