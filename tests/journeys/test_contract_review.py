"""A contract drafted by the other side: uploaded, reviewed, approved by amount, signed by both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.conftest import Visits
from tests.journeys.office import SIGNED, Office, text_of
from tests.journeys.signing import cannot_decide, signs_by_link
from tests.journeys.visitors import Visitor
from tests.support.postgresql_cluster import until

DATABASE = "sqlite"
BEN = "ben@initech.test"
pytestmark = pytest.mark.browser


def test_a_contract_is_uploaded_reviewed_approved_and_signed(office: Office, visits: Visits, papers: Path) -> None:
    """P25, P22, P8, P10, P11, P16, P17, S2, S3, S8, S10, W7: the whole journey of a contract review."""
    maya, paul = visits("maya"), visits("paul")
    reference = asks(maya, papers)
    both_sides_are_told(office, reference)
    takes_it_and_asks(paul, maya, office, reference)
    goes_to_and_fro(paul, maya, office, reference, papers)
    is_refused_once(paul, maya, visits, office, reference)
    is_approved(paul, maya, visits, office, reference, papers)
    is_signed(maya, visits, office, reference)


def asks(maya: Visitor, papers: Path) -> str:
    """Maya opens the request type in the category of contracts and uploads the contract."""
    maya.opens("/")
    maya.follows("Contracts")
    maya.follows("Review of a contract we received")
    maya.answers(document=papers / "services.docx", contract_type="Amendment")
    maya.reads("Contract being amended")
    maya.answers(contract_type="Other contract", other_type="Maintenance")
    maya.presses("Next")
    maya.answers(our_role="We buy", our_entity="Acme SAS (France)", counterparty__name="Initech SARL")
    maya.presses("Next")
    maya.reads("Answer this question.")
    maya.answers(counterparty_contact__name="Ben Roy", counterparty_contact__email=BEN)
    maya.presses("Next")
    maya.answers(deal_summary="Yearly maintenance of the presses.")
    maya.answers(contract_value__amount="30000", contract_value__currency="EUR")
    maya.answers(target_signature="2026-12-18", external_deadline="No")
    maya.presses("Next")
    maya.answers(personal_data="No", concerns=["Liability", "Penalties"])
    maya.presses("Next")
    maya.presses("Check your answers")
    maya.reads("services.docx", "Initech SARL", "Liability")
    maya.ticks("I have read this and accept it")
    maya.presses("Submit request")
    maya.reads("Your request has been sent", "Received")
    maya.follows("Follow this request")
    maya.reads_state("Received")
    return maya.page.url.rsplit("/", 1)[1]


def both_sides_are_told(office: Office, reference: str) -> None:
    """The contracts desk is notified (P10); Maya gets a copy of her answers (P11)."""
    for member in ("paul", "ana"):
        office.mail(member, "new_dossier", reference)
    assert "Yearly maintenance of the presses." in text_of(office.mail("maya", "submission", reference))


def takes_it_and_asks(paul: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    """Paul claims the dossier, starts the review and asks a question; Maya is notified and answers."""
    paul.opens_dossier(reference)
    paul.presses("Claim")
    paul.reads("Paul Whitby")
    paul.follows("Start the review")
    paul.presses("Start the review")
    paul.reads_state("Legal review")
    maya.finds(reference, "With the legal team")
    paul.follows("Ask for information")
    paul.writes("Comment", "Who is liable for late repairs today?")
    paul.presses("Ask for information")
    paul.reads_state("Waiting for the requester")
    assert "late repairs" in text_of(office.mail("maya", "transition", reference, 2))
    maya.finds(reference, "We need information from you")
    maya.follows("Send the information")
    maya.writes("Comment", "Nobody is.")
    maya.presses("Send the information")
    maya.reads_state("With the legal team")
    assert "Nobody is." in text_of(office.mail("paul", "transition", reference))


def adds_version(paul: Visitor, reference: str, file: Path, number: int, turn: str) -> None:
    """Paul uploads the next version of the contract, and says whose turn it is then."""
    paul.opens_dossier(reference, "attachments")
    paul.unfolds("Upload a new version")
    paul.page.get_by_label("File (Word or PDF)").first.set_input_files(file)
    paul.page.get_by_label("Whose turn is it then?").select_option(label=turn)
    paul.presses("Add version")
    paul.reads(f"version {number}", file.name)


def goes_to_and_fro(paul: Visitor, maya: Visitor, office: Office, reference: str, papers: Path) -> None:
    """Three turns: what Maya was sent, our version, which the other side has next, and theirs; what changed is read."""
    adds_version(paul, reference, papers / "ours.docx", 2, "The counterparty")
    paul.reads("Whose turn it is: The counterparty")
    office.mail("maya", "turn", reference)
    adds_version(paul, reference, papers / "theirs.docx", 3, "The legal team")
    paul.reads("Whose turn it is: The legal team")
    for visitor in (paul, maya):
        visitor.opens_dossier(reference, "attachments")
        visitor.follows("What changed")
        until(lambda page=visitor.page: page.reload() and page.locator("ins").count(), SIGNED)
        visitor.reads("three times")


def asks_for_approval(paul: Visitor, reference: str, summary: str) -> None:
    paul.opens_dossier(reference)
    paul.follows("Ask for approval")
    paul.answers(risk="Low", risk_summary=summary)
    paul.presses("Ask for approval")
    paul.reads_state("Internal approval")


def is_refused_once(paul: Visitor, maya: Visitor, visits: Visits, office: Office, reference: str) -> None:
    """Maya’s head of department approves; above 25,000 EUR finance decides next, and rejects with a comment."""
    asks_for_approval(paul, reference, "Balanced terms.")
    maya.finds(reference, "Waiting for internal approval")
    bo, cleo = visits("bo"), visits("cleo")
    assert bo.forges(f"/dossiers/{reference}/decision", decision="approve").status == 404  # has no seat, so no access
    for visitor in (maya, paul, visits("nora")):
        cannot_decide(visitor, reference)
    approves(cleo, reference, office)
    office.mail("bo", "approval_asked", reference)
    cannot_decide(cleo, reference)  # her seat is decided
    bo.opens_dossier(reference, "approvals")
    bo.presses("Reject")
    bo.reads("Say in the comment why you reject.")
    bo.writes("Comment", "Not in this year’s budget.")
    bo.presses("Reject")
    bo.reads_state("With the legal team")
    maya.finds(reference, "With the legal team")
    paul.opens_dossier(reference, "approvals")
    paul.reads("Not in this year’s budget.", "Rejected")


def approves(visitor: Visitor, reference: str, office: Office, number: int = 1) -> None:
    office.mail(visitor.name, "approval_asked", reference, number)
    visitor.opens("/")
    visitor.reads("Waiting for you")
    visitor.opens_dossier(reference, "approvals")
    visitor.presses("Approve")
    visitor.reads("You approved.")


def is_approved(paul: Visitor, maya: Visitor, visits: Visits, office: Office, reference: str, papers: Path) -> None:
    """Asked again, the head of department approves; a new version makes that void, and she is asked once more. Then
    finance approves, and the general counsel.
    """
    asks_for_approval(paul, reference, "Balanced terms, paid next year.")
    approves(visits("cleo"), reference, office, 2)
    adds_version(paul, reference, papers / "last.docx", 4, "The legal team")
    paul.opens_dossier(reference, "approvals")
    paul.reads("Replaced")
    approves(visits("cleo"), reference, office, 3)
    approves(visits("bo"), reference, office, 3)
    office.mail("ines", "approval_asked", reference)
    ines = visits("ines")
    ines.opens_dossier(reference, "approvals")
    ines.presses("Approuver")
    ines.reads_state("En signature")
    maya.finds(reference, "Waiting for signatures")


def is_signed(maya: Visitor, visits: Visits, office: Office, reference: str) -> None:
    """Ben signs by the link in his mail, then Bo for the company; Maya can sign for neither."""
    cannot_decide(maya, reference)
    signs_by_link(visits(), office, BEN, "Ben Roy", reference)
    cannot_decide(maya, reference)
    bo = visits("bo")
    bo.opens("/")
    bo.reads("Waiting for you")
    bo.opens_dossier(reference, "approvals")
    bo.writes("Your full name, as your signature", "Bo Jansen")
    bo.ticks("I have read the document and agree to sign it electronically")
    bo.presses("Sign")
    bo.reads_state("In force")
    maya.finds(reference, "In force")
    maya.opens_dossier(reference, "approvals")
    maya.reads("Ben Roy", "Bo Jansen", "Signed")
