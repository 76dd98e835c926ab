"""Documents are added, drafted and shared on the *Attachments* tab and by the API, without JavaScript (S2)."""

from __future__ import annotations

import pytest
from webtest import Upload

from formengine.services.dossiers.assignment import claim
from tests.services.conftest import PDF
from tests.support.people import People
from tests.support.platforms import Acting
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
    form["title"] = "Kick-off with <Egret>"
    form["files"] = Upload("minutes.pdf", PDF, "application/pdf")
    page = form.submit(status=303).follow()
    assert "Not shared with the client yet" in page
    assert "minutes.pdf" not in maya.get(tab)
    shared = page.forms
    sharing = next(form for form in shared.values() if form.action == f"{address}/documents/minutes/sharing")
    page = sharing.submit(status=303).follow()
    assert "The client sees version 1" in page
    seen = maya.get(tab)
    assert "Kick-off with &lt;Egret&gt;" in seen
    assert "minutes.pdf" in seen
    assert "The client sees" not in seen
    paul.form(tab, f"{address}/documents/minutes/sharing").submit(status=303)
    assert "minutes.pdf" not in maya.get(tab)
    form = paul.form(tab, f"{address}/documents")
    form["title"] = "Drafted"
    page = form.submit("draft", status=303).follow()
    assert "Drafted" in page
    assert "The document is being drafted." in page


def test_documents_are_added_and_shared_by_the_api(advice: str, calling: Calling) -> None:
    """S2, X5: as on the page."""
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
