"""A non-disclosure agreement: drafted from its template, approved by two, signed by both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.conftest import PHONE, Visits
from tests.journeys.office import SECONDS, SIGNED, Office, text_of
from tests.journeys.signing import cannot_decide, signs_by_link
from tests.journeys.visitors import Visitor
from tests.support.postgresql_cluster import until

DATABASE = "postgresql"
JOE = "joe@globex.test"
pytestmark = pytest.mark.browser


def test_an_agreement_is_requested_drafted_approved_and_signed(office: Office, visits: Visits, tmp_path: Path) -> None:
    """P25, P22, P8, P10, P11, P16, P17, P26, P27, S1, S4, S5, S6, S8, W7, W8: the whole journey."""
    maya, paul = visits("maya"), visits("paul")
    reference = asks(maya)
    both_sides_are_told(office, reference)
    takes_it_and_asks(paul, maya, office, reference)
    has_it_approved(paul, maya, visits, office, reference)
    is_signed(maya, visits, office, reference)
    everybody_has_a_copy(maya, visits, office, reference, tmp_path)
    follows_milestones(paul, maya, reference)
    records_its_term(paul, maya, reference)


def asks(maya: Visitor) -> str:
    """Maya searches for the form, fills in its pages, and accepts the notice."""
    maya.opens("/")
    maya.page.get_by_role("searchbox").fill("disclosure")
    maya.presses("Search")
    maya.follows("Non-disclosure agreement")
    maya.answers(nda_type="Both companies", paper="Our template")
    maya.presses("Next")
    maya.answers(our_entity="Acme SAS (France)", counterparty__name="Globex SA")
    maya.answers(counterparty_contact__name="Joe Martin", counterparty_contact__email=JOE)
    maya.presses("Next")
    maya.answers(purpose="Assessing a supply agreement", effective_date="2026-12-01", term_years="2")
    maya.answers(confidentiality_years="5", governing_law="France", personal_data="Yes")
    maya.presses("Next")
    maya.presses("Check your answers")
    maya.presses("Submit request")
    maya.reads("Tick the box under the legal notice before you send.", "Globex SA")
    maya.ticks("I have read this and accept it")
    maya.presses("Submit request")
    maya.reads("Your request has been sent", "With the legal team")
    maya.follows("Follow this request")
    maya.reads_state("With the legal team")
    return maya.page.url.rsplit("/", 1)[1]


def both_sides_are_told(office: Office, reference: str) -> None:
    """The contracts desk is notified (P10); Maya gets a copy of her answers (P11)."""
    assert reference.startswith("CTR-")
    for member in ("paul", "ana"):
        assert "NDA with Globex SA" in office.mail(member, "new_dossier", reference)["Subject"]
    assert "Assessing a supply agreement" in text_of(office.mail("maya", "submission", reference))


def takes_it_and_asks(paul: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    """Paul claims the dossier and asks a question; Maya is notified and answers."""
    paul.opens("/desk?tab=queue")
    paul.follows(reference)
    paul.presses("Claim")
    paul.reads("Paul Whitby")
    paul.follows("Ask for information")
    paul.writes("Comment", "Whose data is it?")
    paul.presses("Ask for information")
    paul.reads_state("Waiting for the requester")
    assert "Whose data is it?" in text_of(office.mail("maya", "transition", reference))
    maya.opens("/contracts")
    maya.follows(reference)
    maya.reads_state("We need information from you")
    maya.reads("Whose data is it?")
    maya.follows("Send the information")
    maya.writes("Comment", "That of the staff on site.")
    maya.presses("Send the information")
    maya.reads_state("With the legal team")
    office.mail("paul", "transition", reference)


def has_it_approved(paul: Visitor, maya: Visitor, visits: Visits, office: Office, reference: str) -> None:
    """The agreement has been drafted; the data protection officer approves it, then the general counsel."""
    paul.opens_dossier(reference, "attachments")
    until(lambda: paul.page.reload() and paul.page.get_by_role("link", name="Read here").count(), SECONDS)
    paul.follows("Read here")
    paul.reads("Globex SA")
    paul.opens_dossier(reference)
    paul.follows("Ask for approval")
    paul.answers(review_summary="Our own terms, with personal data.")
    paul.presses("Ask for approval")
    paul.reads_state("Internal approval")
    maya.finds(reference, "Waiting for internal approval")
    office.mail("nora", "approval_asked", reference)
    assert not office.mails("ines", "approval_asked", reference)
    for visitor in (maya, paul, visits("ana"), visits("ines")):
        cannot_decide(visitor, reference)
    approves(visits("nora"), reference, "Approve")
    office.mail("ines", "approval_asked", reference)
    approves(visits("ines"), reference, "Approuver")
    maya.finds(reference, "Waiting for signatures")
    maya.opens_dossier(reference, "approvals")
    maya.reads("Nora Lindqvist", "Inès Carrel", "Joe Martin", "Signature expected")


def approves(visitor: Visitor, reference: str, word: str) -> None:
    visitor.opens_dossier(reference, "approvals")
    visitor.presses(word)
    visitor.page.get_by_role("status").first.wait_for()


def is_signed(maya: Visitor, visits: Visits, office: Office, reference: str) -> None:
    """Joe signs on his phone by the link in his mail, then Inès for the company; nobody else can."""
    cannot_decide(maya, reference)
    cannot_decide(visits("nora"), reference)
    assert not office.mails("ines", "signature_asked", reference)
    signs_by_link(visits(**PHONE), office, JOE, "Joe Martin", reference)
    office.mail("ines", "signature_asked", reference)
    cannot_decide(maya, reference)
    ines = visits("ines")
    ines.opens_dossier(reference, "approvals")
    ines.presses("Signer")
    ines.reads("nom complet pour signer")
    ines.writes("Votre nom complet", "Inès Carrel")
    ines.ticks("J’ai lu le document")
    ines.presses("Signer")
    ines.reads_state("Signé")
    maya.finds(reference, "Signed")
    maya.opens_dossier(reference, "approvals")
    maya.reads("Joe Martin", "Inès Carrel", "Signed")


def everybody_has_a_copy(maya: Visitor, visits: Visits, office: Office, reference: str, folder: Path) -> None:
    """Joe and both companies get the signed PDF and its certificate; Maya downloads it, and Joe verifies his."""
    received = {}
    for person in (JOE, "maya", "ines"):
        files = list(office.mail(person, "signed_copy", reference, seconds=SIGNED).iter_attachments())
        assert [file.get_content_type() for file in files] == ["application/pdf"] * 2
        received[person] = files[0].get_content()
    assert len(set(received.values())) == 1
    maya.opens_dossier(reference, "approvals")
    with maya.page.expect_download() as download:
        maya.follows("Download signed PDF")
    assert download.value.path().read_bytes() == received["maya"]
    outside, signed = visits(**PHONE), folder / "signed.pdf"
    signed.write_bytes(received[JOE])
    outside.opens("/verify")
    outside.page.get_by_label("The signed PDF").set_input_files(signed)
    outside.presses("Verify")
    outside.reads(
        "This PDF was signed here, and nothing in it was changed.", "2 signatures", "Joe Martin", "Inès Carrel"
    )


def follows_milestones(paul: Visitor, maya: Visitor, reference: str) -> None:
    """Maya adds a milestone; she sees Paul's when he makes it visible (P26, P27)."""
    maya.opens_dossier(reference, "children-milestone")
    maya.follows("Add milestone")
    maya.answers(title="First exchange", due="2027-01-15")
    maya.presses("Add milestone")
    maya.reads("First exchange")
    paul.opens_dossier(reference, "children-milestone")
    paul.reads("First exchange")
    paul.follows("Add milestone")
    paul.answers(title="Return of the papers", due="2028-12-01")
    paul.ticks("The legal team alone")
    paul.presses("Add milestone")
    paul.reads("Return of the papers", "Hidden from the client")
    maya.opens_dossier(reference, "children-milestone")
    maya.does_not_read("Return of the papers")
    paul.presses("Make visible to client")
    paul.does_not_read("Hidden from the client")
    maya.opens_dossier(reference, "children-milestone")
    maya.reads("Return of the papers")


def records_its_term(paul: Visitor, maya: Visitor, reference: str) -> None:
    """The term that counsel records for the client is on her page."""
    paul.opens_dossier(reference)
    paul.follows("Record the end of the term")
    paul.answers(end_date="2028-11-30")
    paul.presses("Record the end of the term")
    maya.finds(reference, "Signed")
    maya.reads("End of the term", "30 November 2028", "recorded the end of the term")
