"""A price corrected during an approval, and after it: who is asked after all, and what everybody reads (W7, S10)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.approvals import decisions
from formengine.services.approvals.round_views import rounds
from formengine.services.core.unit_of_work import Platform
from formengine.web.api.approvals import round_json
from tests.services.approvals.test_several_documents import JOE, closing, is_approved, open_link
from tests.services.conftest import Case, make_case
from tests.web.dossiers.test_version_consequences import database_kind, text_of
from tests.web.dossiers.visitors import SignedIn, Visitor
from tests.web.guest.test_questions import mails

__all__ = ["closing", "database_kind", "make_case"]
pytestmark = [pytest.mark.site("closing"), pytest.mark.usefixtures("on_monday")]


def correct(case: Case, signed_in: SignedIn, price: int) -> None:
    """Paul corrects the price on the page of the step."""
    page = f"/dossiers/{case.reference}/steps/set_price"
    form = signed_in("paul").form(page, page)
    label = next(label for label in form.html.find_all("label") if label.get_text(strip=True).startswith("Price"))
    form[form.html.find(id=label["for"])["name"]] = str(price)
    form.submit(status=303)


def test_a_skipped_step_is_asked_after_all(closing: Case, signed_in: SignedIn, platform: Platform) -> None:
    """W7, N1: the round shows who comes still; they are told, see it and decide, and nobody is asked twice."""
    address = f"/dossiers/{closing.reference}"
    tab, after_all = f"{address}?tab=approvals", "these people are asked once the present step is decided"
    ines = closing.people("ines").email
    closing.step("paul", "ask")
    assert "Price over 100" not in text_of(signed_in("paul").get(tab), ".fe-round")
    correct(closing, signed_in, 500)
    for name in ("paul", "bo"):
        shown = text_of(signed_in(name).get(tab), ".fe-round")
        assert after_all in shown
        assert "Asked if “Price” is over 100." in shown, shown
    assert not mails(platform, "approval_asked", ines)
    closing("bo", decisions.decide, "approve")
    closing("cleo", decisions.decide, "approve")
    assert len(mails(platform, "approval_asked", ines)) == 1
    assert after_all not in text_of(signed_in("bo").get(tab))
    assert not signed_in("bo").get(tab).html.select(f"form[action='{address}/decision']")
    signed_in("ines").form(tab, f"{address}/decision").submit("decision", value="approve", status=303)
    assert closing.state == "signing"


def test_approvers_are_added_to_the_step_that_runs_after_a_skipped_one(closing: Case, signed_in: SignedIn) -> None:
    """W7: a step that was skipped is not shown, and counts among the numbers of steps all the same."""
    tab, action = f"/dossiers/{closing.reference}?tab=approvals", f"/dossiers/{closing.reference}/approver"
    closing.step("paul", "ask")
    form = signed_in("paul").form(tab, action)
    form["person"] = closing.people("ines").id
    form.submit(status=303)
    assert closing.seats["ines"] == "open"
    (round_,) = closing.reads(rounds)
    assert {seat["step"] for seat in round_json(round_)["seats"]} == {1}


def test_somebody_who_is_excused_reads_so(closing: Case, signed_in: SignedIn) -> None:
    """W7: a price that is corrected downwards during their step goes on with the others."""
    address = f"/dossiers/{closing.reference}"
    closing.step("paul", "ask")
    correct(closing, signed_in, 500)
    for name in ("bo", "cleo"):
        closing(name, decisions.decide, "approve")
    assert signed_in("ines").get(f"{address}?tab=approvals").html.select(f"form[action='{address}/decision']")
    correct(closing, signed_in, 50)
    assert closing.state == "signing"
    told = text_of(signed_in("paul").get(f"{address}?tab=history"))
    assert (
        f"No longer asked, since the answers have changed: Consent of the board. {closing.people('ines').name}" in told
    )


def test_signatures_wait_for_who_has_to_approve_the_corrected_price(
    closing: Case, signed_in: SignedIn, app: Any, platform: Platform
) -> None:
    """S10, W7, S8: everybody who is asked reads why, by page and by link, and signs once the price is what it was."""
    address, reason = (
        f"/dossiers/{closing.reference}",
        "The answers have changed since “Consent of the board” was given",
    )
    tab = f"{address}?tab=approvals"
    is_approved(closing)
    link = f"/act/{open_link(closing)}"
    correct(closing, signed_in, 500)
    for name, told in (("paul", reason), ("bo", reason), ("di", "Les réponses ont changé")):
        page = signed_in(name).get(tab)
        assert told in text_of(page)
        assert not page.html.select(f"form[action='{address}/signature']")
    outside = Visitor(app).get(link)
    assert "You cannot sign yet. You will" in outside
    assert "Price" not in outside, "who approves is told to nobody outside"
    assert len(mails(platform, "signature_asked", JOE["email"])) == 1
    correct(closing, signed_in, 50)
    assert "You cannot sign yet. You will" not in Visitor(app).get(link)
    assert len(mails(platform, "signature_asked", JOE["email"])) == 2, "the mail that the page has promised"
    closing("di", decisions.sign, "Di Moreau", True)
    assert closing.seats["di"] == "signed"
