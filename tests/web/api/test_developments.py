"""Developments, changes of children and mentions by HTTP (D5, D7, D9)."""

from __future__ import annotations

from typing import Any

from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import ADVICE, NDA, Opened

BASE = "/api/v1/dossiers"


def test_an_entry_is_marked_and_unmarked(calling: Calling, opened: Opened) -> None:
    """D7, X5: by the number that the history gives; the client reads it, and marks nothing."""
    reference = opened("legal_advice", ADVICE)
    paul, maya = calling("paul"), calling("maya")
    paul.post_json(f"{BASE}/{reference}/notes", {"text": "Weak.", "internal": True}, status=201)
    number = paul.get(f"{BASE}/{reference}/history").json["items"][-1]["number"]
    address = f"{BASE}/{reference}/developments/{number}"
    refused = paul.put_json(address, {}, status=422).json
    assert refused["reasons"] == ["The client does not see this entry: say in your own words what they should read."]
    paul.put_json(address, {"text": 7}, status=422)
    paul.put_json(address, {"text": "x" * 501}, status=422)
    paul.put_json(f"{BASE}/{reference}/developments/999", {"text": "x"}, status=404)
    paul.put_json(f"{BASE}/{reference}/developments/x", {"text": "x"}, status=404)
    maya.put_json(address, {"text": "Mine"}, status=403)
    marked = paul.put_json(address, {"text": "We looked at it."}).json["items"][0]
    assert (marked["important"], marked["about"]) == (True, "Note added")
    shown = maya.get(f"{BASE}/{reference}").json["developments"][0]
    assert (shown["text"], shown["about"], shown["entry"]) == ("We looked at it.", "", number)
    left = paul.put_json(address, {"important": False}).json["items"]
    assert all(not row["important"] for row in left)


def test_a_child_is_changed(calling: Calling, opened: Opened) -> None:
    """D9, P27, X5: the fields that are sent, null empties one; shown to the client and hidden, on the version read."""
    reference = opened("nda", NDA)
    paul, maya = calling("paul"), calling("maya")
    made = {"title": "Signing", "due": "2027-01-10", "percentage": 20}
    number = paul.post_json(f"{BASE}/{reference}/milestones", made, status=201).json["number"]
    address = f"{BASE}/{reference}/children/milestone/{number}"

    def match() -> dict[str, str]:
        return {"If-Match": paul.get(f"{BASE}/{reference}").headers["ETag"]}

    paul.patch_json(address, {"due": "2027-02-01"}, status=428)
    paul.patch_json(address, {"due": "2027-02-01"}, headers={"If-Match": '"1"'}, status=409)
    answer = paul.patch_json(address, {"due": "2027-02-01", "percentage": None}, headers=match())
    assert answer.json["fields"] == {"title": "Signing", "due": "2027-02-01"}
    assert answer.headers["ETag"] == match()["If-Match"]
    maya.patch_json(address, {"title": "Mine"}, headers=match(), status=404)
    assert paul.patch_json(address, {"visible_to_client": True}, headers=match()).json["visible_to_client"] is True
    seen: list[Any] = maya.get(f"{BASE}/{reference}/milestones").json["items"]
    assert [row["fields"]["due"] for row in seen] == ["2027-02-01"]
    maya.patch_json(address, {"visible_to_client": False}, headers=match(), status=422)
    assert "colour" in paul.patch_json(address, {"colour": "red"}, headers=match(), status=422).json["detail"]
    wrong = paul.patch_json(address, {"due": "2027-02-31"}, headers=match(), status=422).json
    assert [error["pointer"] for error in wrong["errors"]] == ["/due"]
    paul.patch_json(address, {"visible_to_client": "yes"}, headers=match(), status=422)
    paul.patch_json(f"{BASE}/{reference}/children/milestone/9", {"title": "x"}, headers=match(), status=404)
    entries = paul.get(f"{BASE}/{reference}/history").json["items"]
    before = len(entries)
    paul.patch_json(address, {"title": "Signing", "visible_to_client": True}, headers=match())
    assert len(paul.get(f"{BASE}/{reference}/history").json["items"]) == before
    paul.patch_json(address, {"visible_to_client": False}, headers=match())
    assert maya.get(f"{BASE}/{reference}/milestones").json["items"] == []


def test_a_note_mentions_people_who_may_read_it(calling: Calling, opened: Opened) -> None:
    """D5, X5: by account id or by name; nobody else."""
    reference = opened("legal_advice", ADVICE)
    paul, maya, ana = calling("paul"), calling("maya"), calling("ana")
    ids = {caller: caller.get("/api/v1/me").json["id"] for caller in (maya, ana)}
    address = f"{BASE}/{reference}/notes"
    paul.post_json(address, {"text": "You two?", "mentions": [ids[maya]]}, status=201)
    by_name = paul.post_json(address, {"text": "@Ana Duarte, please look."}, status=201).json
    assert by_name["mentions"] == [{"id": ids[ana], "name": "Ana Duarte"}]
    internal = {"text": "Among us", "internal": True, "mentions": [ids[maya]]}
    assert paul.post_json(address, internal, status=422).json["reasons"]
    paul.post_json(address, {"text": "Who?", "mentions": ["nobody"]}, status=422)
    paul.post_json(address, {"text": "Who?", "mentions": "maya"}, status=422)
    read = maya.get(address).json["items"]
    assert [[row["name"] for row in note["mentions"]] for note in read] == [["Maya Laurent"], ["Ana Duarte"]]
    told = maya.get("/api/v1/me/notifications").json["items"][0]
    assert (told["kind"], told["dossier"]) == ("note", reference)
