"""Dossiers by HTTP: read, moved, talked about, decided."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.dossiers import dossier_ids
from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import ADVICE, NDA, Opened

BASE = "/api/v1/dossiers"


def test_who_am_i(calling: Calling) -> None:
    me = calling("maya", "read").get("/api/v1/me").json
    assert (me["email"], me["role"], me["scopes"]) == ("maya@example.com", "client", ["read"])


def test_without_a_token_nothing(app: Any) -> None:
    """X5: 401, and how to say who one is."""
    from webtest import TestApp

    answer = TestApp(app).get("/api/v1/me", status=401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("scope", ["read", "submit"])
def test_a_scope_allows_its_own_calls_alone(calling: Calling, opened: Opened, scope: str) -> None:
    """X5: a token does what its scopes say."""
    reference = opened("nda", NDA)
    address, french = f"{BASE}/{reference}/notes", {"Accept-Language": "fr"}
    refused = calling("paul", scope).post_json(address, {"text": "Hello"}, headers=french, status=403)
    assert refused.json["detail"] == "Le jeton n’a pas l’autorisation «\u00a0work\u00a0»."


def test_request_types_are_plain_json_schema(calling: Calling) -> None:
    """X5: the form in the language asked for, with nothing of ours left to resolve."""
    maya = calling("maya")
    assert {item["id"] for item in maya.get("/api/v1/request-types").json["items"]} >= {"nda", "legal_advice"}
    nda = maya.get("/api/v1/request-types/nda").json
    assert nda["accept_notice"] is True
    references = list(refs(nda["form"]))
    assert references
    assert all(item.startswith("#/$defs/") for item in references)


def refs(value: Any) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def test_a_list_says_how_many_there_are(calling: Calling, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """D2: of all pages; a search that finds very many is counted up to a bound, and its export holds them all."""
    monkeypatch.setattr(dossier_ids, "FEW", 2)
    references = [opened("nda", NDA) for _ in range(3)]
    paul = calling("paul")
    listed = paul.get(f"{BASE}?limit=1").json
    assert (len(listed["items"]), listed["total"], listed["total_is_exact"]) == (1, 3, True)
    following = paul.get(f"{BASE}?limit=1&after={listed['next']}").json
    assert (len(following["items"]), following["total"], following["total_is_exact"]) == (1, None, None)
    found = paul.get(f"{BASE}?q=globex").json
    assert (len(found["items"]), found["total"], found["total_is_exact"]) == (3, 2, False)
    exported = paul.get(f"{BASE}.csv?q=globex").text
    assert [reference for reference in references if reference not in exported] == []


def test_lists_and_pages(calling: Calling, opened: Opened) -> None:
    """D2, P13: filtered, page by page."""
    expected = {opened("nda", NDA) for _ in range(3)}
    opened("legal_advice", ADVICE)
    maya = calling("maya")
    first = maya.get(BASE, {"kind": "contract", "limit": "2"}).json
    second = maya.get(BASE, {"kind": "contract", "limit": "2", "after": first["next"]}).json
    assert {item["reference"] for item in first["items"] + second["items"]} == expected
    assert maya.get(BASE, {"q": "zeppelin"}).json["items"] == []
    for limit in ("many", "0", "101", "000000001999999"):
        maya.get(BASE, {"limit": limit}, status=400)


def test_lists_take_the_filter_of_the_pages(calling: Calling, opened: Opened) -> None:
    """D2, X5: with an order, and 400 with a sentence for what cannot be read."""
    nda, advice = opened("nda", NDA), opened("legal_advice", ADVICE)
    maya = calling("maya")
    for query, expected in (
        ({"sort": "opened"}, [nda, advice]),
        ({"sort": "-opened"}, [advice, nda]),
        ({"sort": "title", "category": "contracts"}, [nda]),
        ({"assignee": "none", "priority": "normal", "opened_from": "2020-01-01"}, [advice, nda]),
    ):
        assert [item["reference"] for item in maya.get(BASE, query).json["items"]] == expected, query
    following = maya.get(BASE, {"sort": "opened", "limit": "1"}).json["next"]
    assert maya.get(BASE, {"sort": "opened", "after": following}).json["items"][0]["reference"] == advice
    maya.get(BASE, {"sort": "title", "after": following}, status=400)
    assert "sort" in maya.get(BASE, {"sort": "due"}, status=400).json["detail"], "deadlines are internal"
    maya.get(BASE, {"tab": "late", "sort": "title"}, status=403)
    assert "legal team" in maya.get(BASE, {"team": "none"}, status=400).json["detail"], "teams are internal"
    assert calling("paul").get(BASE, {"team": "none"}).json["items"] == []
    assert calling("paul").get(BASE, {"sort": "due", "tab": "queue"}).json["items"][0]["reference"] == nda
    for name in ("kind", "state", "priority", "sort", "opened_from", "assignee"):
        assert name in maya.get(BASE, {name: "' OR 1=1"}, status=400).json["detail"]


def test_a_history_is_not_read_from_its_start_again(calling: Calling, opened: Opened) -> None:
    """X5: an `after` that is none would give a caller the first page for ever."""
    address, maya = f"{BASE}/{opened('nda', NDA)}/history", calling("maya")
    first = maya.get(address, {"limit": "1"}).json
    assert maya.get(address, {"limit": "1", "after": first["next"]}).json["items"] != first["items"]
    for after in ("soon", "-1", "1" * 10):
        maya.get(address, {"after": after}, status=400)


def test_a_foreign_dossier_is_not_there(calling: Calling, opened: Opened) -> None:
    """T13: 404, the same as for one that never was, on every call."""
    reference = opened("nda", NDA)
    di = calling("di")
    for tail in ("", "/history", "/answers", "/transitions", "/notes", "/attachments", "/milestones", "/approvals"):
        foreign = di.get(f"{BASE}/{reference}{tail}", status=404).json
        never = di.get(f"{BASE}/CTR-1999-0001{tail}", status=404).json
        assert {**foreign, "id": ""} == {**never, "id": ""}


def test_moves_on_the_version_that_was_read(calling: Calling, opened: Opened) -> None:
    """W11: If-Match: 428 without, 409 when stale, 200 otherwise."""
    reference = opened("nda", NDA)
    paul = calling("paul")
    body = {"transition": "ask", "comment": "Which employees?"}
    address = f"{BASE}/{reference}/transitions"
    paul.post_json(address, body, status=428)
    paul.post_json(address, body, headers={"If-Match": '"999"'}, status=409)
    version = paul.get(f"{BASE}/{reference}").headers["ETag"]
    moved = paul.post_json(address, body, headers={"If-Match": version}).json
    assert moved["state"] == "more_information"
    paul.post_json(address, body, headers={"If-Match": version}, status=409)


def test_transitions_say_why_not(calling: Calling, opened: Opened) -> None:
    """W5: every transition with its reasons; the refused one says them too."""
    reference = opened("nda", NDA)
    maya = calling("maya")
    transitions = {item["id"]: item for item in maya.get(f"{BASE}/{reference}/transitions").json}
    assert transitions["withdraw"]["allowed"] is True
    assert transitions["ask"]["allowed"] is False
    assert transitions["ask"]["reasons"]
    version = maya.get(f"{BASE}/{reference}").headers["ETag"]
    body = {"transition": "ask", "comment": "?"}
    answer = maya.post_json(f"{BASE}/{reference}/transitions", body, headers={"If-Match": version}, status=422)
    assert answer.json["reasons"]


def test_a_transition_describes_its_fields(calling: Calling, opened: Opened) -> None:
    reference = opened("nda", NDA)
    transitions = {item["id"]: item for item in calling("paul").get(f"{BASE}/{reference}/transitions").json}
    assert transitions["ask"]["comment_required"] is True
    assert "review_summary" in transitions["ask_approval"]["fields"]["properties"]


def test_claims(calling: Calling, opened: Opened) -> None:
    reference = opened("nda", NDA)
    paul = calling("paul")
    wrong = paul.post_json(f"{BASE}/{reference}/claim", {"x": 1}, status=422).json
    assert wrong["detail"] == "x: this call takes no members."
    unknown = paul.get(f"{BASE}/{reference}/answers?from=1", status=400).json
    assert unknown["detail"] == "from: not known here; known are submission."
    paul.get(f"{BASE}/{reference}/documents/agreement/changes?from=1", status=400)
    paul.get(f"{BASE}/{reference}/documents/agreement?since=1", status=400)
    paul.post(f"{BASE}/{reference}/claim", status=200)
    people = paul.get(f"{BASE}/{reference}").json["people"]
    assert any("Paul Whitby" in part["names"] for part in people)
    calling("maya").post(f"{BASE}/{reference}/claim", status=403)


def test_notes_and_files(calling: Calling, opened: Opened) -> None:
    """D5: notes with files; internal ones stay with the legal team."""
    reference = opened("nda", NDA)
    maya, paul = calling("maya"), calling("paul")
    payload = [("payload", '{"text": "See the plan"}')]
    files = [("file", "plan.txt", b"a plan", "text/plain")]
    note = maya.post(f"{BASE}/{reference}/notes", payload, upload_files=files, status=201).json
    paul.post_json(f"{BASE}/{reference}/notes", {"text": "Careful", "internal": True}, status=201)
    assert [item["text"] for item in maya.get(f"{BASE}/{reference}/notes").json["items"]] == ["See the plan"]
    assert len(paul.get(f"{BASE}/{reference}/notes").json["items"]) == 2
    id = note["attachments"][0]["id"]
    answer = paul.get(f"{BASE}/{reference}/attachments/{id}")
    assert answer.body == b"a plan"
    assert answer.headers["ETag"] == f'"{note["attachments"][0]["sha256"]}"'
    maya.post_json(f"{BASE}/{reference}/notes", {"text": "x", "internal": True}, status=422)


def test_milestones_are_seen_when_made_visible(calling: Calling, opened: Opened) -> None:
    """P26, P27: the client adds milestones, and sees those made visible."""
    reference = opened("nda", NDA)
    maya, paul = calling("maya"), calling("paul")
    address = f"{BASE}/{reference}/milestones"
    fields = {"title": "Kick-off", "due": "2026-12-01"}
    maya.post_json(address, {"fields": fields}, status=201)
    paul.post_json(address, {"fields": {**fields, "title": "Hidden"}}, status=201)
    paul.post_json(address, {"fields": {**fields, "title": "Shown"}, "visible_to_client": True}, status=201)
    assert [item["fields"]["title"] for item in maya.get(address).json["items"]] == ["Kick-off", "Shown"]
    assert len(paul.get(address).json["items"]) == 3


def test_a_client_may_not_decide(calling: Calling, opened: Opened) -> None:
    """P25, S8: neither approve, nor reject, nor sign, by the API."""
    reference = opened("nda", NDA)
    maya = calling("maya")
    maya.post_json(f"{BASE}/{reference}/approvals", {"decision": "approve"}, status=403)
    body = {"signature": {"kind": "typed", "text": "Maya"}, "consent": True}
    maya.post_json(f"{BASE}/{reference}/signatures", body, status=403)


def test_counsel_reads_which_mails_went_out(calling: Calling, opened: Opened) -> None:
    """N3: notifications, for counsel and auditors alone."""
    reference = opened("nda", NDA)
    notifications = calling("paul").get(f"{BASE}/{reference}").json["notifications"]
    assert {"submission", "new_dossier"} <= {mail["kind"] for mail in notifications}
    assert all(mail["message_id"].startswith("<") for mail in notifications)
    assert "notifications" not in calling("maya").get(f"{BASE}/{reference}").json


def test_the_key_of_a_submission_is_on_its_dossier(calling: Calling, people: Any) -> None:
    """T4: what came by the API can be found again by its key; pages keep theirs to themselves."""
    people("paul")
    maya = calling("maya")
    reference = maya.submit("nda", NDA, key="order-17").json["reference"]
    assert maya.get(f"{BASE}/{reference}").json["idempotency_key"] == "order-17"


def test_history_tells_each_side_its_own(calling: Calling, opened: Opened) -> None:
    """O5, D7: the client's history leaves out entries that are not visible to clients."""
    reference = opened("nda", NDA)
    calling("paul").post(f"{BASE}/{reference}/claim")
    counsel_entries = calling("paul").get(f"{BASE}/{reference}/history").json["items"]
    client_entries = calling("maya").get(f"{BASE}/{reference}/history").json["items"]
    assert 0 < len(client_entries) < len(counsel_entries)
    assert set(counsel_entries[0]) >= {"at", "by", "kind", "transition", "before", "after", "comment"}
    shown = {"number", "at", "by", "by_id", "kind", "text", "transition", "before", "after", "comment", "via"}
    assert all(
        set(entry) <= shown for entry in client_entries
    )  # no fields: the record keeps them, a client may not see each
