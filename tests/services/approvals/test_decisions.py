"""Approvals and signatures in rows: counted, refused, handed over, restarted, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.errors import NotFound, Refused
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals import round_views as rounds
from formengine.services.case.timeline import visible_history
from formengine.services.dossiers import documents
from formengine.services.dossiers import transitions as moving
from formengine.services.people.lookup import person_name
from tests.services.conftest import Case, MakeCase, paper
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def asked(make_case: MakeCase) -> Case:
    """Cleo has asked and Paul has put it to the board: Bo and Di (Cleo's own eyes are kept out), two of them needed."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    return case


def person(case: Case, name: str) -> str:
    return case.people(name).id


def test_a_quorum_is_counted_and_a_round_leads_on(asked: Case) -> None:
    """W7: k of n, steps in turn, four eyes, one history entry a vote; W8: the signature follows."""
    assert asked.seats == {"bo": "open", "di": "open"}
    asked("bo", deciding.decide, "approve")
    assert (asked.state, asked.seats["bo"]) == ("approval", "approved")
    with pytest.raises(Refused, match="decided already"):
        asked("bo", deciding.decide, "approve")
    asked("di", deciding.decide, "approve")
    assert asked.seats == {"bo": "approved", "di": "approved", "ines": "open"}
    asked("ines", deciding.decide, "approve", "Fine.")
    assert asked.state == "signing"
    asked("bo", deciding.sign, "Bo Jansen", True)
    assert (asked.state, asked.rounds) == ("done", [("internal", 1, "approved"), ("ours", 1, "signed")])
    kinds = asked.kinds()
    assert (kinds.count("decided"), kinds.count("signed"), kinds.count("round_closed")) == (3, 1, 2)
    assert asked.whole()


def test_a_rejection_asks_why_and_stops(asked: Case) -> None:
    """W7: a rejection needs a comment; it ends the round and moves the dossier where the workflow says."""
    with pytest.raises(Refused, match="why you reject"):
        asked("bo", deciding.decide, "reject", "  ")
    asked("bo", deciding.decide, "reject", "Too dear.")
    assert (asked.state, asked.rounds) == ("draft", [("internal", 1, "rejected")])
    assert asked.seats == {"bo": "rejected", "di": "closed"}


@pytest.mark.parametrize(
    ("reader", "reads"), [("bo", True), ("di", True), ("ines", True), ("paul", True), ("cleo", False)]
)
def test_comments_of_votes_are_for_those_who_decide(asked: Case, reader: str, reads: bool) -> None:
    """W7: the legal team and the seats of a round read them; the client does not, in the tab nor in the history."""
    asked("bo", deciding.decide, "approve", "Between us: weak counterparty.")
    views = asked.reads(rounds.rounds, reader)
    texts = [entry.comment for entry in asked.reads(visible_history, reader) if entry.comment]
    assert [seat.comment for view in views for seat in view.seats if seat.comment] == [
        "Between us: weak counterparty."
    ] * reads
    if not reads:
        assert not any("Between us" in text for text in texts)


def test_a_workflow_shows_the_comments_of_a_round_to_the_client(make_case: MakeCase) -> None:
    """W7: `visible_to_client` on a round: the requester reads them, in the tab and in the history."""
    case = make_case("note", by="cleo")
    case("cleo", deciding.decide, "approve")
    case("nora", deciding.decide, "approve", "Well written.")
    comments = [seat.comment for view in case.reads(rounds.rounds, "cleo") for seat in view.seats if seat.comment]
    assert comments == ["Well written."]
    assert "Well written." in [entry.comment for entry in case.reads(visible_history, "cleo")]


@pytest.mark.parametrize("name", ["cleo", "maya", "paul", "theo"])
def test_only_a_seat_gives_a_voice(asked: Case, name: str) -> None:
    """W7, P25, S8: without a seat, or without the collaboration permission, a decision is refused."""
    before = (asked.version, len(asked.history()))
    for act in (
        lambda: asked(name, deciding.decide, "approve"),
        lambda: asked(name, deciding.sign, "x", True),
        lambda: asked(name, deciding.decline, "no"),
    ):
        with pytest.raises((Refused, NotFound)):  # the latter for somebody who may not even see it
            act()
    assert (asked.version, len(asked.history())) == before


def test_a_client_without_the_permission_cannot_decide_whatever_the_workflow_says(make_case: MakeCase) -> None:
    """P25, S8: Maya has the only seat, and may not; Cleo collaborates, and may."""
    case = make_case("note", by="maya")
    assert case.state == "asked"
    for act, values in (
        (deciding.decide, ("approve",)),
        (deciding.decide, ("reject", "No.")),
        (deciding.sign, ("M", True)),
    ):
        with pytest.raises(Refused, match="permission"):
            case("maya", act, *values)  # type: ignore[arg-type]
    assert (case.state, case.kinds().count("decided")) == ("asked", 0)
    other = make_case("note", by="cleo")
    other("cleo", deciding.decide, "approve")
    assert (other.state, other.seats) == ("read", {"nora": "open"})  # named by her address, as teams name people
    other("nora", deciding.decide, "approve")
    assert other.state == "done"


def test_a_seat_is_handed_over_and_the_record_says_for_whom(asked: Case) -> None:
    """W7, U10: delegation; four eyes hold for delegates; a second seat in the step is refused."""
    for to, why in (("cleo", "somebody else's eyes"), ("di", "has a seat"), ("maya", "permission")):
        with pytest.raises(Refused, match=why):
            asked("bo", deciding.delegate, person(asked, to))
    asked("bo", deciding.delegate, person(asked, "nora"))
    assert asked.seats == {"bo": "delegated", "di": "open", "nora": "open"}
    asked("nora", deciding.decide, "approve")
    entry = next(e for e in asked.history() if e.kind == "decided")
    assert (entry.by, entry.on_behalf_of) == (person(asked, "nora"), person(asked, "bo"))
    shown = asked.reads(visible_history, "sam")
    assert "Nora Lindqvist for Bo Jansen" in [one.by for one in shown]


def test_a_client_hands_a_seat_to_nobody_of_another_organisation(asked: Case) -> None:
    """U9, P28: the dossier would be shown to them; no name is told for an id."""
    stranger = asked.people.add("vera@globex.test", "collaborator", name="Vera Vance")
    with pytest.raises(Refused, match="of your organisation") as refused:
        asked("bo", deciding.delegate, stranger.id)
    assert "Vera" not in str(refused.value)
    assert asked.seats == {"bo": "open", "di": "open"}


def test_a_seat_delegated_for_an_opinion_returns(asked: Case) -> None:
    """W7: ask and return: the opinion does not count, the asker decides."""
    asked("bo", deciding.delegate, person(asked, "nora"), returns=True)
    asked("nora", deciding.decide, "approve", "I would.")
    assert asked.seats["bo"] == "open"
    asked("di", deciding.decide, "approve")
    assert asked.state == "approval"
    assert "ines" not in asked.seats
    asked("bo", deciding.decide, "approve")
    assert asked.seats["ines"] == "open"


def test_approvers_are_added_and_removed_while_it_runs(asked: Case) -> None:
    """W7: by the person who has claimed the dossier only; an approver who is needed for the quorum cannot be
    removed.
    """
    with pytest.raises(Refused, match="taken the dossier"):
        asked("ana", deciding.add_approver, person(asked, "nora"), 0)
    asked("paul", deciding.add_approver, person(asked, "nora"), 0)
    asked("bo", deciding.decide, "approve")
    asked("di", deciding.decide, "approve")
    assert "ines" not in asked.seats
    asked("paul", deciding.remove_approver, person(asked, "nora"))
    assert asked.seats["ines"] == "open"
    with pytest.raises(Refused, match="nobody could decide"):
        asked("paul", deciding.remove_approver, person(asked, "ines"))


def test_a_new_version_of_the_document_starts_the_round_again(asked: Case) -> None:
    """W7: the first round is superseded, because its approvals were given on the earlier version."""
    asked("bo", deciding.decide, "approve")
    asked("paul", documents.new_document_version, "contract", paper(b"% changed"))
    assert asked.rounds == [("internal", 1, "superseded"), ("internal", 2, "open")]
    assert asked.seats == {"bo": "open", "di": "open"}


def test_what_is_not_there_cannot_be_approved(make_case: MakeCase) -> None:
    """W7: the round opens before its document has a version; that version is no change."""
    case = make_case(by="cleo", with_paper=False)
    case.step("paul", "ask", risk="low")
    with pytest.raises(Refused, match="missing"):
        case("bo", deciding.decide, "approve")
    case("paul", documents.new_document_version, "contract", paper())
    case("bo", deciding.decide, "approve")
    assert case.rounds == [("internal", 1, "open")]


def test_signing_asks_for_a_name_and_consent_and_keeps_the_evidence(asked: Case) -> None:
    """W8, S8: and declining for a reason, which ends the round."""
    for name in ("bo", "di", "ines"):
        asked(name, deciding.decide, "approve")
    for unseen in (" ", "\u202e\u200b"):
        with pytest.raises(Refused, match="full name"):
            asked("bo", deciding.sign, unseen, True)
    with pytest.raises(Refused, match="agree to sign"):
        asked("bo", deciding.sign, "Bo", False)
    with pytest.raises(Refused, match="why you decline"):
        asked("bo", deciding.decline, "")
    asked("di", deciding.decline, "Not mine to sign.")
    assert (asked.state, asked.rounds[-1]) == ("draft", ("ours", 1, "declined"))


def test_readers_see_who_is_asked(asked: Case) -> None:
    """W7: the rounds of a dossier, with names, and which seat is the reader's."""

    def shown(who: str) -> list[Any]:
        return asked.reads(lambda work, dossier: rounds.rounds(work, dossier), who)

    (round_,) = shown("bo")
    assert [(seat.person_name, seat.mine) for seat in round_.seats] == [("Bo Jansen", True), ("Di Moreau", False)]
    assert asked.reads(lambda work, _: [w.kind for w in rounds.seats_waiting_for_actor(work)], "bo") == ["approval"]
    assert asked.reads(lambda work, _: person_name(work, person(asked, "bo"))) == "Bo Jansen"


def test_refusals_and_conditions_speak_the_reader_s_language(make_case: MakeCase) -> None:
    """W5, W4: titles of the form in French, and on what condition a step of the approval is asked; one without a name
    is called by its role.
    """
    case = make_case(by="cleo", amount={"amount": "50.00", "currency": "EUR"})
    with acting_on(case.platform, case.people("paul"), now=case.now, language="fr") as work:
        transitions = moving.available_transitions(work, case.row(work))
    assert transitions["sell"] == ["«\u00a0Montant\u00a0» ne dépasse pas 100,00\u00a0€."]
    case.step("paul", "ask", risk="low")
    with acting_on(case.platform, case.people("paul"), now=case.now, language="fr") as work:
        (round_,) = rounds.rounds(work, case.row(work))
    assert [step.name for step in round_.steps] == ["Conseil", "Directeur", "Finances"]
    assert round_.steps[1].condition == ""
    assert round_.steps[2].condition == "«\u00a0Montant\u00a0» dépasse 20,00\u00a0€"
