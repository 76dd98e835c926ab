"""Forms that refer to schemas in other files of their pack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.authoring import check_site, read_site
from formengine.authoring.packs.pack import read_source
from formengine.forms import Form
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import FORM, REQUEST, bundle

PACK = "workflows/question/"
WORDS = Vocabulary.builtin()
ADDRESS = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "id": "https://example.com/address.json#",
    "definitions": {
        "street": {"type": "string", "title": "Street"},
        "number": {"id": "#number", "type": "integer", "title": "Number", "minimum": 0, "exclusiveMinimum": True},
        "address": {
            "type": "object",
            "required": ["street"],
            "properties": {
                "street": {"$ref": "#/definitions/street"},
                "number": {"$ref": "#number"},
                "country": {"$ref": "../places/country.yaml#/$defs/country"},
            },
        },
    },
}
COUNTRY = """\
$defs:
  country: {title: {en: Country, fr: Pays}, type: string, enum: [FR, DE]}
  home: {$ref: "../requests/address.schema.json#/definitions/address"}
"""


def _files(form: str, **changes: str | bytes | None) -> dict[str, str | bytes | None]:
    files: dict[str, str | bytes | None] = {
        REQUEST: FORM + form,
        f"{PACK}requests/address.schema.json": json.dumps(ADDRESS),
        f"{PACK}places/country.yaml": COUNTRY,
    }
    return {**files, **changes}


def test_a_schema_in_another_file() -> None:
    """F1: is part of the form, of whatever draft it is, with the files that it refers to itself."""
    text = '    home: {$ref: "address.schema.json#/definitions/address"}\n    paper: {type: string, const: ours}\n'
    site_files = bundle(_files(text))
    assert check_site(site_files, WORDS) == []
    site, _ = read_site(site_files, WORDS)
    assert site is not None
    form = Form(site.request_types["question"].schema("fr"), locale="fr")
    assert "Pays" in form.render()
    home = {"street": "Rue X", "number": 1, "country": "FR"}
    assert form.validate({"question": "?", "home": home}) == []
    assert [error.pointer for error in form.validate({"question": "?", "paper": "theirs"})] == ["/paper"]
    wrong = form.validate({"question": "?", "home": {"number": 0, "country": "IT"}})
    assert sorted(error.pointer for error in wrong) == ["/home/country", "/home/number", "/home/street"]
    published = read_source("question", {p: c for p, c in site_files.files.items() if p.startswith(PACK)}, None)
    assert published.request_types["question"] == site.request_types["question"]


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("../../other/address.json", "outside the folder of the pack"),
        ("/etc/passwd.json", "outside the folder of the pack"),
        ("..%2f..%2f..%2fconfig/portal.yaml", "outside the folder of the pack"),
        ("https://example.com/address.json#/definitions/x", "save it as a file of the pack"),
        ("adress.schema.json", 'did you mean "address.schema.json"?'),
        ("requests/address.schema.json", 'did you mean "address.schema.json"?'),
        ("../workflow.yaml", "holds no schema"),
        ("question.yaml#/form", "holds no schema"),
        ("../documents/x.docx", "there is no file"),
        ("a%20b.json", "rename it"),
        ("broken.json", "line 1"),
        ("list.json", "a schema is a map"),
        ("old.json", "too old"),
        ("wrong.json#/definitions/a", "requests/wrong.json, at /definitions/a/pattern: a [ is never closed"),
        ("loop.json", "leads back to itself"),
        ("address.schema.json#/definition/address", 'has nothing at #/definition/address; did you mean "#/definitions'),
        ("address.schema.json#address", "has nothing at #address"),
        ("address.schema.json", "asks for nothing: it holds definitions; write #/definitions/street"),
        ("required.json#/definitions/a", "at /definitions/a/required/0: city is required but is not a field here; did"),
    ],
)
def test_references_that_lead_nowhere(ref: str, says: str) -> None:
    """F1, F2: each is one error, at the `$ref` in the request type, that says what to do."""
    text = f'    home: {{$ref: "{ref}"}}\n'
    extra: dict[str, Any] = {
        "a b.json": "{}",
        "broken.json": "{",
        "list.json": "[]",
        "old.json": '{"$schema": "http://json-schema.org/draft-03/schema#"}',
        "wrong.json": '{"definitions": {"a": {"pattern": "["}}}',
        "loop.json": '{"$ref": "pool.json"}',
        "required.json": '{"definitions": {"a": {"required": ["city"], "properties": {"ciity": {}}, '
        '"additionalProperties": false}}}',
        "pool.json": '{"allOf": [{"$ref": "loop.json"}]}',
    }
    files = _files(text, **{f"{PACK}requests/{name}": content for name, content in extra.items()})
    files[f"{PACK}places/country.yaml"] = None if "address.schema" not in ref else COUNTRY
    findings = [finding for finding in check_site(bundle(files), WORDS) if finding.severity == "error"]
    assert [(finding.file, finding.line) for finding in findings] == [(REQUEST, len(FORM.splitlines()) + 1)]
    assert says in findings[0].message


def test_a_reference_to_an_address_in_the_form_itself() -> None:
    """F2: `/mixins/name` is no file where a schema of the form has that `$id`."""
    names = """\
    home: {$ref: "/mixins/name"}
    work: {$ref: "https://example.com/mixins/name"}
  $id: https://example.com/form
  $defs: {name: {$id: /mixins/name, title: {en: Name, fr: Nom}, type: string}}
"""
    assert check_site(bundle({REQUEST: FORM + names}), WORDS) == []


def test_a_form_without_other_files_is_as_before() -> None:
    """F14: nothing of a form changes that refers to no file, so that its hash stays."""
    site, _ = read_site(bundle(), WORDS)
    assert site is not None
    assert "$defs" not in site.request_types["question"].form
