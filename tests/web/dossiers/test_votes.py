"""Votes on the dossier page and by the API: abstaining, the casting vote, fields asked with an approval (W22)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.approvals import decisions
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.storage.models.dossiers import Fact
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Seat
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import Opened, SignedIn, Visitor, dossier_of, form_to

pytestmark = pytest.mark.site("votes")


@pytest.fixture
def voting(opened: Opened, acting: Acting, people: People) -> str:
    """A dossier on which Bo, Di and Cleo vote, and Inès has the casting vote."""
    people.all()
    reference = opened("budget", {"subject": "A new roof"})
    with acting(people("maya")) as work:
        transitions.perform(work, reference, "call", 1, {})
    return reference


def tab(reference: str) -> str:
    return f"/dossiers/{reference}?tab=approvals"


def decision(visitor: Visitor, reference: str) -> Any:
    return visitor.form(tab(reference), f"/dossiers/{reference}/decision")


def approve(visitor: Visitor, reference: str, granted: str, status: int = 303) -> Any:
    """Approve on the page that asks for the amount."""
    form = vote_form_of(visitor, reference)
    form[amount_of(form)] = granted
    return form.submit(status=status)


def vote_form_of(visitor: Visitor, reference: str, comment: str = "") -> Any:
    """The form of the page that the button *Approve* opens, with what was written on the panel."""
    page = visitor.get(tab(reference))
    button = page.html.find("button", attrs={"name": "opens"})
    assert button.get_text().strip() in ("Approve", "Approuver")
    panel = form_to(page, f"/dossiers/{reference}/decision")
    panel["comment"] = comment
    opened = visitor.post(button["formaction"], dict(panel.submit_fields()) | {"opens": "yes"})
    return form_to(opened, button["formaction"])


def test_a_comment_of_the_panel_goes_on_to_the_page_of_the_vote(signed_in: SignedIn, voting: str) -> None:
    """W22: what was written before *Approve* was pressed is not lost, and no error is shown before that."""
    form = vote_form_of(signed_in("bo"), voting, "Less, please.")
    assert form["comment"].value == "Less, please."
    assert not form.html.select("[aria-invalid=true]")


def amount_of(form: Any) -> str:
    return str(form.html.find(attrs={"data-pointer": "/granted"})["name"])


def test_an_abstention_is_shown_and_counted(signed_in: SignedIn, voting: str) -> None:
    """W22: with the count and the quorum, in the reader's words, and in the history."""
    page = signed_in("bo").get(tab(voting))
    assert "In favour: 0 of 3 (2 needed). Against: 0. Abstentions: 0. Quorum: 0 of 2." in page.text
    form = form_to(page, f"/dossiers/{voting}/decision")
    form["comment"] = "I know the roofer."
    shown = form.submit("decision", value="abstain", status=303).follow()
    assert "You abstained." in shown.text
    assert "Abstentions: 1. Quorum: 1 of 2." in shown.text
    assert "Abstained: Vote of the board" in signed_in("paul").get(f"/dossiers/{voting}?tab=history").text


def test_fields_are_asked_when_approving(signed_in: SignedIn, voting: str, platform: Platform) -> None:
    """W22: the value of the last yes is written when the round is approved; each stands beside its vote."""
    page = approve(signed_in("bo"), voting, "2000", status=422)
    assert "What it is about" in page.text
    assert "A new roof" in page.text
    assert "1,000" in page.text  # at most
    approve(signed_in("bo"), voting, "300")
    with platform.database.reading() as session:
        assert session.scalars(select(Fact)).all() == []
    approve(signed_in("di"), voting, "250")
    assert dossier_of(platform, voting).state == "advice" or dossier_of(platform, voting).state == "voting"
    with platform.database.reading() as session:
        assert [(fact.name, fact.value) for fact in session.scalars(select(Fact))] == [("granted", 250)]
        votes = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "decided").order_by(HistoryEntry.id))
        assert [vote.payload["data"]["values"] for vote in votes] == [{"granted": 300}, {"granted": 250}]
    text = signed_in("paul").get(tab(voting)).text
    assert "Amount granted" in text
    assert "300" in text


def test_the_casting_vote_is_asked_for_and_marked(
    signed_in: SignedIn, voting: str, acting: Acting, people: People
) -> None:
    """W22: one for, one against, one abstaining; then Inès decides, and may not abstain."""
    approve(signed_in("bo"), voting, "300")
    for name, word in (("di", "reject"), ("cleo", "abstain")):
        with acting(people(name)) as work:
            decisions.decide(work, voting, word, "because")  # type: ignore[arg-type]
    page = signed_in("ines").get(tab(voting))  # who reads French
    assert "voix prépondérante" in page.text
    assert form_to(page, f"/dossiers/{voting}/decision").fields.keys() >= {"decision"}
    assert [b["value"] for b in page.html.find_all("button", attrs={"name": "decision"})] == ["reject"]
    approve(signed_in("ines"), voting, "200")
    assert "A tie: Vote of the board. Asked for the casting vote: Inès Carrel" in (
        signed_in("paul").get(f"/dossiers/{voting}?tab=history").text
    )


def test_the_page_of_a_vote_is_for_the_holder_of_the_seat(signed_in: SignedIn, voting: str, platform: Platform) -> None:
    """W22, S8: nobody else sees it, and nothing is found for a seat that is closed or is not there."""
    with platform.database.reading() as session:
        seat = session.scalars(select(Seat.id).order_by(Seat.id)).first()
    for name, status in (("bo", 200), ("di", 404), ("paul", 404), ("maya", 403)):
        signed_in(name).get(f"/dossiers/{voting}/seats/{seat}/approval", status=status)
    signed_in("bo").get(f"/dossiers/{voting}/seats/x/approval", status=404)
