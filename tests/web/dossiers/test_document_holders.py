"""The documents tab says whose turn it is and who edits a document; both are changed there, without JavaScript (S2)."""

from __future__ import annotations

import pytest

from formengine.services.dossiers import documents
from formengine.services.dossiers.assignment import claim
from tests.services.conftest import PDF, paper
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import Opened, SignedIn

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def negotiated(opened: Opened, acting: Acting, people: People) -> str:
    """A deal of Maya's that Paul handles, with a first version of the contract."""
    people.all()
    reference = opened("deal", {"subject": "The sale of Egret"})
    with acting(people("paul")) as work:
        claim(work, reference)
        documents.new_document_version(work, reference, "contract", paper())
    return reference


def test_a_document_is_handed_over_on_its_tab(negotiated: str, signed_in: SignedIn, people: People) -> None:
    """S2, P24: shown there, on the overview and in the developments, to the client as well."""
    paul, address = signed_in("paul"), f"/dossiers/{negotiated}"
    form = paul.form(f"{address}?tab=attachments", f"{address}/documents/contract/turn")
    form["holder"] = "counterparty"
    tab = form.submit(status=303).follow()
    assert "It says now whose turn it is." in tab
    maya = signed_in("maya")
    for page in (tab, maya.get(address), maya.get(f"{address}?tab=attachments")):
        assert "The counterparty" in page.html.find("main").get_text()
    assert "It is the counterparty’s turn: Contract" in maya.get(address)
    assert f"{address}/documents/contract/turn" not in maya.get(f"{address}?tab=attachments")
    form = paul.form(f"{address}?tab=attachments", f"{address}/documents/contract/turn")
    form["holder"].force_value("nobody")
    refused = form.submit(status=422)
    assert refused.html.find(id="turn-contract").find_parent("details").has_attr("open")
    assert "Choose who has it next" in refused


def test_an_upload_names_the_next_holder_and_waits_for_whoever_edits(negotiated: str, signed_in: SignedIn) -> None:
    """S2: the refusal says who holds it and what to do; whoever is in charge takes it over there."""
    paul, address = signed_in("paul"), f"/dossiers/{negotiated}"
    tab, contract = f"{address}?tab=attachments", f"{address}/documents/contract"
    held = paul.form(tab, f"{contract}/edit-lock").submit(status=303).follow()
    assert "Others see now that you are editing it" in held
    sam = signed_in("sam")
    shown = sam.get(tab)
    assert "is editing it until" in shown.html.find("main").get_text()
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
