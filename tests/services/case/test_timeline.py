"""The history in the reader's words (P17, W12)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.services.approvals import decisions
from formengine.services.case.developments import developments
from formengine.services.case.timeline import visible_history
from formengine.services.dossiers import documents
from formengine.storage.models.mails import Mail
from tests.services.conftest import Case, MakeCase, paper

pytestmark = pytest.mark.site("casework")


def told(case: Case) -> list[str]:
    return [entry.text for entry in case.reads(visible_history, "paul")]


def test_the_history_says_which_way_was_decided_and_which_version_came(make_case: MakeCase) -> None:
    """W12, S2: not only that somebody decided, or that a version came."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    case("bo", decisions.decide, "approve")
    case("paul", documents.new_document_version, "contract", paper(b"% newer"))
    case("di", decisions.decide, "reject", "Not so.")
    sentences = told(case)
    for sentence in (
        "Version 1 added: Contract",
        "Approved: Internal approval",
        "Version 2 added: Contract",
        "Rejected: Internal approval",
    ):
        assert sentence in sentences, sentences


@pytest.mark.site("moving")
def test_what_has_happened_has_a_text_of_its_own(make_case: MakeCase) -> None:
    """W21: `done` in the history, in developments and in mails, in the reader's language, else that it was
    completed; clocks of the state go on.
    """
    case = make_case(by="maya")
    before = case.deadlines
    case.step("paul", "remark", remark="Two chairs less.")
    assert (case.state, case.deadlines) == ("draft", before)
    case.step("paul", "set_end", end_date="2026-04-30")
    assert case.deadlines == {"First answer": "running", "Term": "running"}
    case.step("paul", "ask")
    assert [text for text in told(case) if text.startswith(("A", "S"))] == [
        "Added a remark",
        "Step “Set the end” completed",
        "Asked for approval",
        "Asked: Internal approval",
    ]
    shown = [entry.text for entry in case.reads(developments, "maya")]
    assert shown[:2] == ["Paul Whitby asked for approval", "Paul Whitby added a remark"]
    mails = case.reads(lambda work, _: list(work.session.scalars(select(Mail).where(Mail.kind == "transition"))))
    assert [(mail.variables["transition"], mail.variables["state"]) for mail in mails] == [("added a remark", "")]
