"""The history in the reader's words (P17, W12)."""

from __future__ import annotations

import pytest

from formengine.services.approvals import decisions
from formengine.services.case.timeline import visible_history
from formengine.services.dossiers import documents
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
        "Version 1: Contract",
        "Approved: Internal approval",
        "Version 2: Contract",
        "Rejected: Internal approval",
    ):
        assert sentence in sentences, sentences
