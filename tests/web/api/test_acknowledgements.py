"""Acknowledgements by the API: a plain client reads their own seat, and acknowledges (W19, S8)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.dossiers import documents, transitions
from formengine.storage.models.people import Person
from tests.services.conftest import paper
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import Opened

pytestmark = pytest.mark.site("holds")
BASE = "/api/v1/dossiers"
ANSWERS = {"matter": "The flood", "keep": "All mails with Wet.", "confidentiality": "restricted"}


@pytest.fixture
def kim(people: People) -> Person:
    return people.add("kim@staff.test")


@pytest.fixture
def reference(opened: Opened, acting: Acting, people: People, kim: Person) -> str:
    """A restricted hold whose notice was sent to Kim and Max, with the letter that it is about."""
    reference = opened("hold", ANSWERS)
    custodians = [kim.id, people.add("max@staff.test").id]
    with acting(people("paul")) as work:
        documents.new_document_version(work, reference, "letter", paper())
    with acting(people("paul")) as work:
        transitions.perform(work, reference, "issue", 1, {"custodians": custodians})
    return reference


def test_a_plain_client_reads_and_acknowledges(calling: Calling, reference: str, kim: Person) -> None:
    """W19: their own seat with the statement, what it shows and the document; the rest of the dossier is not there."""
    caller, address = calling(kim), f"{BASE}/{reference}/approvals"
    (round_,) = caller.get(address).json["rounds"]
    assert (round_["kind"], round_["button"]) == ("acknowledgement", "I have read it and keep everything")
    assert round_["statement"].startswith("**Keep everything**")
    assert [(seat["person"], seat["shows"]) for seat in round_["seats"]] == [(kim.id, {"keep": "All mails with Wet."})]
    for tail in ("", "/history", "/answers", "/documents"):
        caller.get(f"{BASE}/{reference}{tail}", status=404)
    read = caller.get(f"{BASE}/{reference}/documents/letter")
    sha256 = round_["document"]["sha256"]
    assert read.headers["ETag"] == f'"{sha256}"'
    body: dict[str, Any] = {"decision": "acknowledge", "seat": round_["seats"][0]["id"], "comment": "Read."}
    caller.post_json(address, body, status=422)  # which version was read has to be said
    caller.post_json(address, {**body, "document": {"sha256": "0" * 64}}, status=409)
    caller.post_json(address, {**body, "decision": "approve", "document": {"sha256": sha256}}, status=422)
    done = caller.post_json(address, {**body, "document": {"sha256": sha256}}).json
    assert [seat["status"] for seat in done["rounds"][0]["seats"]] == ["acknowledged"]
    caller.post_json(address, {**body, "document": {"sha256": sha256}}, status=422)


def test_counsel_reads_every_seat(calling: Calling, reference: str) -> None:
    """W19: rounds of every kind stand in one list; who is asked to nothing cannot acknowledge."""
    paul = calling("paul")
    (round_,) = paul.get(f"{BASE}/{reference}/approvals").json["rounds"]
    assert len(round_["seats"]) == 2
    assert paul.get(f"{BASE}/{reference}/signatures").json["rounds"] == []
    refused = paul.post_json(f"{BASE}/{reference}/approvals", {"decision": "acknowledge"}, status=422).json
    assert refused["reasons"] == ["Your acknowledgement is not asked for now."]
