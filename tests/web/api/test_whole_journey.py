"""The main job by HTTP alone, from the form to the signature: every call of the API, each answer as described."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from formengine.services.approvals.guest_signing import guest_sign, send_code
from formengine.services.case import guest_links as links
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.web.api import ROUTES
from tests.documents.conftest import word
from tests.documents.test_signature_picture import picture
from tests.support.platforms import Acting
from tests.web.api.conftest import Caller, Calling
from tests.web.dossiers.visitors import ADVICE, NDA, Opened

BASE = "/api/v1/dossiers"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def match(caller: Caller, reference: str) -> dict[str, str]:
    """The version that the caller reads now, as a step wants it."""
    return {"If-Match": caller.get(f"{BASE}/{reference}").headers["ETag"]}


def test_the_main_job_by_http_alone(calling: Calling, people: Any, acting: Acting, platform: Any) -> None:
    """X5: submit, follow, claim, move, talk, attach, approve, sign; nobody needs a page for it."""
    people.several("ana", "nora", "ines", "bo")
    maya, paul, nora, ines = (calling(name) for name in ("maya", "paul", "nora", "ines"))
    reference = asks(maya)
    reads(maya, reference)
    works(paul, maya, reference)
    marks(paul, maya, reference)
    with acting(None) as work:
        from formengine.services.dossiers.documents import draft_document

        draft_document(work, work.session.query(Dossier).filter_by(reference=reference).one().id, "agreement", after=0)
    has_it_approved(maya, paul, nora, ines, reference)
    has_signers_changed(paul, reference)
    signed_outside(acting, reference)
    is_signed(ines, maya, reference)
    is_told(maya, reference)
    is_exported(maya, reference)
    is_verified(maya)
    called = set().union(*(caller.seen for caller in (maya, paul, nora, ines)))
    assert called >= {route.name.removeprefix("api.").replace(".", "_") for route in ROUTES} - {
        "hearings_post",  # of litigation alone
        "export",  # of lists of more than 5,000 dossiers: test_exports.py
        "parts",  # of requests that several people fill in alone: test_parts.py
        "part_put",
        "answers_put",  # of answers that were sent back alone: test_answers.py
        "submissions_with_files_post",  # the same as submissions_post
    }


def is_verified(maya: Caller) -> None:
    """S6: a PDF that was signed elsewhere is none of ours; what is ours tests/web/public/test_verification.py shows."""
    answer = maya.post("/api/v1/verify", upload_files=[("file", "a.pdf", b"%PDF-1.7 signed elsewhere")])
    found = {"complete": False, "expected": 0, "fuller_copy": False, "appended": False}
    assert answer.json == {"ours": False, "unchanged": False, "signatures": [], **found}


def is_told(maya: Caller, reference: str) -> None:
    """N2: the inbox, newest first, with what is unread; an item is marked as read once."""
    inbox = maya.get("/api/v1/me/notifications?limit=2").json
    assert (len(inbox["items"]), inbox["items"][0]["dossier"], inbox["items"][0]["read"]) == (2, reference, False)
    item = inbox["items"][0]["id"]
    for _time in range(2):
        left = maya.post_json(f"/api/v1/me/notifications/{item}/read", {}).json
        assert left == {"unread": inbox["unread"] - 1}
    assert maya.get(f"/api/v1/me/notifications?after={inbox['next']}").json["items"][0]["id"] < inbox["items"][1]["id"]


def is_exported(maya: Caller, reference: str) -> None:
    """P14: the list as files."""
    assert reference in maya.get("/api/v1/dossiers.csv?kind=contract").text
    assert maya.get("/api/v1/dossiers.xlsx").body.startswith(b"PK")


def asks(maya: Caller) -> str:
    assert maya.get("/api/v1/openapi.json").json["openapi"] == "3.1.0"
    assert set(maya.get("/api/v1/me").json["scopes"]) == {"read", "submit", "work"}
    ids = [item["id"] for item in maya.get("/api/v1/request-types").json["items"]]
    form = maya.get("/api/v1/request-types/nda", headers={"Accept-Language": "fr"}).json["form"]
    assert "nda" in ids
    assert form["properties"]["purpose"]["title"] == "Finalité des échanges"
    sent = maya.submit("nda", NDA)
    assert sent.headers["Location"].endswith(f"/api/v1/dossiers/{sent.json['reference']}")
    return str(sent.json["reference"])


def reads(maya: Caller, reference: str) -> None:
    assert [
        dossier["reference"] for dossier in maya.get(BASE, {"kind": "contract", "state": "in_progress"}).json["items"]
    ]
    assert maya.get(BASE, {"state": "review"}).json["items"]
    assert maya.get(BASE, {"state": "executed"}).json["items"] == []
    none = {"items": [], "next": None, "total": 0, "total_is_exact": True}
    assert maya.get(BASE, {"practice_area": "litigation"}).json == none
    dossier = maya.get(f"{BASE}/{reference}").json
    assert dossier["idempotency_key"] == "key-1"
    assert dossier["dates"]["opened"]
    assert dossier["state_title"] == "With the legal team"
    assert maya.get(f"{BASE}/{reference}/answers").json["answers"]["purpose"] == NDA["purpose"]
    assert maya.get(f"{BASE}/{reference}/history").json["items"][0]["kind"] == "submitted"


def works(paul: Caller, maya: Caller, reference: str) -> None:
    """Claim, ask, answer, talk and attach."""
    paul.post(f"{BASE}/{reference}/claim", headers=match(paul, reference))
    steps = f"{BASE}/{reference}/transitions"
    paul.post_json(steps, {"transition": "ask", "comment": "Whose data?"}, headers=match(paul, reference))
    entry = maya.get(f"{BASE}/{reference}/history").json["items"][-1]
    assert (entry["transition"], entry["before"], entry["after"]) == ("ask", "review", "more_information")
    assert (entry["by"], entry["comment"]) == ("Paul Whitby", "Whose data?")
    transitions = {item["id"]: item for item in maya.get(steps).json}
    assert transitions["answer"]["allowed"] is True
    maya.post_json(steps, {"transition": "answer", "comment": "Staff."}, headers=match(maya, reference))
    maya.post(
        f"{BASE}/{reference}/notes",
        [("text", "See the plan"), ("internal", "false")],
        upload_files=[("file", "plan é.txt", b"a plan", "text/plain")],
        status=201,
    )
    assert paul.get(f"{BASE}/{reference}/notes").json["items"][0]["attachments"][0]["name"] == "plan é.txt"
    files = [("file", "list.txt", b"a list", "text/plain")]
    attachment = paul.post(f"{BASE}/{reference}/attachments", upload_files=files, status=201).json["items"][0]
    for address in (f"{BASE}/{reference}/attachments/{attachment['id']}", f"/api/v1/attachments/{attachment['id']}"):
        answer = maya.get(address)
        assert (answer.body, answer.headers["ETag"]) == (b"a list", f'"{attachment["sha256"]}"')
        maya.get(address, headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    assert len(maya.get(f"{BASE}/{reference}/attachments").json["items"]) == 2
    paul.post_json(f"{BASE}/{reference}/milestones", {"fields": {"title": "Hidden"}}, status=201)
    maya.post_json(f"{BASE}/{reference}/milestones", {"title": "Kick-off", "due": "2026-12-01"}, status=201)
    assert [item["fields"]["title"] for item in maya.get(f"{BASE}/{reference}/milestones").json["items"]] == [
        "Kick-off"
    ]
    assert maya.get(f"{BASE}/{reference}/hearings").json["items"] == []
    child = paul.post_json(f"{BASE}/{reference}/children/milestone", {"title": "Signing"}, status=201).json
    address = f"{BASE}/{reference}/children/milestone/{child['number']}"
    change = {"fields": {"due": "2027-02-01"}, "visible_to_client": True}
    changed = paul.patch_json(address, change, headers=match(paul, reference)).json
    assert (changed["fields"], changed["visible_to_client"]) == ({"title": "Signing", "due": "2027-02-01"}, True)
    steps = f"{address}/transitions"
    assert {item["id"] for item in paul.get(steps).json} >= {"complete", "cancel"}
    paul.post_json(steps, {"transition": "complete"}, headers=match(paul, reference))
    assert paul.get(f"{BASE}/{reference}/children").json["items"][-1]["state"] == "completed"


def marks(paul: Caller, maya: Caller, reference: str) -> None:
    """D5, D7: an entry becomes an important development that the client reads; a note addresses somebody."""
    person = maya.get("/api/v1/me").json["id"]
    body = {"text": "Draft is on its way.", "mentions": [person]}
    note = paul.post_json(f"{BASE}/{reference}/notes", body, status=201).json
    assert note["mentions"] == [{"id": person, "name": "Maya Laurent"}]
    entry = paul.get(f"{BASE}/{reference}/history", {"limit": "100"}).json["items"][-1]
    paul.put_json(f"{BASE}/{reference}/developments/{entry['number']}", {"text": "We write the draft."})
    first = maya.get(f"{BASE}/{reference}/developments").json["items"][0]
    assert (first["text"], first["important"], first["entry"]) == ("We write the draft.", True, entry["number"])


def what_changed(paul: Caller, reference: str) -> None:
    """S3: the newest version against the one before it, unless numbers say otherwise."""
    address = f"{BASE}/{reference}/documents/agreement/changes"
    changes = paul.get(address).json
    assert (changes["since"], changes["until"], changes["state"], changes["changes"]) == (1, 2, "pending", [])
    assert paul.get(address, {"since": "2", "until": "2"}).json["state"] == "same"
    paul.get(address, {"since": "9"}, status=404)
    paul.get(address, {"since": "first"}, status=400)


def holds_it(paul: Caller, reference: str) -> None:
    """S2: whose turn it is with a document, and who edits it."""
    address = f"{BASE}/{reference}/documents/agreement"
    assert paul.put_json(f"{address}/turn", {"holder": "counterparty"}).json["turn"]["holder"] == "counterparty"
    assert paul.put_json(f"{address}/edit-lock", {"held": True}).json["edit_lock"] is not None
    assert paul.put_json(f"{address}/edit-lock", {"held": False}).json["edit_lock"] is None
    paul.put_json(f"{address}/turn", {"holder": "us"})
    refused = paul.put_json(f"{address}/draft", {"wanted": False}, status=422)
    assert "No draft of this document has failed." in refused.text
    paul.put_json(f"{address}/sharing", {"shared": True}, status=422)  # its workflow shows it to everybody
    paul.post_json(f"{BASE}/{reference}/documents", {"kind": "agreement", "title": "Another"}, status=422)


def has_it_approved(maya: Caller, paul: Caller, nora: Caller, ines: Caller, reference: str) -> None:
    mine = [("file", "agreement.docx", word("Our own terms"))]
    paul.post(f"{BASE}/{reference}/documents/agreement", upload_files=mine, status=201)
    version = paul.get(f"{BASE}/{reference}/documents").json["items"][0]["versions"][0]
    address = f"{BASE}/{reference}/documents/{version['id']}"
    assert paul.get(address, {"format": "docx"}).content_type == DOCX
    what_changed(paul, reference)
    holds_it(paul, reference)
    steps = f"{BASE}/{reference}/transitions"
    step = {"transition": "ask_approval", "fields": {"review_summary": "Our own terms."}}
    inputs = next(item["fields"] for item in paul.get(steps).json if item["id"] == "ask_approval")
    assert inputs["properties"]["review_summary"]["$ref"] == "#/$defs/formengine:text"
    wrong = {**step, "fields": {"reveiw_summary": "?"}}
    assert "reveiw_summary" in paul.post_json(steps, wrong, headers=match(paul, reference), status=422).json["detail"]
    assert paul.post_json(steps, step, headers=match(paul, reference)).json["state"] == "approval"
    rounds = nora.get(f"{BASE}/{reference}/approvals").json["rounds"]
    assert [(item["status"], item["role"]) for item in rounds[0]["seats"]] == [("open", "Data protection officer")]
    assert rounds[0]["seats"][0]["shows"]["review_summary"] == "Our own terms."
    assert maya.get(f"{BASE}/{reference}/approvals").json["rounds"][0]["seats"][0]["shows"] == {}
    assert ines.post_json(f"{BASE}/{reference}/approvals", {"decision": "approve"}, status=422).json["reasons"]
    assert rounds[0]["document"] == {
        "name": "agreement",
        "version": 2,
        "sha256": version["sha256"],
        "at": version["at"],
    }
    approve = {"decision": "approve", "document": {"sha256": version["sha256"]}}
    stale = {"If-Match": '"1"'}
    nora.post_json(f"{BASE}/{reference}/approvals", approve, headers=stale, status=409)
    other = {**approve, "document": {"sha256": "0" * 64}}
    nora.post_json(f"{BASE}/{reference}/approvals", other, status=409)
    missing = nora.post_json(f"{BASE}/{reference}/approvals", {"decision": "approve"}, status=422).json
    assert [error["pointer"] for error in missing["errors"]] == ["/document/sha256"]
    nora.post_json(f"{BASE}/{reference}/approvals", {**approve, "comment": "Fine."})
    assert ines.post_json(f"{BASE}/{reference}/approvals", approve).json["state"] == "signature"


def has_signers_changed(paul: Caller, reference: str) -> None:
    """The other party's lawyer gets a copy, and the signer's name is corrected."""
    (round_,) = paul.get(f"{BASE}/{reference}/signatures").json["rounds"]
    address, seat = f"{BASE}/{reference}/rounds/{round_['id']}/seats", round_["seats"][0]["id"]
    paul.post_json(address, {"copy": {"email": "lee@firm.test"}})
    paul.post_json(f"{address}/{seat}", {"correct": {"name": "Joe Martin"}})


def signed_outside(acting: Acting, reference: str) -> None:
    """The other company signs by its link, which has no API."""
    with acting(None) as work:
        dossier = work.session.query(Dossier).filter_by(reference=reference).one()
        seat = links.open_seat_of(work, dossier, "joe@globex.test")
        assert seat is not None
        token = links.new_link(work, seat).rsplit("/", 1)[1]
        send_code(work, token)
        text = word_mail(work.platform, work.session, work.session.query(Mail).filter_by(kind="code").one())[1]
        code = next(word for word in text.replace("*", " ").split() if word.isdecimal() and len(word) == 6)
        guest_sign(work, token, code, "Joe Martin", True)


def is_signed(ines: Caller, maya: Caller, reference: str) -> None:
    """S5, S8: with a drawing; what is no picture of a signature is refused, and so is a client who may not."""
    address = f"{BASE}/{reference}/signatures"
    drawn = {"kind": "drawn", "image": b64encode(picture(mode="RGBA")).decode()}
    document = {"sha256": ines.get(address).json["rounds"][0]["document"]["sha256"]}
    sign = {"signature": drawn, "consent": True, "document": document}
    for signature in (
        {"kind": "drawn", "image": b64encode(picture(ink=False)).decode()},
        {"kind": "uploaded", "image": b64encode(b"<svg onload='alert(1)'/>").decode()},
        {"kind": "drawn", "image": "no base64"},
        {"kind": "drawn", "text": "Inès Carrel"},
        {"kind": "painted", "text": "Inès Carrel"},
    ):
        ines.post_json(address, {**sign, "signature": signature}, status=422)
    other = {**sign, "signature": {"kind": "typed", "text": "Mickey Mouse"}}
    (error,) = ines.post_json(address, {**other, "confirm_name": False}, status=422).json["errors"]
    assert (error["pointer"], "Inès Carrel" in error["message"]) == ("/signature/text", True)
    ines.post_json(address, {**other, "consent": False}, status=422)
    assert ines.post_json(address, {**sign, "consent": False}, status=422).json["reasons"]
    ines.post_json(address, {**sign, "document": {"sha256": "0" * 64}}, status=409)
    maya.post_json(address, sign, status=403)
    assert ines.get(f"{BASE}/{reference}/documents").json["items"][0]["fixed"] is False
    assert ines.post_json(address, sign).json["state"] == "executed"
    assert ines.get(f"{BASE}/{reference}/documents").json["items"][0]["fixed"] is True
    seats = maya.get(address).json["rounds"][0]["seats"]
    assert {seat["status"] for seat in seats} >= {"signed"}
    entries = maya.get(f"{BASE}/{reference}/history", {"limit": "2"}).json
    assert entries["next"]


def test_a_hearing_is_added(calling: Calling, opened: Opened, people: Any) -> None:
    """X5, P18: litigation has hearings; a matter has none to add."""
    matter = opened("legal_advice", ADVICE)
    lena = calling("lena")
    lena.post_json(f"{BASE}/{matter}/hearings", {"at": "2027-01-10T09:00:00Z"}, status=404)
    answers = {
        "event_kind": "we_claim", "received_on": "2026-11-20", "our_entity": "acme_sas", "our_position": "claimant",
        "opponents": [{"name": "Initech SARL"}], "facts": "Late.", "insured": "no", "custodians": [people("maya").id],
    }  # fmt: skip
    reference = opened("litigation_notice", answers)
    body: dict[str, Any] = {"at": "2027-01-10T09:00:00Z", "court": "Lyon", "visible_to_client": True}
    hearing = lena.post_json(f"{BASE}/{reference}/hearings", body, status=201).json
    assert (hearing["state"], hearing["fields"]["court"], hearing["visible_to_client"]) == ("scheduled", "Lyon", True)
    assert calling("maya").get(f"{BASE}/{reference}/hearings").json["items"] == [hearing]
    lena.post_json(f"{BASE}/{reference}/hearings", {**body, "colour": "red"}, status=422)


@pytest.mark.parametrize(
    ("method", "address", "body", "type", "status"),
    [
        ("GET", "/api/v1/nothing", None, None, 404),
        ("GET", "/api/v2", None, None, 404),
        ("PUT", "/api/v1/submissions", b"{}", "application/json", 405),
        ("POST", "/api/v1/me", b"{}", "application/json", 405),
        ("POST", "/api/v1/submissions", b"{", "application/json", 400),
        ("POST", "/api/v1/submissions", b"<a/>", "application/xml", 415),
        ("POST", "/api/v1/submissions", b"a=1", "application/x-www-form-urlencoded", 415),
        ("POST", "/api/v1/submissions", b"--x", "multipart/form-data", 400),
        ("POST", "/api/v1/submissions", json.dumps({"answers": {}}).encode(), "application/json", 422),
        ("GET", "/api/v1/dossiers?limit=0", None, None, 400),
        ("GET", "/api/v1/dossiers?after=nonsense", None, None, 400),
        ("GET", "/api/v1/dossiers?kind=nonsense", None, None, 400),
        ("GET", "/api/v1/dossiers?q=%00", None, None, 400),
    ],
)
def test_every_error_is_a_problem(
    calling: Calling, method: str, address: str, body: bytes | None, type: str | None, status: int
) -> None:
    """X5: problem+json with its status, a title and a sentence, for whatever is wrong with a call."""
    headers = {"Idempotency-Key": "k", **({"Content-Type": type} if type else {})}
    answer = calling("maya").request(address, method=method, body=body, headers=headers, status=status)
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]
