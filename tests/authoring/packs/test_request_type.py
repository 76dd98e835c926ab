"""Request types: one source, a schema in each language, a title, a hash that keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.authoring import RequestType
from formengine.authoring.packs.request_type import Retention
from formengine.conditions.durations import Duration

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
def request_type() -> RequestType:
    return RequestType.from_yaml("agreement", "agreements", SOURCE)


def test_texts_become_plain_strings_of_one_language(request_type: RequestType) -> None:
    """F1: the forms engine sees plain JSON Schema in the reader's language; data that looks like a text stays."""
    french = request_type.schema("fr")["properties"]
    assert french["title"] == {"title": "Votre qualité", "type": "string", "default": "en"}
    assert [source["title"] for source in french["kind"]["oneOf"]] == ["Premier", "Second"]
    assert french["data"]["default"] == {"en": "kept"}
    assert french["data"]["properties"]["fr"]["title"] == "Seul"
    assert french["rows"]["items"]["title"] == "Ligne"
    assert request_type.schema("en")["properties"]["kind"]["title"] == "Kind"
    assert request_type.schema("de")["properties"]["kind"]["title"] == "Kind"


def test_pages_and_help_become_plain_strings_too(request_type: RequestType) -> None:
    """F7: steps have their titles in the reader's language."""
    assert request_type.ui("fr") == {
        "steps": [{"title": "Un", "fields": ["title", "kind"]}],
        "fields": {"kind": {"help": "Choisissez", "widget": "radios"}},
    }


def test_kept_as_json_it_comes_back_the_same(request_type: RequestType) -> None:
    """F14: what is kept with a submission has the same hash, whatever the database does to the order of keys."""
    stored = json.loads(json.dumps(request_type.to_json(), sort_keys=True))
    back = RequestType.from_json(stored)
    assert back == request_type
    assert back.hash == request_type.hash
    assert list(back.schema("en")["properties"]) == list(SOURCE["form"]["properties"])
    assert back.ui("fr") == request_type.ui("fr")


def test_the_hash_follows_every_text_and_the_order_of_fields(request_type: RequestType) -> None:
    """F14: a form with another text, or its fields in another order, is another form."""
    changed = json.loads(json.dumps(SOURCE))
    changed["title"]["fr"] = "Contrat"
    turned = {**SOURCE, "form": {**SOURCE["form"], "properties": dict(reversed(SOURCE["form"]["properties"].items()))}}
    hashes = {
        request_type.hash,
        *(RequestType.from_yaml("agreement", "agreements", source).hash for source in (changed, turned)),
    }
    hashes.add(RequestType.from_yaml("another", "agreements", SOURCE).hash)
    assert len(hashes) == 4


def test_what_else_it_says(request_type: RequestType) -> None:
    assert request_type.title_in("fr") == "Accord"
    assert request_type.intake == "questionnaire"
    assert request_type.audience == {"roles": ("client",), "organisations": (), "departments": ("sales",)}
    assert RequestType("x", "y", {"title": "X"}).audience == "everyone"
    assert request_type.retention == Retention(Duration(10, "years"), "erase")
    assert request_type.prefill == {"title": ("profile",)}
    rule = request_type.documents["paper"]
    assert (rule.template, rule.draft_on, rule.from_, rule.title) == ("paper.docx", "submit", None, None)
    assert rule.when is not None


def test_the_dossiers_title_is_filled_from_answers(request_type: RequestType) -> None:
    """F10: choices are named by their label, parties by their name."""
    answers = {"kind": "a", "other": {"name": "Acme\n SA"}}
    assert request_type.title_for(answers, "fr", "Maya") == "Premier avec Acme SA"
    assert request_type.title_for({}, "en", "Maya") == "Agreement – Maya"
    assert request_type.title_for({"kind": "b"}, "en", "Maya") == "Second with"
    assert len(request_type.title_for({"kind": "a", "other": {"name": "x" * 900}}, "en", "Maya")) == 200


def test_what_was_typed_is_never_read_as_a_pattern(request_type: RequestType) -> None:
    """A name with braces in it stays a name."""
    assert request_type.title_for({"kind": "a", "other": {"name": "{price}"}}, "en", "M") == "First with {price}"


def test_numbers_keep_their_text_where_a_text_was_wanted() -> None:
    """A2: a title `1.10` written without quotation marks is not 1.1."""
    from formengine.authoring.packs.schema_texts import plain_text
    from formengine.source.yaml_cursor import read_document

    document, _ = read_document(b"title: 1.10\n", "x.yaml")
    assert document is not None
    assert isinstance(document.value, dict)
    assert plain_text(document.value["title"], "en") == "1.10"


BOTH = {"en": "a.en.docx", "fr": "a.fr.docx"}


@pytest.mark.parametrize(
    ("rule", "answers", "asked_in", "language", "file"),
    [
        ({"template": "a.docx"}, {}, "fr", "fr", "a.docx"),
        ({"template": "a.docx", "language": "en"}, {}, "fr", "en", "a.docx"),
        ({"template": BOTH}, {}, "fr", "fr", "a.fr.docx"),
        ({"template": BOTH, "language": "tongue"}, {"tongue": "fr"}, "en", "fr", "a.fr.docx"),
        ({"template": BOTH, "language": "tongue"}, {}, "fr", "fr", "a.fr.docx"),
        ({"template": BOTH, "language": "tongue"}, {"tongue": "de"}, "en", "en", "a.en.docx"),
        ({"template": {"en": "a.en.docx"}}, {}, "fr", "en", "a.en.docx"),
    ],
)  # fmt: skip
def test_a_document_is_written_in_the_language_that_was_asked_for(
    rule: dict[str, object], answers: dict[str, object], asked_in: str, language: str, file: str
) -> None:
    """S1: what the form says, then the request type, then the language of the request; one there is a template for."""
    document = RequestType.from_yaml("a", "b", {**SOURCE, "documents": {"paper": rule}}).documents["paper"]
    assert document.language_for(answers, asked_in) == language
    assert document.template_in(language) == file
    assert document.template
