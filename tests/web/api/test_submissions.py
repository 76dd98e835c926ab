"""Submitting by HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from tests.documents.conftest import word
from tests.support.write_lock import LockRecorder
from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import ADVICE, NDA

ADDRESS = "/api/v1/submissions"
NOWHERE = {"id": "nowhere", "name": "a.txt"}
CONTRACT = {
    "contract_type": "services",
    "our_role": "buyer",
    "our_entity": "acme_sas",
    "counterparty": {"name": "Initech SARL", "country": "FR"},
    "counterparty_contact": {"name": "Joe Martin", "email": "joe@initech.example"},
    "deal_summary": "Yearly maintenance of the presses, with a stock of spare parts on our site.",
    "contract_value": {"amount": "18000.00", "currency": "EUR"},
    "term_months": 24,
    "target_signature": "2031-01-15",
    "external_deadline": False,
    "personal_data": False,
    "priority": "normal",
}
WORD = word("A services agreement")


def count(platform: Platform) -> int:
    with platform.database.reading() as session:
        return session.query(Dossier).count()


def test_a_submission_opens_a_dossier(calling: Calling, people: Any) -> None:
    """X5: 201 with what was made."""
    people("paul")
    answer = calling("maya").submit("nda", NDA)
    assert set(answer.json) == {"submission", "dossier", "reference", "state", "version", "files"}
    assert answer.json["reference"].startswith("CTR-")
    assert calling("maya").get(f"/api/v1/dossiers/{answer.json['reference']}").json["title"] == "NDA with Globex SA"


def test_the_same_key_answers_the_same(calling: Calling, platform: Platform, people: Any) -> None:
    """T4: a repeat is 200 with the same body, and makes nothing."""
    people("paul")
    maya = calling("maya")
    first, second = maya.submit("nda", NDA), maya.submit("nda", NDA, status=200)
    assert first.json == second.json
    assert count(platform) == 1


def test_the_same_key_with_other_content_is_refused(calling: Calling, platform: Platform, people: Any) -> None:
    """T4: 422, and nothing is made."""
    people("paul")
    maya = calling("maya")
    maya.submit("nda", NDA)
    answer = maya.submit("nda", {**NDA, "term_years": 3}, status=422)
    assert answer.content_type == "application/problem+json"
    assert count(platform) == 1


def test_another_persons_key_is_another_key(calling: Calling, platform: Platform, people: Any) -> None:
    people("paul")
    calling("maya").submit("nda", NDA)
    calling("cleo").submit("nda", NDA)
    assert count(platform) == 2


@pytest.mark.parametrize("key", [None, "", "with space", "x" * 300, "é", "page-abc"])
def test_a_key_is_needed(calling: Calling, key: str | None) -> None:
    """X5: without an Idempotency-Key, 400."""
    headers = {} if key is None else {"Idempotency-Key": key.encode("utf-8").decode("latin-1")}
    body = {"request_type": "nda", "answers": NDA}
    assert calling("maya").post_json(ADDRESS, body, headers=headers, status=400).json["status"] == 400


def test_errors_are_listed(calling: Calling) -> None:
    """X5: 422 lists pointer, keyword and message of each."""
    answers = {key: value for key, value in ADVICE.items() if key != "question"} | {"area": "astrology"}
    errors = calling("maya").submit("legal_advice", answers, status=422).json["errors"]
    assert {(error["pointer"]) for error in errors} == {"/question", "/area"}
    assert all(error["message"] and error["keyword"] for error in errors)


def test_undeclared_answers_are_dropped(calling: Calling, people: Any) -> None:
    """T14: what the form does not ask is not kept."""
    people("lena")
    maya = calling("maya")
    reference = maya.submit("legal_advice", {**ADVICE, "state": "answered", "owner_id": 1}).json["reference"]
    stored = maya.get(f"/api/v1/dossiers/{reference}/answers").json["answers"]
    assert "owner_id" not in stored
    assert "state" not in stored


def test_an_answer_to_a_hidden_field_is_an_error(calling: Calling) -> None:
    """F4: hidden means absent."""
    answer = calling("maya").submit("legal_advice", {**ADVICE, "external_counsel_name": "Firm"}, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/external_counsel_name"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"nonsense", 400),
        (b"[1]", 400),
        (b'{"request_type": NaN}', 400),
        (b'{"request_type": 1e-400}', 400),
        (b'{"request_type": "legal_advice", "answers": {"x": 99999999999999.99}}', 400),
        (b'{"answers": {}}', 422),
        (b'{"request_type": "legal_advice", "answers": []}', 422),
        (b'{"request_type": "legal_advice", "answers": {}, "state": "answered"}', 422),
        (b'{"request_type": "nothing", "answers": {}}', 404),
        (b'{"request_type": "legal_advice", "request_type": "nda", "answers": {}}', 400),
        (b'{"request_type": "legal_advice", "answers": {"x": ' + b"1" * 5000 + b"}}", 400),
        (b"{" + b"".join(b'"k%d": 1, ' % n for n in range(90_000)) + b'"z": 1, "z": 2}', 400),  # in one pass
        (b"[" * 100000, 400),
        (json.dumps({"request_type": "legal_advice", "answers": {"x": [0] * 21_001}}).encode(), 400),
    ],
)
def test_bad_bodies_say_what_is_wrong(calling: Calling, body: bytes, status: int) -> None:
    """T14: never a 500."""
    headers = {"Idempotency-Key": "key", "Content-Type": "application/json"}
    answer = calling("maya").post(ADDRESS, body, headers=headers, status=status)
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]


def test_files_come_along(calling: Calling, people: Any) -> None:
    """X5: multipart, each part named by the pointer of its field; a list's pointer repeated."""
    people("lena")
    payload = json.dumps({"request_type": "legal_advice", "answers": ADVICE})
    files = [("/papers", "bail é.txt", b"first", "text/plain"), ("/papers", "plan.txt", b"second", "text/plain")]
    maya = calling("maya")
    sent = maya.post(ADDRESS, [("payload", payload)], upload_files=files, headers={"Idempotency-Key": "k"}, status=201)
    assert [file["name"] for file in sent.json["files"]] == ["bail é.txt", "plan.txt"]
    stored = maya.get(f"/api/v1/dossiers/{sent.json['reference']}/answers").json["answers"]
    assert len(stored["papers"]) == 2


def test_a_file_without_a_place_is_refused(calling: Calling) -> None:
    payload = json.dumps({"request_type": "legal_advice", "answers": ADVICE})
    files = [("papers", "a.txt", b"x", "text/plain")]
    calling("maya").post(
        ADDRESS, [("payload", payload)], upload_files=files, headers={"Idempotency-Key": "k"}, status=422
    )


def test_the_notice_must_be_accepted(calling: Calling) -> None:
    body = {"request_type": "nda", "answers": NDA}
    answer = calling("maya").post_json(ADDRESS, body, headers={"Idempotency-Key": "k"}, status=422)
    assert answer.json["reasons"]


def sent_with_papers(caller: Any, content: bytes, key: str, status: int) -> Any:
    payload = json.dumps({"request_type": "legal_advice", "answers": ADVICE})
    files = [("/papers", "bail.txt", content, "text/plain")]
    headers = {"Idempotency-Key": key}
    return caller.post(ADDRESS, [("payload", payload)], upload_files=files, headers=headers, status=status)


def test_the_same_files_sent_again_are_the_same(calling: Calling, platform: Platform, people: Any) -> None:
    """T4: a repeat with files is 200 with the same body; the same names with other content are 422."""
    people("lena")
    maya = calling("maya")
    first = sent_with_papers(maya, b"first", "k", 201)
    assert sent_with_papers(maya, b"first", "k", 200).json == first.json
    sent_with_papers(maya, b"other", "k", 422)
    assert count(platform) == 1


@pytest.mark.parametrize("with_sha", [True, False])
def test_a_foreign_file_is_no_answer(calling: Calling, platform: Platform, people: Any, with_sha: bool) -> None:
    """T13: the id of a file on somebody else's dossier gives the same error as an unknown id."""
    people("lena")
    maya, stranger = calling("maya"), people.add("other@elsewhere.test")
    reference = sent_with_papers(maya, b"first", "k", 201).json["reference"]
    paper = maya.get(f"/api/v1/dossiers/{reference}/answers").json["answers"]["papers"][0]
    foreign = paper if with_sha else {"id": paper["id"], "name": "mine.txt"}
    client = calling(stranger)
    answers = [client.submit("legal_advice", {**ADVICE, "papers": [file]}, "o", 422) for file in (foreign, NOWHERE)]
    assert answers[0].json["errors"] == answers[1].json["errors"]
    assert answers[0].json["errors"][0]["pointer"] == "/papers/0"
    assert count(platform) == 1


def test_a_file_reference_is_replaced_by_the_stored_file(calling: Calling, people: Any) -> None:
    """F9: of what a caller says about a file only the id counts; name, size and type are those stored."""
    people("lena")
    maya = calling("maya")
    reference = sent_with_papers(maya, b"first", "k", 201).json["reference"]
    paper = maya.get(f"/api/v1/dossiers/{reference}/answers").json["answers"]["papers"][0]
    claimed = {"id": paper["id"], "name": "invoice.pdf", "sha256": "0" * 64, "size": 1}
    again = maya.submit("legal_advice", {**ADVICE, "papers": [claimed]}, "k2").json["reference"]
    assert maya.get(f"/api/v1/dossiers/{again}/answers").json["answers"]["papers"] == [paper]


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        (["/unknown"], ["/unknown"]),
        (["/subject"], ["/subject"]),
        (["/papers", "/no/such/place"], ["/no/such/place"]),
    ],
)
def test_a_file_that_no_field_takes_is_refused(calling: Calling, names: list[str], refused: list[str]) -> None:
    """X5: a file is never dropped in silence; the answer names its part, and nothing was submitted."""
    payload = json.dumps({"request_type": "legal_advice", "answers": ADVICE})
    files = [(name, "plan.txt", b"plan", "text/plain") for name in names]
    maya = calling("maya")
    answer = maya.post(
        ADDRESS, [("payload", payload)], upload_files=files, headers={"Idempotency-Key": "k"}, status=422
    )
    assert [error["pointer"] for error in answer.json["errors"]] == refused
    assert maya.get("/api/v1/dossiers").json["items"] == []


def test_a_doubled_file_of_a_single_field_is_refused(calling: Calling, people: Any) -> None:
    """X5: one of two files for one place would be lost."""
    people("lena")
    payload = json.dumps({"request_type": "contract_review", "answers": CONTRACT, "accept_notice": True})
    doubled = [("/document", f"{number}.docx", WORD, "") for number in range(2)]
    answer = calling("maya").post(
        ADDRESS, [("payload", payload)], upload_files=doubled, headers={"Idempotency-Key": "k"}, status=422
    )
    assert [error["pointer"] for error in answer.json["errors"]] == ["/document"]


def test_ids_of_files_open_them(calling: Calling, people: Any, lock_is_held_briefly: LockRecorder) -> None:
    """X5: ids that the API gives are ids that it takes; another client's are not found.

    The document is looked at, which takes a second, before the write lock is taken.
    """
    people("lena")
    content = word("A services agreement that nobody has looked at yet")
    payload = json.dumps({"request_type": "contract_review", "answers": CONTRACT, "accept_notice": True})
    maya = calling("maya")
    sent = maya.post(
        ADDRESS,
        [("payload", payload)],
        upload_files=[("/document", "msa.docx", content, "")],
        headers={"Idempotency-Key": "k"},
        status=201,
    ).json
    assert lock_is_held_briefly.processes == []
    reference, file_id = sent["reference"], sent["files"][0]["id"]
    dossier = f"/api/v1/dossiers/{reference}"
    for address in (f"/api/v1/attachments/{file_id}", f"{dossier}/attachments/{file_id}"):
        assert maya.get(address).body == content
    document = maya.get(f"{dossier}/documents").json["items"][0]
    for document_id in (document["id"], document["versions"][0]["id"]):
        assert maya.get(f"{dossier}/documents/{document_id}").body == content
    calling("cleo").get(f"/api/v1/attachments/{file_id}", status=404)
    other = maya.submit("legal_advice", ADVICE, key="other").json["reference"]
    maya.get(f"/api/v1/dossiers/{other}/attachments/{file_id}", status=404)


WITH_FILES = "/api/v1/submissions/with-files"


def sent_with_files(maya: Any, pointers: Any, names: list[str], status: int, answers: Any = ADVICE) -> Any:
    payload = json.dumps({"request_type": "legal_advice", "answers": answers, "files": pointers})
    parts = [(name, f"{number}.txt", b"plan %d" % number, "text/plain") for number, name in enumerate(names)]
    headers = {"Idempotency-Key": "k"}
    return maya.post(WITH_FILES, [("payload", payload)], upload_files=parts, headers=headers, status=status)


def test_files_are_placed_by_the_payload(calling: Calling, people: Any) -> None:
    """X5: `files` of the payload names the field of each part `files`, in the same order."""
    people("lena")
    maya = calling("maya")
    sent = sent_with_files(maya, ["/papers", "/papers"], ["files", "files"], 201).json
    assert [file["name"] for file in sent["files"]] == ["0.txt", "1.txt"]
    assert sent_with_files(maya, ["/papers", "/papers"], ["files", "files"], 200).json == sent


@pytest.mark.parametrize(
    ("pointers", "names", "refused"),
    [
        (["/papers"], ["files", "files"], ["files"]),
        (["/papers", "/papers"], ["files"], ["files"]),
        ([5], ["files"], ["files"]),
        (["/papers"], ["file"], ["file"]),
        (["/nothing"], ["files"], ["/nothing"]),
        (["papers"], ["files"], ["papers"]),
    ],
)
def test_files_and_pointers_must_agree(calling: Calling, pointers: Any, names: list[str], refused: list[str]) -> None:
    """X5: 422 with the name in errors[].pointer, and nothing was submitted."""
    maya = calling("maya")
    answer = sent_with_files(maya, pointers, names, 422)
    assert [error["pointer"] for error in answer.json["errors"]] == refused
    assert maya.get("/api/v1/dossiers").json["items"] == []


def test_a_position_of_five_thousand_digits_is_refused(calling: Calling) -> None:
    """T14: Python reads no number of more than 4,300 digits."""
    pointer = "/papers/" + "9" * 5000
    answer = sent_with_files(calling("maya"), [pointer], ["files"], 422, {**ADVICE, "papers": []})
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_json_alone_brings_no_files(calling: Calling) -> None:
    body = {"request_type": "legal_advice", "answers": ADVICE}
    calling("maya").post_json(WITH_FILES, body, headers={"Idempotency-Key": "k"}, status=415)


@pytest.mark.parametrize("name", ["payload", "note"])
def test_a_doubled_or_unknown_part_is_refused(calling: Calling, name: str) -> None:
    """X5: a part of text beside the payload is not dropped in silence."""
    payload = json.dumps({"request_type": "legal_advice", "answers": ADVICE})
    fields, files = [("payload", payload), (name, payload)], [("/papers", "a.txt", b"x", "text/plain")]
    answer = calling("maya").post(ADDRESS, fields, upload_files=files, headers={"Idempotency-Key": "k"}, status=422)
    assert [error["pointer"] for error in answer.json["errors"]] == [name]


def test_a_call_without_files_refuses_them(calling: Calling, people: Any) -> None:
    """X5: a file sent with a step was dropped; the answer names it."""
    people("lena")
    maya = calling("maya")
    reference = maya.submit("legal_advice", ADVICE).json["reference"]
    payload = json.dumps({"transition": "withdraw"})
    answer = maya.post(
        f"/api/v1/dossiers/{reference}/transitions",
        [("payload", payload)],
        upload_files=[("paper", "a.txt", b"x", "text/plain")],
        headers={"If-Match": "1"},
        status=422,
    )
    assert [error["pointer"] for error in answer.json["errors"]] == ["paper"]


def test_a_notice_that_was_not_accepted_says_what_to_send(calling: Calling) -> None:
    """X5: there is no button above which it would stand."""
    call = calling("maya")
    body = {"request_type": "nda", "answers": NDA}
    answer = call.post_json(ADDRESS, body, headers={"Idempotency-Key": "notice"}, status=422)
    assert "send accept_notice: true" in str(answer.json)
