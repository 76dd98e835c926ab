"""Approvals and signatures on the dossier page: only for people with a seat and the permission to collaborate."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.approvals.round_views import RoundView, earlier_rounds
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Seat
from tests.web.dossiers.test_transitions import add_document
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, dossier_of, form_to


@pytest.fixture
def nda_in_approval(signed_in: SignedIn, opened: Opened) -> str:
    """An NDA that is waiting for the data protection officer's approval."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    add_document(paul, reference)
    address = f"/dossiers/{reference}/steps/ask_approval"
    form = paul.form(address, address)
    form[form.html.find(attrs={"data-pointer": "/review_summary"})["name"]] = "Standard terms."
    form.submit(status=303)
    return reference


def test_approvers_and_their_status_are_visible(signed_in: SignedIn, nda_in_approval: str) -> None:
    """P24: approvers with the status of each approval."""
    page = signed_in("maya").get(f"/dossiers/{nda_in_approval}?tab=approvals")
    assert "Nora Lindqvist" in page.text
    assert "Decision expected" in page.text


def test_vote_from_a_page_without_the_document_is_stale(
    signed_in: SignedIn, nda_in_approval: str, platform: Platform
) -> None:
    """S3: a page that was opened before the document was there posts no hash; its vote counts for no version."""
    tab = f"/dossiers/{nda_in_approval}?tab=approvals"
    form = signed_in("nora").form(tab, f"/dossiers/{nda_in_approval}/decision")
    form.fields.pop("document_sha256")
    form.field_order = [(name, field) for name, field in form.field_order if name != "document_sha256"]
    form.submit("decision", value="approve", status=409)
    with platform.database.reading() as session:
        assert {seat.status for seat in session.scalars(select(Seat))} == {"open"}


def test_approval_of_a_step_opens_the_next_step(signed_in: SignedIn, nda_in_approval: str) -> None:
    """W7: after the first step has been approved, the second is asked."""
    tab = f"/dossiers/{nda_in_approval}?tab=approvals"
    signed_in("nora").form(tab, f"/dossiers/{nda_in_approval}/decision").submit("decision", value="approve", status=303)
    page = signed_in("maya").get(tab)
    assert "Approved" in page.text
    assert "Inès Carrel" in page.text
    assert standings(page) == ["fe-order-done", "fe-order-here"]


def standings(page: Any) -> list[str]:
    """Where the round is with each of its steps, as the line beside them shows it."""
    return [step["class"][0] for step in page.html.select(".fe-order > li")]


def test_rejection_requires_a_comment(signed_in: SignedIn, nda_in_approval: str, platform: Platform) -> None:
    """W7: without one the form is shown again, with typed values kept."""
    tab, action = f"/dossiers/{nda_in_approval}?tab=approvals", f"/dossiers/{nda_in_approval}/decision"
    page = signed_in("nora").form(tab, action).submit("decision", value="reject", status=422)
    assert "Say in the comment why you reject." in page.text
    form = form_to(page, action)
    form["comment"] = "Too much personal data."
    form.submit("decision", value="reject", status=303)
    assert dossier_of(platform, nda_in_approval).state == "review"


@pytest.mark.parametrize("name", ["paul", "ines", "cleo", "maya", "sam"])
def test_decision_without_a_seat_or_permission_is_refused(
    signed_in: SignedIn, nda_in_approval: str, platform: Platform, name: str
) -> None:
    """P25, S8, T15: on the page and by a forged post."""
    visitor = signed_in(name)
    token = visitor.get("/account").html.find("input", attrs={"name": "csrf_token"})["value"]
    post = {"csrf_token": token, "decision": "approve", "comment": "Fine."}
    visitor.post(f"/dossiers/{nda_in_approval}/decision", post, status=(403, 404, 422))
    assert dossier_of(platform, nda_in_approval).state == "approval"


@pytest.mark.parametrize("seat", ["none", "", " ", "-1", "0", "987654321"])
def test_a_forged_seat_is_refused_and_never_taken_for_none(
    signed_in: SignedIn, nda_in_approval: str, platform: Platform, seat: str
) -> None:
    """S8, T14: what is no number, and no seat of this dossier, says so; the oldest open seat is not decided on."""
    tab, action = f"/dossiers/{nda_in_approval}?tab=approvals", f"/dossiers/{nda_in_approval}/decision"
    form = signed_in("nora").form(tab, action)
    form["seat"].force_value(seat)
    assert "load the page again" in form.submit("decision", value="approve", status=422)
    with platform.database.reading() as session:
        assert {row.status for row in session.scalars(select(Seat))} == {"open"}


def test_forged_numbers_change_nothing(signed_in: SignedIn, nda_in_approval: str, platform: Platform) -> None:
    """S8, T14: what is no number, or of nothing on this dossier, is refused by every form of its rounds."""

    def rows() -> list[tuple[object, ...]]:
        with platform.database.reading() as session:
            seats = session.execute(select(Seat.id, Seat.person, Seat.status).order_by(Seat.id))
            return [*map(tuple, seats), *map(tuple, session.execute(select(HistoryEntry.number, HistoryEntry.kind)))]

    paul, address = signed_in("paul"), f"/dossiers/{nda_in_approval}"
    token, before = paul.get(address).html.find(attrs={"name": "csrf_token"})["value"], rows()
    ines = {
        "person": "ines@example.com",
        "name": "Kim",
        "email": "kim@globex.test",
        "answer": "Yes.",
        "decision": "confirm",
    }
    fields = {
        **dict.fromkeys(("signer/link", "seats/correction", "seats/replacement", "seats/removal"), "seat"),
        **{"seats/forwarding": "seat", "seats/questions": "question", "approver": "round", "approver/removal": "round"},
        **{"seats": "round", "copies": "round", "documents/agreement/clean": "shown"},
    }
    for tail, field in fields.items():
        for value in ("none", "-1", "987654321", "9" * 17):
            posted = {"csrf_token": token, **ines, field: value}
            answer = paul.post(f"{address}/{tail}", posted, status="*")
            assert answer.status_int in (404, 409, 422), (tail, value, answer.status)
    assert rows() == before


@pytest.mark.parametrize("address", ["maya@example.com", "paul@mailbox.test", "@", "a@b\r\nBcc: c@d.test"])
def test_an_address_is_not_taken_for_an_approver(
    signed_in: SignedIn, nda_in_approval: str, platform: Platform, address: str
) -> None:
    """T15, S8: a forged post asks no mailbox for an approval: neither the requester's nor a second one of counsel's."""
    tab, action = f"/dossiers/{nda_in_approval}?tab=approvals", f"/dossiers/{nda_in_approval}/approver"
    form = signed_in("paul").form(tab, action)
    form["person"].force_value(address)
    page = form.submit(status=422)
    assert "has no active account" in page.text
    with platform.database.reading() as session:
        assert len(session.scalars(select(Seat)).all()) == 1


def test_a_round_of_the_same_title_by_another_rule_folds_none() -> None:
    """W7: what is over stays open on the page, unless a later round by the same rule has followed."""
    newest_first = [("legal", "open"), ("finance", "approved"), ("finance", "rejected")]
    views = [
        RoundView(number, "approval", rule, "Approval", 1, status, False, [], 0, False, (), None)
        for number, (rule, status) in enumerate(newest_first)
    ]
    assert earlier_rounds(views) == {2}
