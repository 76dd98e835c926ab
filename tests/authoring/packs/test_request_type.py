"""Request types: one source, a schema in each language, a title, a hash that keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.authoring import RequestType
from formengine.authoring.packs.request_type import Retention
from formengine.workflow.definition.durations import Duration

SOURCE: dict[str, Any] = {
    "title": {"en": "Agreement", "fr": "Accord"},
    "legal_notice": {"en": "I agree", "fr": "J’accepte"},
    "dossier_title": {"en": "{kind} with {other.name}", "fr": "{kind} avec {other.name}"},
    "audience": {"roles": ["client"], "departments": "sales"},
    "form": {
        "type": "object",
        "required": ["kind"],
        "properties": {
            "title": {"title": {"en": "Your title", "fr": "Votre qualité"}, "type": "string", "default": "en"},
            "kind": {
                "title": {"en": "Kind", "fr": "Type"},
                "oneOf": [
                    {"const": "a", "title": {"en": "First", "fr": "Premier"}},
                    {"const": "b", "title": {"en": "Second", "fr": "Second"}},
                ],
            },
            "other": {"title": "Other", "$ref": "formengine:party"},
            "price": {"$ref": "formengine:money"},
            "data": {"type": "object", "default": {"en": "kept"}, "properties": {"fr": {"title": {"fr": "Seul"}}}},
            "rows": {"type": "array", "items": {"title": {"en": "Row", "fr": "Ligne"}}},
        },
    },
    "ui": {
        "steps": [{"title": {"en": "One", "fr": "Un"}, "fields": ["title", "kind"]}],
        "fields": {"kind": {"help": {"en": "Choose", "fr": "Choisissez"}, "widget": "radios"}},
    },
    "documents": {"paper": {"template": "paper.docx", "draft_on": "submit", "when": "kind is a"}},
    "prefill": {"title": "profile"},
    "retention": {"after": "10 years", "then": "erase"},
}


@pytest.fixture
def made() -> RequestType:
    return RequestType.from_yaml("agreement", "agreements", SOURCE)


def test_texts_become_plain_strings_of_one_language(made: RequestType) -> None:
    """F1: the forms engine sees plain JSON Schema in the reader's language; data that looks like a text stays."""
    french = made.schema("fr")["properties"]
    assert french["title"] == {"title": "Votre qualité", "type": "string", "default": "en"}
    assert [one["title"] for one in french["kind"]["oneOf"]] == ["Premier", "Second"]
    assert french["data"]["default"] == {"en": "kept"}
    assert french["data"]["properties"]["fr"]["title"] == "Seul"
    assert french["rows"]["items"]["title"] == "Ligne"
    assert made.schema("en")["properties"]["kind"]["title"] == "Kind"
    assert made.schema("de")["properties"]["kind"]["title"] == "Kind"


def test_pages_and_help_become_plain_strings_too(made: RequestType) -> None:
    """F7: steps have their titles in the reader's language."""
    assert made.ui("fr") == {
        "steps": [{"title": "Un", "fields": ["title", "kind"]}],
        "fields": {"kind": {"help": "Choisissez", "widget": "radios"}},
    }


def test_kept_as_json_it_comes_back_the_same(made: RequestType) -> None:
    """F14: what is kept with a submission has the same hash, whatever the database does to the order of keys."""
    kept = json.loads(json.dumps(made.to_json(), sort_keys=True))
    back = RequestType.from_json(kept)
    assert back == made
    assert back.hash == made.hash
    assert list(back.schema("en")["properties"]) == list(SOURCE["form"]["properties"])
    assert back.ui("fr") == made.ui("fr")


def test_the_hash_follows_every_text_and_the_order_of_fields(made: RequestType) -> None:
    """F14: a form with another text, or its fields in another order, is another form."""
    other = json.loads(json.dumps(SOURCE))
    other["title"]["fr"] = "Contrat"
    turned = {**SOURCE, "form": {**SOURCE["form"], "properties": dict(reversed(SOURCE["form"]["properties"].items()))}}
    hashes = {made.hash, *(RequestType.from_yaml("agreement", "agreements", one).hash for one in (other, turned))}
    hashes.add(RequestType.from_yaml("another", "agreements", SOURCE).hash)
    assert len(hashes) == 4


def test_what_else_it_says(made: RequestType) -> None:
    assert made.title_in("fr") == "Accord"
    assert made.intake == "questionnaire"
    assert made.audience == {"roles": ("client",), "organisations": (), "departments": ("sales",)}
    assert RequestType("x", "y", {"title": "X"}).audience == "everyone"
    assert made.retention == Retention(Duration(10, "years"), "erase")
    assert made.prefill == {"title": "profile"}
    rule = made.documents["paper"]
    assert (rule.template, rule.draft_on, rule.from_, rule.title) == ("paper.docx", "submit", None, "Paper")
    assert rule.when is not None


def test_the_dossiers_title_is_filled_from_answers(made: RequestType) -> None:
    """F10: choices are named by their label, parties by their name."""
    answers = {"kind": "a", "other": {"name": "Acme\n SA"}}
    assert made.title_for(answers, "fr", "Maya") == "Premier avec Acme SA"
    assert made.title_for({}, "en", "Maya") == "Agreement – Maya"
    assert made.title_for({"kind": "b"}, "en", "Maya") == "Second with"
    assert len(made.title_for({"kind": "a", "other": {"name": "x" * 900}}, "en", "Maya")) == 200


def test_what_was_typed_is_never_read_as_a_pattern(made: RequestType) -> None:
    """A name with braces in it stays a name."""
    assert made.title_for({"kind": "a", "other": {"name": "{price}"}}, "en", "M") == "First with {price}"


def test_numbers_keep_their_text_where_a_text_was_wanted() -> None:
    """A2: a title `1.10` written without quotation marks is not 1.1."""
    from formengine.authoring.packs.schema_texts import plain_text
    from formengine.source.yaml_cursor import read_document

    document, _ = read_document(b"title: 1.10\n", "x.yaml")
    assert document is not None
    assert isinstance(document.value, dict)
    assert plain_text(document.value["title"], "en") == "1.10"
