"""What no other journey shows: choosing a password from a mail, fields by type of request, the page of a contract."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from formengine.services.accounts import invitations
from formengine.services.dossiers.assignment import share
from formengine.services.intake.submissions import submit
from formengine.storage.models.people import Person
from tests.journeys.conftest import Visits
from tests.journeys.office import Office, link_in, text_of
from tests.journeys.visitors import Visitor
from tests.support.browser import sign_in
from tests.support.platforms import acting_on
from tests.web.dossiers.visitors import NDA

DATABASE = "sqlite"
pytestmark = pytest.mark.browser
CLAIRE = "claire.french@example.com"
NEW = "three quiet yellow doors"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_password_is_chosen_by_the_link_of_a_mail(office: Office, visits: Visits, language: str) -> None:
    """P3: the mail has a link to choose a password (*lien pour créer votre mot de passe*); the account is ready to sign
    in with; the link works once, and offers a new one after that.
    """
    address = f"luc.{language}@globex.example"
    with acting_on(office.platform, office.people("sam")) as work:
        invitations.invite(work, address, "Luc Petit", "client", language=language)
    mail = office.mail(address, "invitation")
    assert {"en": "Choose a password", "fr": "créer votre mot de passe"}[language] in text_of(mail)
    label, save, out, again, spent = {
        "en": ("New password", "Save the password", "Sign out", "Sign in", "This link was used already"),
        "fr": ("Nouveau mot de passe", "Enregistrer le mot de passe", "Se déconnecter", "Se connecter",
               "Ce lien a déjà servi"),
    }[language]  # fmt: skip
    luc = visits(locale={"en": "en-GB", "fr": "fr-FR"}[language])
    luc.opens(link_in(mail, "/invitations/"))
    luc.writes(label, "short")
    luc.presses(save)
    expect(luc.page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    luc.writes(label, NEW)
    luc.presses(save)
    expect(luc.page.get_by_role("link", name="Luc Petit")).to_be_visible()
    luc.page.get_by_role("button", name=out, exact=True).click()
    luc.page.locator("#email").fill(address)
    luc.page.locator("#password").fill(NEW)
    luc.page.locator("main").get_by_role("button", name=again, exact=True).click()
    expect(luc.page.get_by_role("link", name="Luc Petit")).to_be_visible()
    other = visits(locale={"en": "en-GB", "fr": "fr-FR"}[language])
    other.opens(link_in(mail, "/invitations/"))
    other.reads(spent)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_type_of_request_asks_for_its_own_fields(office: Office, visits: Visits, language: str) -> None:
    """P9: what the legal team has decided for the type (*champs déterminés par l’équipe juridique*), and nothing of
    another one; a field that depends on an answer appears with it.
    """
    sharing, theirs, question = {
        "en": ("Who will share information?", "Their document", "The question to decide"),
        "fr": ("Qui communiquera des informations", "Leur document", "La question à trancher"),
    }[language]
    reader = visits("maya") if language == "en" else french_client(office, visits)
    reader.opens("/requests/new/nda")
    reader.reads(sharing)
    assert fields_of(reader) >= {"/nda_type", "/paper"}
    expect(reader.page.locator('[data-pointer="/their_document"]:visible')).to_have_count(0)
    reader.answers(paper=theirs)
    expect(reader.page.locator('[data-pointer="/their_document"]').first).to_be_visible()
    reader.opens("/requests/new/legal_advice")
    reader.reads(question)
    reader.does_not_read(sharing)
    assert "/subject" in fields_of(reader)
    assert not {"/nda_type", "/paper"} & fields_of(reader)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_legal_team_is_notified_and_starts(office: Office, visits: Visits, language: str) -> None:
    """P10: the team has a mail (*l’équipe juridique recevra une notification*) that leads to the request, which is
    news in the team's list until it is opened, and starts to work on it.
    """
    with acting_on(office.platform, None) as work:
        work.session.get_one(Person, office.people("ana").id).language = "fr"
    reference = requested(office)
    name, news, claim = {"en": ("paul", "News", "Claim"), "fr": ("ana", "Du nouveau", "Prendre en charge")}[language]
    mail = office.mail(name, "new_dossier", reference)
    assert "Globex SA" in text_of(mail)
    assert {"en": "Paul", "fr": "Bonjour"}[language] in text_of(mail)
    lawyer = visits(name, locale={"en": "en-GB", "fr": "fr-FR"}[language])
    lawyer.opens("/contracts")
    row = lawyer.page.get_by_role("row").filter(has_text=reference)
    expect(row).to_contain_text(news)
    lawyer.opens(link_in(mail, f"/dossiers/{reference}"))
    expect(lawyer.page.locator(".fe-news-line")).to_be_visible()
    expect(lawyer.page.locator(".fe-news-line button")).to_have_count(0)
    lawyer.presses(claim)
    expect(lawyer.page.get_by_role("button", name=claim, exact=True)).to_have_count(0)
    lawyer.opens("/contracts")
    expect(row).to_be_visible()
    expect(row).not_to_contain_text(news)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_requester_has_a_mail_with_the_details(office: Office, visits: Visits, language: str) -> None:
    """P11: the details of the request (*les détails de votre demande*), in the requester's language, and the link
    under which it is followed.
    """
    reader = french_client(office, visits) if language == "fr" else visits("maya")
    address = CLAIRE if language == "fr" else "maya@example.com"
    reference = requested(office, address)
    mail = office.mail(address, "submission", reference)
    question, state = {
        "en": ("Purpose of the exchange", "With the legal team"),
        "fr": ("Finalité des échanges", "Chez l’équipe juridique"),
    }[language]
    for words in (question, "Assessing a supply agreement", "Globex SA"):
        assert words in text_of(mail)
    reader.opens(link_in(mail, f"/dossiers/{reference}"))
    reader.reads_state(state)
    reader.reads("Globex SA")


def test_a_note_is_answered_with_a_note(office: Office, visits: Visits, papers: Path) -> None:
    """P20: the legal team is notified of the note, opens its attachment and answers; the client is notified in turn."""
    reference = requested(office)
    maya = visits("maya")
    maya.opens_dossier(reference, "notes")
    maya.writes("Your note", "Here is their reply.")
    maya.page.get_by_label("Attach files").set_input_files(str(papers / "reply.txt"))
    maya.presses("Add note")
    maya.reads("Here is their reply.", "reply.txt")
    paul = visits("paul")
    paul.opens(link_in(office.mail("paul", "note", reference), f"/dossiers/{reference}"))
    with paul.page.expect_download() as download:
        paul.follows("reply.txt")
    assert Path(download.value.path()).read_text("utf-8") == "As agreed"
    paul.ticks("Public: the client reads it")
    paul.writes("Your note", "We agree to it.")
    paul.presses("Add note")
    mail = office.mail("maya", "note", reference)
    assert "We agree to it." in text_of(mail)
    maya.opens("/")
    maya.opens(link_in(mail, f"/dossiers/{reference}"))
    maya.reads("We agree to it.")


def test_the_page_of_a_requested_contract(office: Office, visits: Visits, tmp_path: Path) -> None:
    """P23: each requested contract has a page with details, progress and attachments (*détails, état d’avancement,
    pièces jointes*), and attachments can be added; in both languages.
    """
    reference = requested(office)
    maya = visits("maya")
    maya.opens("/contracts")
    maya.follows(reference)
    maya.reads_state("With the legal team")
    maya.reads("Globex SA", "Assessing a supply agreement")
    maya.follows("Attachments")
    paper = tmp_path / "annexe signée.txt"
    paper.write_text("Annex 1", encoding="utf-8")
    maya.page.locator("main input[type=file]").first.set_input_files(str(paper))
    maya.presses("Attach files")
    maya.reads("annexe signée.txt")
    claire = french_client(office, visits)
    claire.opens_dossier(reference)
    claire.reads_state("Chez l’équipe juridique")
    claire.reads("Globex SA", "Assessing a supply agreement")
    claire.follows("Pièces jointes")
    claire.reads("annexe signée.txt")


def test_who_signs_is_seen_on_the_page(office: Office, visits: Visits) -> None:
    """P24: workflow, approval and signature, with the signers (*signataires*) and the status of each, in both
    languages; the approvers are seen in the journey of a non-disclosure agreement.
    """
    reference = requested(office, personal_data=False)
    office.mail(NDA["counterparty_contact"]["email"], "signature_asked", reference)  # once the agreement is drafted
    maya = visits("maya")
    maya.opens_dossier(reference)
    maya.follows("Approvals and signatures")
    maya.reads("Joe Martin", "Signature expected")
    claire = french_client(office, visits)
    claire.opens_dossier(reference)
    claire.follows("Approbations et signatures")
    claire.reads("Joe Martin", "Signature attendue")


def requested(office: Office, address: str = "maya@example.com", **answers: object) -> str:
    """A contract that Maya, or the client of an address, has requested, and that is shared with their organisation:
    its reference.
    """
    with office.platform.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == address)).one()
    with acting_on(office.platform, person) as work:
        made = submit(work, "nda", {**NDA, **answers}, key=uuid4().hex, accept_notice=True)
    with acting_on(office.platform, office.people("paul")) as work:
        share(work, made.dossier.reference, True)
    return made.dossier.reference


def french_client(office: Office, visits: Visits) -> Visitor:
    """The browser of a colleague of Maya's who reads French, signed in."""
    with office.platform.database.reading() as session:
        known = session.scalar(select(Person.id).where(Person.email == CLAIRE))
    if known is None:
        organisation = office.people("maya").organisation_id
        office.people.add(CLAIRE, "client", name="Claire Rivière", language="fr", organisation_id=organisation)
    visitor = visits(locale="fr-FR")
    sign_in(visitor.page, office.url, CLAIRE)
    return visitor


def fields_of(visitor: Visitor) -> set[str]:
    """The pointers of the values that the open form asks for."""
    pointers = "all => all.map(control => control.dataset.pointer)"
    return set(visitor.page.locator("[data-pointer]").evaluate_all(pointers))
