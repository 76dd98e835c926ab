"""The documents tab says whose turn it is and who edits a document; both are changed there, without JavaScript (S2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from formengine.services.approvals import decisions
from formengine.services.dossiers import documents
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.transitions import perform
from tests.documents.word_versions.builders import negotiated
from tests.services.conftest import paper
from tests.support.browser import NewPage, sign_in
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import serving_app
from tests.web.dossiers.visitors import Opened, SignedIn

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def deal_under_way(opened: Opened, acting: Acting, people: People) -> str:
    """A deal of Maya's that Paul handles, with a first version of the contract."""
    people.all()
    reference = opened("deal", {"subject": "The sale of Egret"})
    with acting(people("paul")) as work:
        claim(work, reference)
        documents.new_document_version(work, reference, "contract", paper())
    return reference


def test_a_document_is_handed_over_on_its_tab(deal_under_way: str, signed_in: SignedIn, people: People) -> None:
    """S2, S3, D6, P24: shown there, on the overview and in the developments, to the client as well; each version says
    who made it and, to the legal team, its fingerprint.
    """
    paul, address = signed_in("paul"), f"/dossiers/{deal_under_way}"
    form = paul.form(f"{address}?tab=attachments", f"{address}/documents/contract/turn")
    form["holder"] = "counterparty"
    tab = form.submit(status=303).follow()
    assert "It says now whose turn it is." in tab
    assert people("paul").name in tab.html.select_one(".fe-document .fe-files").get_text()
    assert "Fingerprint of the file" in tab.html.select_one(".fe-document").get_text()
    maya = signed_in("maya")
    assert "Fingerprint" not in maya.get(f"{address}?tab=attachments")
    for page in (tab, maya.get(address), maya.get(f"{address}?tab=attachments")):
        assert "The counterparty" in page.html.find("main").get_text()
    assert "It is the counterparty’s turn: Contract" in maya.get(address)
    assert f"{address}/documents/contract/turn" not in maya.get(f"{address}?tab=attachments")
    form = paul.form(f"{address}?tab=attachments", f"{address}/documents/contract/turn")
    form["holder"].force_value("nobody")
    refused = form.submit(status=422)
    assert refused.html.find(id="turn-contract").find_parent("details").has_attr("open")
    assert "Choose who has it next" in refused


def test_our_turn_is_not_told_while_somebody_else_is_waited_for(
    deal_under_way: str, signed_in: SignedIn, acting: Acting, people: People
) -> None:
    """S2, P17: the overview and the tab say the same, and neither that two are to act at once."""
    maya, address = signed_in("maya"), f"/dossiers/{deal_under_way}"
    pages = (address, f"{address}?tab=attachments")
    assert all("Whose turn it is" in maya.get(page) for page in pages)
    with acting(people("paul")) as work:
        perform(work, deal_under_way, "pause", None)
    assert not any("Whose turn it is" in maya.get(page) for page in pages)


def test_an_upload_names_the_next_holder_and_waits_for_whoever_edits(
    deal_under_way: str, signed_in: SignedIn, people: People
) -> None:
    """S2: the refusal says who holds it and what to do; whoever is in charge takes it over there."""
    paul, address = signed_in("paul"), f"/dossiers/{deal_under_way}"
    tab, contract = f"{address}?tab=attachments", f"{address}/documents/contract"
    held = paul.form(tab, f"{contract}/edit-lock").submit(status=303).follow()
    assert "Others see now that you are editing it" in held
    sam = signed_in("sam")
    shown = sam.get(tab)
    assert "is editing it until" in shown.html.find("main").get_text()
    assert "or take the editing over." in shown.html.find("main").get_text()
    assert not shown.html.select(f"form[action='{contract}']")
    for_client = signed_in("maya").get(tab).html.select_one(".fe-document").get_text()
    assert "The legal team is editing it until" in for_client
    assert people("paul").name not in for_client
    files = [("files", "mine.pdf", PDF + b"% 2")]
    token = shown.html.find(attrs={"name": "csrf_token"})["value"]
    refused = sam.post(contract, {"csrf_token": token, "holder": "counterparty"}, upload_files=files, status=422)
    assert "whoever is in charge can take the editing over. Keep your file" in refused
    assert "version 2" not in refused.html.find("main").get_text()
    assert refused.html.select_one("#next-contract option[selected]")["value"] == "counterparty"
    sam.form(tab, f"{contract}/edit-lock").submit(status=303)
    sam.post(contract, {"csrf_token": token, "holder": "counterparty"}, upload_files=files, status=303)
    page = sam.get(tab).html.find("main").get_text()
    assert "version 2" in page
    assert "is editing it" not in page
    assert "The counterparty" in page
    paul.form(tab, f"{contract}/edit-lock").submit(status=303)
    assert "Nobody is editing it any more." in paul.form(tab, f"{contract}/edit-lock/end").submit(status=303).follow()


def test_a_colleague_who_has_it_finds_it_and_adds_a_version(
    deal_under_way: str, signed_in: SignedIn, people: People
) -> None:
    """S2, D1: on their home page, on the overview as asked of them, and with the form to add one; then it is over."""
    paul, ana, address = signed_in("paul"), signed_in("ana"), f"/dossiers/{deal_under_way}"
    tab, contract = f"{address}?tab=attachments", f"{address}/documents/contract"
    assert not ana.get(tab).html.select(f"form[action='{contract}']")
    form = paul.form(tab, f"{contract}/turn")
    form["holder"] = people("ana").id
    form.submit(status=303)
    assert deal_under_way in ana.get("/")
    assert "It is your turn with a document: Contract" in ana.get(address).html.select_one("#asked").get_text()
    form = ana.form(tab, contract)
    form["files"] = ("ours.pdf", PDF + b"% ours", "application/pdf")
    form.submit(status=303)
    assert not ana.get(tab).html.select(f"form[action='{contract}']")
    assert deal_under_way not in ana.get("/")


@pytest.mark.site("closing")
def test_what_was_typed_stays_at_its_document(
    opened: Opened, signed_in: SignedIn, acting: Acting, people: People
) -> None:
    """S2: the holder that was chosen with a version of one document is not chosen for the others."""
    people.all()
    reference = opened("closing", {"subject": "Sale", "buyer": {"name": "Joe Martin", "email": "joe@globex.test"}})
    with acting(people("paul")) as work:
        for name in ("contract", "annex"):
            documents.new_document_version(work, reference, name, paper())
    paul, address = signed_in("paul"), f"/dossiers/{reference}"
    token = paul.get(f"{address}?tab=attachments").html.find(attrs={"name": "csrf_token"})["value"]
    values = {"csrf_token": token, "holder": "counterparty"}
    files = [("files", "mine.txt", b"no document")]
    refused = paul.post(f"{address}/documents/contract", values, upload_files=files, status=422).html
    chosen = {
        name: refused.select_one(f"#{name} option[selected]")["value"] for name in ("next-contract", "next-annex")
    }
    assert chosen == {"next-contract": "counterparty", "next-annex": "us"}
    assert refused.select_one("#turn-annex option[selected]")["value"] == "us"


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


def add_version(page: Page, file: Path, holder: str) -> None:
    page.get_by_text("Upload a new version").click()
    page.get_by_label("File (Word or PDF)").set_input_files(file)
    page.get_by_label("Whose turn is it then?").select_option(label=holder)
    page.get_by_role("button", name="Add version").click()
    page.get_by_role("link", name=file.name, exact=True).first.wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_three_turns_and_an_approval_that_starts_again(
    address: str, deal_under_way: str, acting: Acting, people: People, new_page: NewPage, tmp_path: Path
) -> None:
    """P22, S2, S3, S10: on a phone without JavaScript; cleaned and sent in one act, asked anew for a new version."""
    page = new_page(locale="en-GB", viewport={"width": 390, "height": 800}, java_script_enabled=False)
    sign_in(page, address, people("paul").email)
    dossier = f"{address}/dossiers/{deal_under_way}"
    tab = f"{dossier}?tab=attachments"
    turns = (("ours.pdf", PDF + b"% 2", "The counterparty"), ("theirs.docx", negotiated(), people("ana").name))
    for name, content, holder in (*turns, ("final.docx", negotiated(), "The legal team")):
        file = tmp_path / name
        file.write_bytes(content)
        page.goto(tab)
        add_version(page, file, holder)
        assert page.locator(".fe-document").get_by_text(holder, exact=True).first.is_visible()
    page.goto(f"{dossier}/steps/ask")
    assert page.get_by_text(
        "“Contract” still holds tracked changes, comments, hidden text or fields that change by themselves."
    ).is_visible()
    page.get_by_label("Low").check()
    page.get_by_role("button", name="Clean it, and then: Ask").click()
    page.get_by_text("Approval", exact=True).first.wait_for()
    with acting(people("bo")) as work:
        decisions.decide(work, deal_under_way, "approve")
    newer = tmp_path / "newer.pdf"
    newer.write_bytes(PDF + b"% 9")
    page.goto(tab)
    add_version(page, newer, "The legal team")
    page.goto(f"{dossier}?tab=approvals")
    assert page.get_by_text("round 2").first.is_visible()
    page.goto(f"{dossier}?tab=history")
    assert page.get_by_text("It is the counterparty’s turn: Contract").is_visible()
