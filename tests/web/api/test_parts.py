"""The API's parts of a request that several people fill in (F20)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestResponse

from formengine.services.core.unit_of_work import Platform
from formengine.services.intake.part_drafts import save_part_draft
from formengine.services.intake.part_sending import load_part
from formengine.services.intake.seen_parts import NOTHING_SEEN
from formengine.storage.models.files_and_notes import StoredFile
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.web.api.conftest import Caller, Calling

pytestmark = pytest.mark.site("parts")
CANARY = "canary-6610"
ANSWERS: dict[str, Any] = {"subject": "Chairs", "amount": 500, "supplier": {"name": "Di", "email": "di@example.com"}}
"""The supplier has an account here: Di."""


@pytest.fixture
def purchase(calling: Calling, people: People) -> str:
    """The address of Cleo's purchase."""
    people.all()
    sent = calling("cleo").submit("purchase", {**ANSWERS, "reason": CANARY})
    assert {name: sent.json[name] for name in ("submission", "reference", "state")} == {
        "submission": None, "reference": None, "state": "filling",
    }  # fmt: skip
    return f"/api/v1/dossiers/{sent.json['dossier']}/parts"


def test_a_request_is_filled_in_by_several(calling: Calling, purchase: str) -> None:
    """F20, X5: it has its reference when the last part is in; a repeat of the first call answers as before."""
    page = calling("cleo").get(purchase).json
    assert [(part["id"], part["state"], part["mine"]) for part in page["parts"]] == [
        ("requester", "sent", False), ("finance", "open", False), ("supplier", "open", False),
        ("privacy", "waiting", False),
    ]  # fmt: skip
    finance = calling("bo").put_json(f"{purchase}/finance", {"answers": {"budget": "B-1", "nonsense": 1}}).json
    assert (finance["state"], finance["parts"][0]["state"]) == ("filling", "sent")
    calling("di").put_json(f"{purchase}/supplier", {"answers": {"their_address": "1 Supply Street"}})
    done = calling("cleo").get(purchase).json
    assert done["state"] == "submitted"
    assert calling("cleo").get(f"/api/v1/dossiers/{done['reference']}").json["reference"] == done["reference"]
    assert calling("cleo").get(f"/api/v1/dossiers/{done['reference']}/parts").json["state"] == "submitted"
    again = calling("cleo").submit("purchase", {**ANSWERS, "reason": CANARY}, status=200)
    assert again.json["state"] == "filling"


def test_whoever_fills_in_a_part_sees_that_alone(calling: Calling, purchase: str) -> None:
    """F20: own fields, what is shown besides, and nothing else; for others the request does not exist."""
    page = calling("bo").get(purchase)
    assert CANARY not in page.text
    (part,) = page.json["parts"]
    assert part["fields"] == ["/budget", "/cost_centre", "/figures", "/either"]
    assert part["sees"] == {"subject": "Chairs", "amount": 500}
    assert part["mine"]
    calling("maya").get(purchase, status=404)
    calling("bo").put_json(f"{purchase}/supplier", {"answers": {"their_address": "forged"}}, status=404)
    calling("bo").get(purchase.removesuffix("/parts"), status=404)
    calling("bo").get("/api/v1/dossiers/CTR-2026-0001/parts", status=404)


def test_fields_of_others_and_missing_ones_are_errors(calling: Calling, purchase: str) -> None:
    """F20: 422 with pointer and keyword, as for every answer."""
    sent = calling("bo").put_json(f"{purchase}/finance", {"answers": {"subject": "forged"}}, status=422)
    errors = {(error["pointer"], error["keyword"]) for error in sent.json["errors"]}
    assert errors == {("/subject", "part"), ("/budget", "required")}
    calling("bo").put_json(f"{purchase}/finance", {"answers": {"budget": "B-1"}})
    calling("bo").put_json(f"{purchase}/finance", {"answers": {"budget": "B-2"}}, status=422)
    calling("cleo").submit("purchase", {**ANSWERS, "budget": "mine"}, key="key-2", status=422)


def test_what_does_not_fit_together_is_told(calling: Calling, purchase: str) -> None:
    """F20, F16: once all parts are in, whoever follows the request reads what is wrong, and what to do."""
    calling("bo").put_json(f"{purchase}/finance", {"answers": {"budget": "B-1", "either": "O-1"}})
    assert (calling("cleo").get(purchase).json["problem"], calling("cleo").get(purchase).json["errors"]) == (None, [])
    sent = calling("di").put_json(f"{purchase}/supplier", {"answers": {"their_address": "1 Street", "neither": "C-1"}})
    assert (sent.json["problem"], sent.json["errors"]) == (None, []), "they see their own part alone"
    page = calling("cleo").get(purchase).json
    assert page["state"] == "filling"
    assert "Open the part again" in page["problem"]
    assert [(error["pointer"], error["keyword"]) for error in page["errors"]] == [("", "not")]
    assert "Order number" in page["errors"][0]["message"]


def put_files(caller: Caller, address: str, answers: dict[str, Any], files: list[Any], status: int) -> TestResponse:
    """Send a part as multipart: the JSON in `payload`, each file by the pointer of its field."""
    payload = [("payload", json.dumps({"answers": answers}))]
    return caller.put(address, payload, upload_files=files, status=status)


def stored_files(platform: Platform) -> list[str]:
    with platform.database.reading() as session:
        return list(session.scalars(select(StoredFile.name)))


def test_a_part_is_sent_with_files(calling: Calling, purchase: str, platform: Platform) -> None:
    """F20, F9, X5: multipart as for a submission; the file is that of the dossier once all parts are in."""
    figures = ("/figures", "figures.txt", b"1 2 3")
    page = put_files(calling("bo"), f"{purchase}/finance", {"budget": "B-1"}, [figures], 200).json
    (finance,) = page["parts"]
    assert finance["state"] == "sent"
    assert (finance["answers"]["figures"]["name"], finance["answers"]["figures"]["size"]) == ("figures.txt", 5)
    calling("di").put_json(f"{purchase}/supplier", {"answers": {"their_address": "1 Street"}})
    reference = calling("cleo").get(purchase).json["reference"]
    listed = calling("cleo").get(f"/api/v1/dossiers/{reference}/attachments").json["items"]
    assert [item["name"] for item in listed] == ["figures.txt"]
    assert stored_files(platform) == ["figures.txt"]


@pytest.mark.parametrize(
    ("answers", "files", "pointer"),
    [
        ({"budget": "B-1"}, [("/paper", "paper.txt", b"x")], "/paper"),
        ({"budget": "B-1", "figures": None}, [("/figures", "paper.txt", b"x")], "/figures"),
        ({"budget": "B-1"}, [("figures", "paper.txt", b"x")], "figures"),
        ({"budget": "B-1"}, [("/nothing", "paper.txt", b"x")], "/nothing"),
        ({"budget": "B-1"}, [("/budget/0", "paper.txt", b"x")], "/budget/0"),
        ({"budget": "B-1"}, [("/figures", "paper.txt", b"")], "/figures"),
        ({}, [("/figures", "paper.txt", b"x")], "/budget"),
    ],
)
def test_a_file_that_no_field_of_the_part_takes_is_refused(
    calling: Calling, purchase: str, answers: dict[str, Any], files: list[Any], pointer: str
) -> None:
    """F20, F9: 422, at its pointer; the part stays open."""
    refused = put_files(calling("bo"), f"{purchase}/finance", answers, files, 422)
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    assert calling("bo").get(purchase).json["parts"][0]["state"] == "open"


def test_a_file_of_somebody_who_is_not_asked_is_not_stored(
    calling: Calling, purchase: str, platform: Platform
) -> None:  # fmt: skip
    """F20, T13: not before it is known that they may send the part."""
    put_files(calling("bo"), f"{purchase}/supplier", {}, [("/paper", "paper.txt", b"x")], 404)
    put_files(calling("maya"), f"{purchase}/finance", {}, [("/figures", "paper.txt", b"x")], 404)
    assert stored_files(platform) == []


def test_a_draft_of_the_page_is_not_replaced_unseen(
    calling: Calling, purchase: str, people: People, platform: Platform
) -> None:  # fmt: skip
    """F20, F8: 422, with what to send in order to replace it; whoever fills in the part reads it there."""
    filling = int(purchase.split("/")[-2])
    with acting_on(platform, people("bo")) as work:
        view = load_part(work, filling, "finance")
        save_part_draft(view, view.form.resume(view.form.draft({"budget": "B-1"})), NOTHING_SEEN)
    refused = calling("di").put_json(f"{purchase}/finance", {"answers": {"budget": "B-2"}}, status=422)
    assert "draft_version: 1" in refused.json["reasons"][1]
    part, _supplier = calling("di").get(purchase).json["parts"]
    assert (part["draft"]["version"], part["draft"]["answers"]) == (1, {"budget": "B-1"})
    assert [part["draft"] for part in calling("cleo").get(purchase).json["parts"]] == [None] * 4
    calling("di").put_json(f"{purchase}/finance", {"answers": {"budget": "B-2"}, "draft_version": 1})


def test_computed_answers_are_ignored_and_never_invented(calling: Calling, people: People) -> None:
    """F20, F17: as in every call, though they are another part's; when all are in, the dossier has them."""
    people.all()
    badge = {"room": "12", "visitor": True, "host": people("bo").id, "guests": ["Ann", "Ben"], "count": 7}
    number = calling("cleo").submit("badge", badge).json["dossier"]
    address = f"/api/v1/dossiers/{number}"
    (part,) = calling("bo").get(f"{address}/parts").json["parts"]
    assert (part["sees"], part["answers"]) == ({"room": "12", "count": 2}, {})
    calling("bo").put_json(f"{address}/parts/host", {"answers": {"floor": "3", "count": 5}})
    done = calling("cleo").get(f"{address}/parts").json
    assert [part["answers"] for part in done["parts"]] == [{}, {}]
    answers = calling("cleo").get(f"{address}/answers").json["answers"]
    assert (answers["count"], answers["floor"]) == (2, "3")
    assert calling("cleo").get(address).json["reference"] == done["reference"]  # its number is an address as well
    calling("maya").get(address, status=404)
    calling("cleo").get(f"{address}99", status=404)


def test_a_reference_may_be_all_digits(calling: Calling, people: People) -> None:
    """F20, X5: it is not taken for the number of a dossier, where one is read, written to, or has parts."""
    people.all()
    badge = {"room": "12", "visitor": True, "guests": ["Ann"], "host": people("bo").id}
    number = calling("cleo").submit("badge", badge).json["dossier"]
    calling("bo").put_json(f"/api/v1/dossiers/{number}/parts/host", {"answers": {"floor": "3"}})
    reference = calling("cleo").get(f"/api/v1/dossiers/{number}").json["reference"]
    assert reference.isdecimal()
    assert reference != str(number)
    for key in (reference, number):
        address = f"/api/v1/dossiers/{key}"
        assert calling("cleo").get(address).json["reference"] == reference
        assert calling("cleo").get(f"{address}/parts").json["reference"] == reference
        calling("cleo").post_json(f"{address}/notes", {"text": "Hello"}, status=201)
