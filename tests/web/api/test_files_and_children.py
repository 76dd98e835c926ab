"""Files and children by HTTP: part names, versions of documents, steps of children, and which dossier they are of."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.history import HistoryEntry
from tests.documents.conftest import word
from tests.support.pdf import PDF
from tests.support.people import People
from tests.web.api.conftest import Caller, Calling
from tests.web.dossiers.visitors import ADVICE, NDA, Opened

BASE = "/api/v1/dossiers"
DOCX = word("A paper")


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json["errors"]]


@pytest.fixture
def in_charge(calling: Calling, opened: Opened) -> tuple[Caller, str]:
    """Paul, and the reference of an agreement that he is in charge of."""
    reference = opened("nda", NDA)
    paul = calling("paul")
    paul.post(f"{BASE}/{reference}/claim")
    return paul, reference


def test_a_version_of_a_document_is_added(in_charge: tuple[Caller, str]) -> None:
    """X5, S2: 201 with number and hash; the list and the downloads have it, older versions by number."""
    paul, reference = in_charge
    address = f"{BASE}/{reference}/documents/agreement"
    for number, content, name in ((1, DOCX, "a.docx"), (2, PDF, "a.pdf")):
        added = paul.post(address, upload_files=[("file", name, content)], status=201).json
        sha256 = hashlib.sha256(content).hexdigest()
        assert added == {"name": "agreement", "version": number, "sha256": sha256, "unclean": False}
    [document] = paul.get(f"{BASE}/{reference}/documents").json["items"]
    assert (document["name"], document["version"], document["sha256"]) == ("agreement", 2, added["sha256"])
    assert paul.get(address).content_type == "application/pdf"
    assert paul.get(f"{address}?version=1").body == DOCX
    for wrong in ("3", "0", "x"):
        paul.get(f"{address}?version={wrong}", status=404)


def test_only_who_may_on_the_page_adds_a_version(in_charge: tuple[Caller, str], calling: Calling) -> None:
    """T15, X5: the same permission, sight and reasons as of the page; nothing is added."""
    paul, reference = in_charge
    address, files = f"{BASE}/{reference}/documents/agreement", [("file", "a.docx", DOCX)]
    calling("maya").post(address, upload_files=files, status=422)
    calling("di").post(address, upload_files=files, status=404)
    calling("paul", "read").post(address, upload_files=files, status=403)
    paul.post(f"{BASE}/{reference}/documents/nothing", upload_files=files, status=404)
    paul.post(address, upload_files=[("file", "a.docx", b"no Word file")], status=422)
    paul.post_json(address, {}, status=415)
    assert paul.get(f"{BASE}/{reference}/documents").json["items"][0]["versions"] == []


@pytest.mark.parametrize("call", ["notes", "attachments", "documents/agreement", "claim", "milestones", "transitions"])
def test_an_unknown_part_is_named(in_charge: tuple[Caller, str], call: str) -> None:
    """X5: no file is dropped: 422 with the part's name, whatever the call, and nothing was done."""
    paul, reference = in_charge
    version = paul.get(f"{BASE}/{reference}").headers["ETag"]
    for name in ("bogus", ""):
        files = [(name, "plan.txt", b"a plan", "text/plain")]
        answer = paul.post(f"{BASE}/{reference}/{call}", upload_files=files, headers={"If-Match": version}, status=422)
        assert pointers(answer) == [name]
    assert paul.get(f"{BASE}/{reference}").headers["ETag"] == version
    assert paul.get(f"{BASE}/{reference}/attachments").json["items"] == []


def test_a_doubled_or_missing_file_is_named(in_charge: tuple[Caller, str]) -> None:
    """X5: a document is one file; notes and attachments take as many as come."""
    paul, reference = in_charge
    two = [("file", "a.docx", DOCX), ("file", "b.docx", DOCX)]
    address = f"{BASE}/{reference}/documents/agreement"
    assert pointers(paul.post(address, upload_files=two, status=422)) == ["file"]
    multipart = {"Content-Type": "multipart/form-data; boundary=cut"}
    assert pointers(paul.post(address, "--cut--\r\n", headers=multipart, status=422)) == ["file"]
    texts = [("files", f"{n}.txt", b"plan %d" % n, "text/plain") for n in range(2)]
    assert len(paul.post(f"{BASE}/{reference}/attachments", upload_files=texts, status=201).json["items"]) == 2
    note = paul.post(f"{BASE}/{reference}/notes", [("text", "Two plans")], upload_files=texts, status=201).json
    assert [file["name"] for file in note["attachments"]] == ["0.txt", "1.txt"]
    doubled = paul.post(f"{BASE}/{reference}/notes", [("text", "a"), ("text", "b")], upload_files=texts, status=422)
    assert pointers(doubled) == ["text"]


def test_children_are_listed_and_moved(in_charge: tuple[Caller, str], calling: Calling) -> None:
    """X5, W10: with the transitions that may be taken now; by If-Match, as those of the dossier."""
    paul, reference = in_charge
    dossier = f"{BASE}/{reference}"
    made = paul.post_json(f"{dossier}/children/milestone", {"fields": {"title": "Kick-off"}}, status=201).json
    paul.post_json(f"{dossier}/children/nothing", {"fields": {}}, status=404)
    [listed] = paul.get(f"{dossier}/children").json["items"]
    assert {**made, "transitions": listed["transitions"]} == listed
    assert "complete" in listed["transitions"]
    address = f"{dossier}/children/milestone/{made['number']}/transitions"
    transitions = {item["id"]: item for item in paul.get(address).json}
    assert transitions["complete"]["allowed"] is True
    body, version = {"transition": "complete"}, paul.get(address).headers["ETag"]
    paul.post_json(address, body, status=428)
    paul.post_json(address, {**body, "fields": {"nothing": 1}}, headers={"If-Match": version}, status=422)
    moved = paul.post_json(address, body, headers={"If-Match": version})
    assert moved.json["reference"] == reference
    paul.post_json(address, body, headers={"If-Match": version}, status=409)
    assert paul.get(f"{dossier}/children").json["items"][0]["state"] != made["state"]
    maya = calling("maya")
    assert maya.get(f"{dossier}/children").json["items"] == []
    maya.get(address, status=404)
    maya.post_json(address, body, headers={"If-Match": moved.headers["ETag"]}, status=404)


def test_notes_and_children_may_be_sent_again(in_charge: tuple[Caller, str], calling: Calling) -> None:
    """T4, X5: the same key with the same content answers 200 with the same, once added; other content is refused, of
    another person it is another key.
    """
    paul, reference = in_charge
    base, key = f"{BASE}/{reference}", {"Idempotency-Key": "n-1"}
    files = [("files", "plan.txt", b"a plan", "text/plain")]
    sent = [
        paul.post(f"{base}/notes", {"text": "Hello"}, upload_files=files, headers=key, status=s) for s in (201, 200)
    ]
    assert sent[0].json == sent[1].json
    other = [("files", "plan.txt", b"another plan", "text/plain")]
    paul.post(f"{base}/notes", {"text": "Hello"}, upload_files=other, headers=key, status=422)
    paul.post_json(f"{base}/milestones", {"title": "Signed"}, headers=key, status=422)
    paul.post_json(f"{base}/notes", {"text": "Hello"}, headers={"Idempotency-Key": "ü"}, status=400)
    calling("maya").post_json(f"{base}/notes", {"text": "Mine"}, headers=key, status=201)
    paul.post_json(f"{base}/notes", {"text": "Hello"}, status=201)
    assert [note["text"] for note in paul.get(f"{base}/notes").json["items"]] == ["Hello", "Mine", "Hello"]
    for call, body in (("milestones", {"title": "Signed"}), ("children/milestone", {"fields": {"title": "Paid"}})):
        added = [
            paul.post_json(f"{base}/{call}", body, headers={"Idempotency-Key": call}, status=s) for s in (201, 200)
        ]
        assert added[0].json == added[1].json
    assert len(paul.get(f"{base}/milestones").json["items"]) == 2


def test_what_is_on_another_dossier_is_not_on_this_one(in_charge: tuple[Caller, str], opened: Opened) -> None:
    """T13: `{reference}` in an address is checked, also for somebody who may read both dossiers."""
    paul, reference = in_charge
    other = opened("legal_advice", ADVICE)
    files = [("files", "plan.txt", b"a plan", "text/plain")]
    [attached] = paul.post(f"{BASE}/{reference}/attachments", upload_files=files, status=201).json["items"]
    paul.post(f"{BASE}/{reference}/documents/agreement", upload_files=[("file", "a.docx", DOCX)], status=201)
    [version] = paul.get(f"{BASE}/{reference}/documents").json["items"][0]["versions"]
    paul.post_json(f"{BASE}/{reference}/milestones", {"fields": {"title": "Kick-off"}}, status=201)
    for tail in (f"attachments/{attached['id']}", f"documents/{version['id']}", "documents/agreement",
                 "children/milestone/1/transitions"):  # fmt: skip
        assert paul.get(f"{BASE}/{reference}/{tail}").status_int == 200
        paul.get(f"{BASE}/{other}/{tail}", status=404)


def test_a_draft_is_asked_for_and_given_up(in_charge: tuple[Caller, str], calling: Calling, platform: Platform) -> None:
    """S1, X5: as on the page; one that could not be made says why, and the version that is there stands then."""
    paul, reference = in_charge
    address, documents = f"{BASE}/{reference}/documents/agreement", f"{BASE}/{reference}/documents"

    def is_lost() -> None:
        with platform.database.transaction() as session:
            session.execute(update(Document).values(draft_asked_at=datetime(2026, 1, 1, tzinfo=UTC)))

    for _again in range(3):  # it is under way since the request was sent
        assert paul.put_json(f"{address}/draft", {"wanted": True}).json["draft"] == {"state": "due", "reason": ""}
    calling("maya").put_json(f"{address}/draft", {"wanted": True}, status=422)
    with platform.database.reading() as session:
        kinds = session.scalars(select(HistoryEntry.kind).where(HistoryEntry.kind == "draft_asked")).all()
    assert kinds == []
    is_lost()
    draft = paul.get(documents).json["items"][0]["draft"]
    assert (draft["state"], "should have been drafted by now" in draft["reason"]) == ("failed", True)
    paul.put_json(f"{address}/draft", {"wanted": False}, status=422)  # there is no version to go on with
    paul.post(address, upload_files=[("file", "a.docx", DOCX)], status=201)
    assert paul.get(documents).json["items"][0]["draft"] is None
    over_upload = paul.put_json(f"{address}/draft", {"wanted": True}, status=422)  # somebody wrote the newest version
    assert "Somebody wrote version 1." in str(over_upload.json)
    paul.put_json(f"{address}/draft", {"wanted": True, "over_upload": True})
    is_lost()
    assert paul.put_json(f"{address}/draft", {"wanted": False}).json["draft"] is None
    assert paul.get(documents).json["items"][0]["draft"] is None
    for wrong in ({}, {"wanted": "no"}, {"wanted": True, "more": 1}):
        paul.put_json(f"{address}/draft", wrong, status=422)
    calling("maya").put_json(f"{address}/draft", {"wanted": True}, status=422)


def test_whose_turn_it_is_and_who_edits_it(in_charge: tuple[Caller, str], calling: Calling, people: People) -> None:
    """S2, X5: as on the page; while somebody edits a document, others get the reason and add nothing."""
    paul, reference = in_charge
    address = f"{BASE}/{reference}/documents/agreement"
    paul.put_json(f"{address}/turn", {"holder": "counterparty"}, status=422)  # it has no version yet
    paul.post(address, upload_files=[("file", "a.docx", DOCX)], status=201)
    assert paul.get(f"{BASE}/{reference}/documents").json["items"][0]["turn"]["holder"] == "us"
    answer = paul.put_json(f"{address}/turn", {"holder": "counterparty"}).json
    assert answer["turn"]["name"] == "The counterparty"
    for wrong in ({}, {"holder": 1}, {"holder": "nobody"}, {"holder": "us", "more": 1}):
        paul.put_json(f"{address}/turn", wrong, status=422)
    lock = paul.put_json(f"{address}/edit-lock", {"held": True}).json["edit_lock"]
    assert lock["by_id"] == people("paul").id
    sam = calling("sam")
    refused = sam.post(address, upload_files=[("file", "b.docx", DOCX)], status=422)
    assert "is editing" in refused.text
    sam.put_json(f"{address}/edit-lock", {"held": True}, status=422)
    assert sam.put_json(f"{address}/edit-lock", {"held": True, "take_over": True}).json["edit_lock"]["by_id"]
    assert sam.put_json(f"{address}/edit-lock", {"held": False}).json["edit_lock"] is None
    calling("maya").put_json(f"{address}/edit-lock", {"held": True}, status=422)
    calling("di").put_json(f"{address}/turn", {"holder": "us"}, status=404)
    calling("paul", "read").put_json(f"{address}/turn", {"holder": "us"}, status=403)
    paul.put_json(f"{BASE}/{reference}/documents/nothing/turn", {"holder": "us"}, status=404)
