"""Documents are added, drafted and shared on the *Attachments* tab and by the API, without JavaScript (S2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import Upload

from formengine.content_type import DOCX
from formengine.services.case.repository import get_dossier
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.documents import new_document_version
from formengine.services.dossiers.transitions import perform
from formengine.storage.models.people import Person
from tests.documents.word_versions.builders import negotiated
from tests.services.conftest import paper
from tests.support.browser import NewPage, sign_in
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import serving_app
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import Opened, SignedIn

__all__ = ["calling"]

pytestmark = pytest.mark.site("opinions")
BASE = "/api/v1/dossiers"


@pytest.fixture
def advice(opened: Opened, acting: Acting, people: People) -> str:
    """Advice that Maya asked for; Paul gives it."""
    people.all()
    reference = opened("advice", {"subject": "Chairs"})
    with acting(people("paul")) as work:
        claim(work, reference)
    return reference


def test_minutes_are_added_and_shared_on_the_tab(advice: str, signed_in: SignedIn) -> None:
    """S2, P22, P24: what is wrong is said where it was typed, and is kept; the client reads what is shared."""
    paul, maya, address = signed_in("paul"), signed_in("maya"), f"/dossiers/{advice}"
    tab = f"{address}?tab=attachments"
    assert f"{address}/documents" not in [form.action for form in maya.get(tab).forms.values()]
    form = paul.form(tab, f"{address}/documents")
    form["kind"], form["title"] = "minutes", " "
    form["files"] = Upload("minutes.pdf", PDF, "application/pdf")
    refused = form.submit(status=422)
    assert refused.html.find(id="new-document-title").get("aria-invalid") == "true"
    form = paul.form(tab, f"{address}/documents")
    form["title"] = "Kick-off with <Egret>"
    form["files"] = Upload("minutes.txt", b"text", "text/plain")
    refused = form.submit(status=422)
    assert refused.html.find(id="new-document-title")["value"] == "Kick-off with <Egret>"
    assert refused.html.find(id="new-document-file").get("aria-invalid") == "true"
    form = paul.form(tab, f"{address}/documents")
    form["title"], form["files"] = "Kick-off with <Egret>", Upload("minutes.pdf", PDF, "application/pdf")
    page = form.submit(status=303).follow()
    assert "Not shared with the client yet" in page
    assert "minutes.pdf" not in maya.get(tab)
    sharing = next(form for form in page.forms.values() if form.action == f"{address}/documents/minutes/sharing")
    assert "The client sees version 1" in sharing.submit(status=303).follow()
    seen = maya.get(tab)
    assert "Kick-off with &lt;Egret&gt;" in seen
    assert "minutes.pdf" in seen
    assert "The client sees" not in seen
    form = paul.form(tab, f"{address}/documents/minutes")
    form["files"] = Upload("second.docx", negotiated(), DOCX)
    page = form.submit(status=303).follow()
    assert "The client does not see version 2" in page
    assert "hidden text or fields that change by themselves, which the client then reads." in page
    forms = [form for form in page.forms.values() if form.action == f"{address}/documents/minutes/sharing"]
    assert [(form["shown"].value, form["shared"].value) for form in forms] == [("2", "yes"), ("1", "")]
    paul.post(forms[1].action, {"csrf_token": forms[1]["csrf_token"].value, "shown": "1"}, status=422)
    forms[1].submit(status=303)
    assert "minutes.pdf" not in maya.get(tab)
    form = paul.form(tab, f"{address}/documents")
    form["title"] = "Drafted"
    page = form.submit("draft", status=303).follow()
    assert "Drafted" in page
    assert "The document is being drafted." in page


def test_clients_read_no_title_of_a_document_that_they_do_not_see(
    advice: str, acting: Acting, people: People, signed_in: SignedIn, calling: Calling
) -> None:
    """S2, P24: where it is approved, the page and the API tell the result, and neither the title nor the hash."""
    with acting(people("paul")) as work:
        for document in ("memo", "opinion"):
            new_document_version(work, advice, document, paper())
        perform(work, advice, "ask", get_dossier(work, advice).version, {})
    pages = {who: signed_in(who).get(f"/dossiers/{advice}?tab=approvals").text for who in ("maya", "bo")}
    assert "about a document of the legal team that is not shared with you" in pages["maya"]
    assert "On version 1 of" not in pages["maya"]
    assert "On version 1 of “Memo”" in pages["bo"]
    assert "not shared with you" not in pages["bo"]
    round_ = calling("maya").get(f"{BASE}/{advice}/approvals").json["rounds"][0]
    assert (round_["document"], round_["documents"]) == (None, [])


def test_documents_are_added_and_shared_by_the_api(advice: str, calling: Calling, people: People) -> None:
    """S2, X5: as on the page, which names to clients nobody of the legal team."""
    paul, maya, address = calling("paul"), calling("maya"), f"{BASE}/{advice}/documents"
    file = [("file", "minutes.pdf", PDF)]
    added = paul.post(address, {"kind": "minutes", "title": "Kick-off"}, upload_files=file, status=201).json
    assert (added["id"], added["kind"], added["title"], added["client"]) == (
        "minutes",
        "minutes",
        "Kick-off",
        "when_shared",
    )
    second = paul.post_json(address, {"kind": "minutes", "title": "Close"}, status=201).json
    assert (second["id"], second["versions"]) == ("minutes-2", [])
    assert [row["id"] for row in maya.get(address).json["items"]] == []
    shared = paul.put_json(f"{address}/minutes/sharing", {"shared": True, "version": 1}).json
    assert shared["versions"][0]["shared_at"] is not None
    assert [row["id"] for row in maya.get(address).json["items"]] == ["minutes"]
    maya.get(f"{address}/minutes")
    shown = [next(row for row in user.get(address).json["items"] if row["id"] == "minutes") for user in (maya, paul)]
    made = [row["versions"][0] for row in shown]
    assert [(version["by"], version["by_id"]) for version in made] == [
        ("The legal team", None),
        (people("paul").name, people("paul").id),
    ]
    assert paul.put_json(f"{address}/minutes/sharing", {"shared": False}).json["versions"][0]["shared_at"] is None
    maya.get(f"{address}/minutes", status=404)
    for wrong in ({}, {"shared": "yes"}, {"shared": True, "more": 1}):
        paul.put_json(f"{address}/minutes/sharing", wrong, status=422)
    paul.put_json(f"{address}/minutes/sharing", {"shared": True, "version": 9}, status=404)
    paul.put_json(f"{address}/memo/sharing", {"shared": True}, status=422)
    maya.put_json(f"{address}/minutes/sharing", {"shared": True}, status=403)
    paul.post_json(address, {"kind": "opinion", "title": "One"}, status=422)
    paul.post_json(address, {"kind": "minutes"}, status=422)
    maya.post(address, {"kind": "minutes", "title": "Mine"}, upload_files=file, status=422)


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


@pytest.mark.browser
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_minutes_are_added_on_a_phone(
    address: str, advice: str, acting: Acting, people: People, new_page: NewPage, tmp_path: Path
) -> None:
    """S2, F5: in French, at 390 px, without JavaScript; nothing is wider than the screen."""
    page = new_page(locale="fr-FR", viewport={"width": 390, "height": 800}, java_script_enabled=False)
    with acting(people("paul")) as work:
        work.session.get_one(Person, people("paul").id).language = "fr"
    page.set_default_timeout(30_000)  # a file is looked at in a sandbox, which takes long on a loaded machine
    sign_in(page, address, people("paul").email, opens=f"{address}/dossiers/{advice}?tab=attachments")
    file = tmp_path / "cr.pdf"
    file.write_bytes(PDF)
    page.get_by_text("Ajouter un document").click()
    page.get_by_label("Titre").fill("Réunion de lancement avec l’équipe des achats")
    page.get_by_label("Fichier (Word ou PDF)").last.set_input_files(file)
    page.get_by_role("button", name="Ajouter le document").click()
    page.get_by_role("button", name="Communiquer la version 1 au client").click()
    assert page.get_by_text("Le client voit la version 1").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
