"""Where files go among the answers that come with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.web.api.answer_files import ANSWERED, DOUBLED, MISPLACED, FilePlaces, PlaceTaken
from formengine.web.api.declared_answers import DeclaredAnswers
from tests.support.people import People
from tests.web.api.conftest import Calling
from tests.web.dossiers.visitors import ADVICE

FILE = {"$ref": "formengine:file"}
SCHEMA: dict[str, Any] = {
    "properties": {
        "paper": FILE,
        "papers": {"$ref": "formengine:files"},
        "group": {"properties": {"paper": FILE}},
        "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}},
        "either": {"type": "string"},
    },
    "if": {"properties": {"either": {"const": "many"}}},
    "then": {"properties": {"called_up": {"$ref": "#/$defs/many"}}},
    "$defs": {"row": {"properties": {"paper": FILE}}, "many": {"type": "array", "items": FILE}},
}
KINDS: dict[str, Any] = {"formengine:file": {"type": "object"}, "formengine:files": {"type": "array", "items": FILE}}
EMPTY: dict[str, Any] = {}


def placed(answers: dict[str, Any], pointers: list[str]) -> dict[str, Any]:
    places = FilePlaces(DeclaredAnswers(SCHEMA, KINDS), answers)
    for pointer in pointers:
        places.take(pointer)
    return places.answers


@pytest.mark.parametrize(
    ("answers", "pointers", "result"),
    [
        ({}, ["/paper", "/papers", "/papers"], {"paper": EMPTY, "papers": [EMPTY, EMPTY]}),
        ({"papers": [{"id": "a"}]}, ["/papers", "/papers/2"], {"papers": [{"id": "a"}, EMPTY, EMPTY]}),
        ({"either": "many"}, ["/called_up"], {"either": "many", "called_up": [EMPTY]}),
        ({}, ["/rows/0/paper", "/rows/1/paper"], {"rows": [{"paper": EMPTY}, {"paper": EMPTY}]}),
        ({"rows": [{}]}, ["/rows/0/paper", "/group/paper"], {"rows": [{"paper": EMPTY}], "group": {"paper": EMPTY}}),
    ],
)
def test_a_file_has_its_place(answers: dict[str, Any], pointers: list[str], result: dict[str, Any]) -> None:
    """F9, X5: in groups and rows that are made for it, at the end of a list of files, in what a condition calls up."""
    assert placed(answers, pointers) == result


@pytest.mark.parametrize(
    ("answers", "pointers", "sentence", "place"),
    [
        ({"paper": {"id": "a"}}, ["/paper"], ANSWERED, "/paper"),
        ({"paper": None}, ["/paper"], ANSWERED, "/paper"),
        ({"papers": "none"}, ["/papers"], ANSWERED, "/papers"),
        ({"papers": [{"id": "a"}]}, ["/papers/0"], ANSWERED, "/papers/0"),
        ({"group": "none"}, ["/group/paper"], ANSWERED, "/group"),
        ({"either": "many"}, ["/either/0"], ANSWERED, "/either"),
        ({}, ["/paper", "/paper"], DOUBLED, "/paper"),
        ({}, ["/papers", "/papers/0"], DOUBLED, "/papers/0"),
        ({}, ["/paper", "/paper/id"], DOUBLED, "/paper"),
        ({}, ["/group/paper", "/group"], DOUBLED, "/group"),
        ({}, ["/rows/1/paper"], MISPLACED, "/rows"),
        ({}, ["paper"], MISPLACED, "paper"),
        ({}, [""], MISPLACED, ""),
        ({}, ["/a" * 21], MISPLACED, "/a" * 21),
    ],
)
def test_a_file_takes_no_others_place(
    answers: dict[str, Any], pointers: list[str], sentence: str, place: str
) -> None:  # fmt: skip
    """F9, X5: not that of an answer, nor of another file; what stands there is told."""
    with pytest.raises(PlaceTaken) as taken:
        placed(answers, pointers)
    assert (taken.value.sentence, taken.value.place) == (sentence, place)


def test_a_file_and_an_answer_at_one_pointer_are_refused(calling: Calling) -> None:
    """F9, X5: the answer was dropped in silence; each such file is told at once, with what to leave out."""
    payload = json.dumps({"request_type": "legal_advice", "answers": {**ADVICE, "papers": "none"}})
    files = [(name, "plan.txt", b"plan", "text/plain") for name in ("/subject", "/papers")]
    maya = calling("maya")
    answer = maya.post(
        "/api/v1/submissions", [("payload", payload)], upload_files=files, headers={"Idempotency-Key": "k"}, status=422
    )
    errors = {error["pointer"]: error["message"] for error in answer.json["errors"]}
    assert list(errors) == ["/subject", "/papers"]
    assert errors["/papers"] == ANSWERED.replace("{place}", "/papers")
    assert maya.get("/api/v1/dossiers").json["items"] == []


@pytest.mark.site("parts")
@pytest.mark.parametrize(
    ("pointer", "keyword"), [("/scan", "readOnly"), ("/count", "readOnly"), ("/room", "file"), ("/guests", "file")]
)
def test_a_file_for_a_field_that_takes_none_is_refused(
    calling: Calling, people: People, pointer: str, keyword: str
) -> None:
    """F9, F17, T9: one that is read-only, or calculated, or asks for no file; at its pointer alone."""
    people.all()
    answers = {} if pointer == "/room" else {"room": "3A"}
    answer = calling("cleo").post(
        "/api/v1/submissions",
        [("payload", json.dumps({"request_type": "badge", "answers": answers}))],
        upload_files=[(pointer, "plan.txt", b"plan", "text/plain")],
        headers={"Idempotency-Key": "k"},
        status=422,
    )
    assert [(error["pointer"], error["keyword"]) for error in answer.json["errors"]] == [(pointer, keyword)]
