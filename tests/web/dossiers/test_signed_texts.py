"""What a correction does to texts that people wrote, and to those that everybody has signed (S1, S2, S10)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.errors import Refused
from formengine.jobs import drain
from formengine.services.case.repository import load_for_update
from formengine.services.dossiers import documents
from formengine.services.dossiers.transitions import perform
from formengine.work import functions_of
from formengine.workflow.engine import api as engine
from tests.services.approvals.test_several_documents import JOE, closing, docx, is_approved
from tests.services.conftest import Case, MakeCase, make_case
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.test_version_consequences import database_kind, text_of
from tests.web.dossiers.visitors import SignedIn

__all__ = ["calling", "closing", "database_kind", "make_case"]
pytestmark = pytest.mark.site("closing")


def everybody_signs(case: Case) -> None:
    """Both sides sign, as the engine is told by their pages."""

    def sign(work: Any, reference: str) -> None:
        loaded = load_for_update(work, reference)
        for person in (JOE["email"], case.people("bo").id):
            loaded.run(engine.sign, person)

    case(None, sign)


def test_a_signed_text_goes_to_no_vote_by_other_answers(
    make_case: MakeCase, signed_in: SignedIn, calling: Calling
) -> None:
    """S10: the page, the API and the service refuse it with the same sentence, and a step that drafts it likewise."""
    case = make_case("closing", by="cleo", with_paper=False, buyer=JOE)
    case("paul", documents.new_document_version, "annex", docx("Prices."))
    drain(case.platform.queue, functions_of(case.platform))
    is_approved(case)
    everybody_signs(case)
    assert case.state == "done"
    case.step("paul", "reopen")
    case.step("paul", "rename", subject="Another sale")
    outdated, fixed = "Everybody has signed “Contract”, and the answers have changed since", "it stays as it is"
    page, api = signed_in("paul").get(f"/dossiers/{case.reference}"), f"/api/v1/dossiers/{case.reference}/transitions"
    assert outdated in text_of(page)
    for step, reason in (("ask", outdated), ("refresh", fixed)):
        with pytest.raises(Refused, match=reason):
            case("paul", perform, step, case.version, {})
        answer = calling("paul").post_json(
            api, {"transition": step}, headers={"If-Match": f'"{case.version}"'}, status=422
        )
        assert reason in answer.json["reasons"][0]


def test_a_correction_keeps_what_people_wrote(closing: Case, signed_in: SignedIn) -> None:
    """S1, S2: the page of the step says what to change by hand, asks for no consent, and the history repeats it."""
    page = f"/dossiers/{closing.reference}/steps/correct_buyer"
    form = signed_in("paul").form(page, page)
    assert "Change in it by hand what this step corrects (Buyer)" in form.html.get_text(" ", strip=True)
    assert "over_upload" not in form.fields
    before = closing.reads(lambda work, dossier: len(documents.documents(work, dossier)[0].versions), "paul")
    form.submit(status=303)
    drain(closing.platform.queue, functions_of(closing.platform))
    assert before == closing.reads(lambda work, dossier: len(documents.documents(work, dossier)[0].versions), "paul")
    history = text_of(signed_in("paul").get(f"/dossiers/{closing.reference}?tab=history"))
    assert "To be changed by hand, since somebody wrote it: Contract, version" in history
