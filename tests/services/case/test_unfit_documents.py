"""Damaged versions that an earlier release took: nobody is asked to decide on them, and nobody decides."""

from __future__ import annotations

import io
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import update

from formengine.errors import Refused
from formengine.services.approvals import decisions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents, transitions
from formengine.services.intake.corrections import correct_answers
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from tests.services.conftest import Case, MakeCase, paper
from tests.support.pdf import PDF

pytestmark = pytest.mark.site("casework")

UNFIT: Final = "can be neither approved nor signed; add another version. This PDF is damaged"


def damage(case: Case) -> None:
    """Put a damaged PDF, which this process has not looked at, in the place of the newest version."""
    sha256 = case.platform.blobs.put(io.BytesIO(PDF[:60] + uuid4().hex.encode())).sha256

    def replace_content(work: UnitOfWork, _: Dossier) -> None:
        [document] = [view for view in documents.documents(work, case.row(work)) if view.versions]
        file = StoredFile.id == document.versions[0].file_id
        work.session.execute(update(StoredFile).where(file).values(sha256=sha256))
        work.session.commit()

    case.reads(replace_content, "paul")


def test_a_damaged_version_opens_no_round(make_case: MakeCase) -> None:
    """S10: the step says why, and what to do, when it is taken and from then on; its page reads no file before. Another
    version is asked about.
    """
    case = make_case(by="cleo")
    damage(case)

    def reasons() -> list[str]:
        return case.reads(lambda work, dossier: transitions.step_form(work, dossier, "ask"), "paul").reasons

    assert reasons() == []
    with pytest.raises(Refused, match=UNFIT):
        case.step("paul", "ask", risk="low")
    assert any(UNFIT in reason for reason in reasons())
    case("paul", documents.new_document_version, "contract", paper(b"% whole"))
    case.step("paul", "ask", risk="low")
    assert case.rounds[-1][2] == "open"


def test_a_damaged_version_is_not_approved(make_case: MakeCase) -> None:
    """S10: in a round that is open since an earlier release; it can be rejected still."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    damage(case)
    with pytest.raises(Refused, match=UNFIT):
        case("bo", decisions.decide, "approve")
    case("bo", decisions.decide, "reject", "Unreadable.")
    assert case.rounds[-1][2] == "rejected"


@pytest.mark.site("closing")
def test_a_correction_asks_nobody_about_a_damaged_version(make_case: MakeCase) -> None:
    """S10, F19: sent corrections that lead to a decision are refused like any step, and stay open."""
    answers = {"subject": "Tables", "buyer": {"name": "Joe Martin", "email": "joe@buyer.example"}}
    case = make_case("draft_on_demand", by="cleo", buyer=answers["buyer"])
    damage(case)
    case("paul", documents.new_document_version, "annex", paper(b"% annex"))
    case.step("paul", "ask_terms")
    for _ in range(2):
        with pytest.raises(Refused, match=UNFIT):
            case("cleo", correct_answers, case.version, answers)
    case("paul", documents.new_document_version, "contract", paper(b"% whole"))
    case("cleo", correct_answers, case.version, answers)
    assert (case.state, case.rounds[-1][2]) == ("approval", "open")
