"""What the API says to people, in the language that the call asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from formengine.i18n import say
from formengine.web import api
from tests.web.api.conftest import Calling

FRENCH = {"Accept-Language": "fr"}
SENTENCES = [
    sentence
    for path in sorted(Path(api.__file__).parent.glob("*.py"))
    for found in re.finditer(
        r'ProblemDetail\(\s*\d+,\s*"([^"]+)",\s*(?:"((?:[^"\\]|\\.)+)"|\'([^\']+)\')', path.read_text()
    )
    for sentence in found.groups()
    if sentence
]


@pytest.fixture
def database_kind() -> str:
    """Words are the same on both."""
    return "sqlite"


def test_every_problem_has_its_french() -> None:
    """U2: titles and details alike; what programs read (names, media types) stays."""
    assert len(SENTENCES) > 30
    assert [sentence for sentence in SENTENCES if say("fr", sentence) == sentence] == []


def test_problems_follow_the_language_asked_for(calling: Calling) -> None:
    """U2: an error is in French for `Accept-Language: fr`, and names the value that was sent."""
    answer = calling("maya").post_json(
        "/api/v1/submissions", {"wat": 1}, headers={**FRENCH, "Idempotency-Key": "k"}, status=422
    )
    assert answer.json["title"] == "Membres inconnus"
    assert answer.json["detail"].startswith("wat\u00a0: inconnu ici")


def test_a_form_is_in_one_language_down_to_its_kinds(calling: Calling) -> None:
    """X5: the titles inside a field kind, too."""
    form = calling("maya").get("/api/v1/request-types/nda", headers=FRENCH).json["form"]
    contact = form["$defs"]["formengine:contact"]["properties"]
    assert contact["name"]["title"] == "Nom"
