"""Client and legal team talk on a dossier, share files, and see what is theirs to see, in English and French."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from formengine.services.intake.submissions import submit
from formengine.storage.models.people import Person
from tests.journeys.conftest import Visits
from tests.journeys.office import Office, text_of
from tests.journeys.visitors import Visitor
from tests.support.accessibility import violations
from tests.support.browser import sign_in
from tests.support.platforms import acting_on
from tests.web.dossiers.visitors import ADVICE

DATABASE = "sqlite"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def claire(office: Office) -> Person:
    """A client who reads French, of Maya's organisation."""
    maya = office.people("maya")
    return office.people.add(
        "claire@example.com", "collaborator", name="Claire Rivière", language="fr", organisation_id=maya.organisation_id
    )


def request_of(office: Office, person: Person) -> str:
    with acting_on(office.platform, person) as work:
        return submit(work, "legal_advice", ADVICE, key=uuid4().hex, accept_notice=True).dossier.reference


def opens_as(office: Office, visits: Visits, person: Person, reference: str, tab: str) -> Visitor:
    visitor = visits()
    sign_in(visitor.page, office.url, person.email)
    visitor.opens_dossier(reference, tab)
    return visitor


def test_a_team_and_its_client_talk_in_one_place(office: Office, visits: Visits) -> None:
    """P1, D5: counsel chooses who reads each note; the client reads what is public, the colleague everything, with a
    preview first and a mention; by the words of the page."""
    reference = request_of(office, office.people("maya"))
    ana = visits("ana")
    ana.opens_dossier(reference, "notes")
    ana.writes("Your note", "The landlord is **bluffing**, @Lena Voss.")
    ana.ticks("Internal: for the legal team alone")
    ana.presses("Preview")
    expect(ana.page.locator("#note-preview strong")).to_have_text("bluffing")
    ana.presses("Add note")
    ana.reads("bluffing", "Mentioned: Lena Voss")
    expect(ana.page.locator(".fe-note-internal")).to_have_count(1)
    ana.writes("Your note", "We look into it.")
    ana.ticks("Public: the client reads it")
    ana.presses("Add note")
    ana.reads("The client reads it")
    assert "bluffing" in text_of(office.mail("lena", "note", reference))
    maya = visits("maya")
    maya.opens_dossier(reference, "notes")
    maya.reads("We look into it.")
    maya.does_not_read("bluffing", "Internal", "Who is to read it?")
    assert violations(maya.page) == []
    assert violations(ana.page) == []


def test_a_client_writes_and_the_team_answers_in_french(
    office: Office, visits: Visits, claire: Person, papers: Path
) -> None:
    """P19, P20: Notes, Joindre des fichiers, Ajouter une note; the team is told, opens the file, and answers."""
    reference = request_of(office, claire)
    visitor = opens_as(office, visits, claire, reference, "notes")
    visitor.writes("Votre note", "Voici **qui** y habite.")
    visitor.page.get_by_label("Joindre des fichiers").set_input_files(str(papers / "plan é.txt"))
    visitor.presses("Ajouter une note")
    visitor.reads("Voici qui y habite.", "plan é.txt")
    mail = text_of(office.mail("ana", "note", reference))
    assert "y habite" in mail
    ana = visits("ana")
    ana.opens(re.search(r"https?://\S+#note-\d+", mail)[0].rstrip(">"))  # type: ignore[index]
    with ana.page.expect_download() as download:
        ana.follows("plan é.txt")
    assert Path(download.value.path()).read_text("utf-8") == "Who needs to know what"
    ana.ticks("Public: the client reads it")
    ana.writes("Your note", "Merci, cela aide.")
    ana.presses("Add note")
    assert "cela aide" in text_of(office.mail(claire.email, "note", reference))
    visitor.opens_dossier(reference, "notes")
    visitor.reads("Merci, cela aide.")
    assert violations(visitor.page) == []


def test_the_attachments_tab(office: Office, visits: Visits, claire: Person, papers: Path) -> None:
    """P18, D6: Pièces jointes: a file, its new version, one that waits for approval, one that is withdrawn."""
    reference = request_of(office, claire)
    visitor = opens_as(office, visits, claire, reference, "")
    visitor.page.get_by_role("link", name=re.compile("^Pièces jointes")).click()
    visitor.page.get_by_label("Fichiers", exact=True).set_input_files(str(papers / "plan é.txt"))
    visitor.presses("Joindre des fichiers")
    visitor.reads("plan é.txt")
    visitor.unfolds("Déposer une nouvelle version")
    visitor.page.get_by_label("Le nouveau fichier").set_input_files(str(papers / "reply.txt"))
    visitor.presses("Ajouter la version")
    visitor.reads("reply.txt", "version 2")
    ana = visits("ana")
    ana.opens_dossier(reference, "attachments")
    ana.page.get_by_label("Files", exact=True).set_input_files(str(papers / "summons.pdf"))
    ana.page.locator("#attach-held").check()
    ana.presses("Attach files")
    ana.reads("Hidden until approved")
    visitor.opens_dossier(reference, "attachments")
    visitor.does_not_read("summons.pdf")
    assert violations(ana.page) == []
    ana.presses("Approve and show to the client")
    visitor.opens_dossier(reference, "attachments")
    visitor.reads("summons.pdf")
    visitor.unfolds("Retirer")
    visitor.writes("Pourquoi le retirer ?", "Mauvais fichier")
    visitor.page.get_by_role("button", name=re.compile("^Retirer")).first.click()
    visitor.reads("Mauvais fichier")
    ana.page.goto(ana.page.url)
    ana.reads("Withdrawn by Claire Rivière")
    assert violations(visitor.page) == []


def test_a_request_stays_among_those_it_concerns(office: Office, visits: Visits, claire: Person) -> None:
    """P28, U8, U9: a colleague sees nothing of it until counsel shares it, and nothing when it is restricted."""
    reference = request_of(office, office.people("maya"))
    colleague = opens_as(office, visits, claire, reference, "")
    expect(colleague.page.locator("main")).not_to_contain_text("Lyon")
    ana = visits("ana")
    ana.opens_dossier(reference, "people")
    ana.presses("Share with the organisation")
    ana.reads("Shared with the organisation: everybody at")
    colleague.opens_dossier(reference, "people")
    colleague.reads("Partagé avec l’organisation")
    assert violations(colleague.page) == []
    ana.presses("Restrict")
    ana.reads("Restricted: only the people below")
    assert violations(ana.page) == []
    colleague.opens_dossier(reference)
    expect(colleague.page.locator("main")).not_to_contain_text("Lyon")
