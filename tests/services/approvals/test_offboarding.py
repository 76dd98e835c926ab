"""Somebody's account is closed while they are asked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.services.accounts import accounts
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals import round_views as rounds
from formengine.services.case.timeline import visible_history
from formengine.services.dossiers import documents
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.document_holders import US
from formengine.services.dossiers.document_turns import hand_over
from formengine.services.dossiers.edit_locks import hold_for_editing
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.mails import Mail
from tests.services.conftest import Case, MakeCase, paper
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")


def close(case: Case, name: str) -> None:
    with acting_on(case.platform, case.people("sam"), now=case.now) as work:
        accounts.close_account(work, case.people(name).id)


def test_the_seat_of_a_closed_account_is_escalated(make_case: MakeCase) -> None:
    """W7: Di is gone; Ines gets the seat, which counts for the one that Di had, and the round can be decided."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    close(case, "di")
    assert case.seats == {"bo": "open", "di": "closed", "ines": "open"}
    case("bo", deciding.decide, "approve")
    case("ines", deciding.decide, "approve")
    assert case.dossier.state == "approval"
    assert case.whole()


def test_the_documents_of_a_closed_account_are_given_back(make_case: MakeCase) -> None:
    """S2, P25: it is the legal team's turn, and nobody edits them; the history says so. A seat on the same dossier is
    reassigned in the same act.
    """
    case = make_case(by="cleo")
    case("paul", documents.new_document_version, "contract", paper())
    case.step("paul", "ask", risk="low")
    case("paul", hand_over, "contract", case.people("ana").id)
    case("di", deciding.delegate, case.people("ana").id)
    case("paul", hold_for_editing, "contract")
    close(case, "ana")
    close(case, "paul")
    row = case.reads(lambda work, _: work.session.scalars(select(Document).where(Document.name == "contract")).one())
    assert (row.turn, row.editor, row.editing_until) == (US, None, None)
    assert case.seats == {"bo": "open", "di": "delegated", "ana": "closed", "ines": "open"}
    told = [entry.payload["status"] for entry in case.history() if entry.kind in ("edit_lock", "handed_over")]
    assert told == ["person", "begun", "us", "ended for"]
    assert case.whole()


def test_without_anybody_left_the_round_says_so(make_case: MakeCase) -> None:
    """W8: when both people who may sign have left, the round shows that nobody can decide, and the desk lists the
    dossier.
    """
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, deciding.decide, "approve")
    close(case, "di")
    shown = case.reads(lambda work, dossier: rounds.rounds(work, dossier)[0], "sam")
    assert (shown.nobody, shown.status) == (False, "open")
    close(case, "bo")
    shown = case.reads(lambda work, dossier: rounds.rounds(work, dossier)[0], "sam")
    assert (shown.nobody, shown.status) == (True, "open")
    assert case.state == "signing"


def test_the_seat_of_somebody_who_may_no_longer_decide_is_escalated(make_case: MakeCase) -> None:
    """P25, W7: Di becomes a client, and the round does not wait for her: it would wait for ever."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    with acting_on(case.platform, case.people("sam"), now=case.now) as work:
        accounts.change_role(work, case.people("bo").id, "counsel")
    assert case.seats == {"bo": "open", "di": "open"}
    with acting_on(case.platform, case.people("sam"), now=case.now) as work:
        accounts.change_role(work, case.people("di").id, "client")
    assert case.seats == {"bo": "open", "di": "closed", "ines": "open"}
    case("bo", deciding.decide, "approve")
    case("ines", deciding.decide, "approve")
    assert case.whole()


def test_what_a_closed_account_had_claimed_is_back_in_the_queue(make_case: MakeCase) -> None:
    """D1, W7: the rest of the team is mailed, the history says why, and somebody claims it."""
    case = make_case(by="cleo")
    case("paul", claim)
    close(case, "paul")
    assert (case.dossier.assignee_id, case.whole()) == (None, True)
    texts = [entry.text for entry in case.reads(visible_history, "ana")]
    assert "Back in the queue, since the account of Paul Whitby is closed" in texts
    with case.platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == "charge_lost")).all()
        told = {row.to: word_mail(case.platform, session, row)[1] for row in rows}
    assert list(told) == [case.people("ana").email]
    assert "The account of Paul Whitby is closed, so nobody is in charge of “Deal" in told[case.people("ana").email]
    case("ana", claim)
    assert case.dossier.assignee_id == case.people("ana").id
