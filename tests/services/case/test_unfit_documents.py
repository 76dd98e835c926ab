"""Damaged versions that an earlier release took: nobody is asked to decide on them, and nobody decides."""

from __future__ import annotations

import io
from typing import Final

import pytest
from sqlalchemy import update

from formengine.errors import Refused
from formengine.services.approvals import decisions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents, transitions
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from tests.services.conftest import Case, MakeCase, paper
from tests.support.pdf import PDF

pytestmark = pytest.mark.site("casework")

UNFIT: Final = "can be neither approved nor signed; add another version. This PDF is damaged"


def damage(case: Case, note: bytes) -> None:
    """Put a damaged PDF, which `note` makes another one for each test, in the place of the newest version."""
    sha256 = case.platform.blobs.put(io.BytesIO(PDF[:60] + note)).sha256

    def replace_content(work: UnitOfWork, _: Dossier) -> None:
        [document] = documents.documents(work, case.row(work))
        file = StoredFile.id == document.versions[0].file_id
        work.session.execute(update(StoredFile).where(file).values(sha256=sha256))
        work.session.commit()

    case.reads(replace_content, "paul")


def test_a_damaged_version_opens_no_round(make_case: MakeCase) -> None:
    """S10: the step says why, and what to do, before it is taken and when it is; another version is asked about."""
    case = make_case(by="cleo")
    damage(case, b"% asked")
    step = case.reads(lambda work, dossier: transitions.step_form(work, dossier, "ask"), "paul")
    assert any(UNFIT in reason for reason in step.reasons)
    with pytest.raises(Refused, match=UNFIT):
        case.step("paul", "ask", risk="low")
    case("paul", documents.new_document_version, "contract", paper(b"% whole"))
    case.step("paul", "ask", risk="low")
    assert case.rounds[-1][2] == "open"


def test_a_damaged_version_is_not_approved(make_case: MakeCase) -> None:
    """S10: in a round that is open since an earlier release; it can be rejected still."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    damage(case, b"% decided")
    with pytest.raises(Refused, match=UNFIT):
        case("bo", decisions.decide, "approve")
    case("bo", decisions.decide, "reject", "Unreadable.")
    assert case.rounds[-1][2] == "rejected"
