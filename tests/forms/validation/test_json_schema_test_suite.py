"""The validator against the JSON Schema test suite, every dialect whose tests are there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from formengine.forms import Form, FormError, Validator
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.schema.older_drafts import converted
from formengine.forms.validation.messages import field_errors
from formengine.forms.validation.relevant_errors import relevant_violations
from tests.forms.browser import Page, posted
from tests.forms.fixtures import need, read
from tests.forms.known_exceptions import OPTIONAL, REFUSED
from tests.forms.oracles import linked, whole
from tests.forms.validation.reference_validator import ReferenceValidator, plain

FOLDERS = [
    ("draft2020-12", "2020-12"),
    ("draft2019-09", "2019-09"),
    ("draft7", "draft-7"),
    ("draft6", "draft-6"),
    ("draft4", "draft-4"),
]
FEWEST = {"draft4": (500, 250), "draft6": (700, 300)}
"""The fewest required and optional tests that are validated, of the drafts that have few."""
OFTEN = ("draft2020-12", "draft7")


def _tests_of(folder: str) -> Path:
    """The tests of one draft; skips where a copy of the suite does not have them."""
    path = need("json-schema-test-suite") / "tests" / folder
    if folder not in OFTEN and not path.is_dir():
        pytest.skip(f"this copy of the suite has no tests of {folder}")
    return path


def _asserted(path: Path) -> bool:
    """Whether a file asserts formats, which is optional in the specification."""
    return "optional" in path.parts or path.name == "format.json"


@pytest.mark.parametrize(("folder", "dialect"), FOLDERS)
def test_required(folder: str, dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    """F3: the specification's verdict on every required test that is not refused by design.

    The exact validator, the fast one and the library `jsonschema` find the same violations.
    """
    counts: Counter[str] = Counter()
    wrong = []
    for path in sorted(_tests_of(folder).rglob("*.json")):
        if _asserted(path):
            continue
        for case in read(path):
            try:
                validator = Validator(case["schema"], dialect)
            except FormError as refusal:
                counts[_why(refusal)] += len(case["tests"])
                continue
            schema = converted(case["schema"], dialect_of(case["schema"], dialect)).schema
            reference, checker = ReferenceValidator(schema, "2020-12"), validator._checker
            counts["without jsonschema-rs"] += checker._fast is None
            for test in case["tests"]:
                every = reference.errors(test["data"])
                assert plain(checker.errors(test["data"])) == plain(every), (path.name, test["description"])
                assert plain(checker._root.errors(test["data"], ())) == plain(every), (path.name, test["description"])
                errors = validator.errors(test["data"])
                assert errors == field_errors(relevant_violations(every, {}), "en")
                counts["validated"] += 1
                assert (not every) == validator.is_valid(test["data"]) == (not errors), (path.name, test["description"])
                assert all(error.message and error.control_id is None for error in errors)
                if (not errors) != test["valid"]:
                    wrong.append((path.name, case["description"], test["description"]))
    with capsys.disabled():
        print(f"\n{folder} required", dict(counts))  # noqa: T201
    assert wrong == []
    assert counts["validated"] > FEWEST.get(folder, (750, 0))[0]
    assert counts.pop("without jsonschema-rs") <= 2, "only schemas that refer to metaschemas"
    assert set(counts) <= {"validated", *REFUSED}
    assert sum(counts.values()) - counts["validated"] < 110


def _why(refusal: FormError) -> str:
    """The listed reason of a refusal, else the whole sentence."""
    return next((why for why in REFUSED if why in str(refusal)), str(refusal))


@pytest.mark.parametrize(("folder", "dialect"), FOLDERS)
def test_optional(folder: str, dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    """F3: the optional tests and the formats, but for the listed ones."""
    counts: Counter[str] = Counter()
    for path in sorted((_tests_of(folder) / "optional").rglob("*.json")):
        for case in read(path):
            try:
                validator = Validator(case["schema"], dialect)
            except FormError as refusal:
                counts[_why(refusal)] += len(case["tests"])
                continue
            for test in case["tests"]:
                listed = test["description"] in OPTIONAL
                agrees = validator.is_valid(test["data"]) == test["valid"]
                assert agrees or listed, (path.name, case["description"], test["description"], test["data"])
                counts["agreed" if agrees else "differs, listed"] += 1
    with capsys.disabled():
        print(f"\n{folder} optional and formats", dict(counts))  # noqa: T201
    assert set(counts) <= {"agreed", "differs, listed", *REFUSED}
    assert counts["differs, listed"] <= len(OPTIONAL)
    assert counts["agreed"] > FEWEST.get(folder, (0, 500))[1]


@pytest.mark.parametrize(("folder", "dialect"), FOLDERS)
def test_forms_of_the_suite(folder: str, dialect: str) -> None:
    """F2, F6: every schema of the suite as a form: rendered, posted and rendered again, errors linked to controls."""
    count = 0
    for path in sorted(_tests_of(folder).glob("*.json")):
        for case in read(path):
            try:
                form = Form(case["schema"], dialect=dialect)
            except FormError:
                continue
            for test in case["tests"][:1]:
                answers = form.read(posted(form.render(test["data"])))
                page = Page(answers.html())
                whole(page)
                linked(page, answers.errors)
                assert form.resume(answers.draft).data == answers.data
                count += 1
    assert count > (120 if folder == "draft4" else 160)


def test_the_fast_check_supports_field_kinds() -> None:
    """F3: a form of field kinds is validated by the fast check, with the same verdict."""
    schema = {"type": "object", "properties": {"m": {"$ref": "formengine:money"}, "p": {"$ref": "formengine:party"}}}
    validator = Validator(schema)
    fits = {"m": {"amount": "1.50", "currency": "EUR"}, "p": {"name": "Acme", "country": "FR"}}
    assert validator._checker._fast.is_valid(fits)
    for wrong in ({"m": {"amount": "1,5", "currency": "EUR"}}, {"p": {"name": "A", "country": "FRA"}}, {"p": {}}):
        assert not validator._checker._fast.is_valid(wrong)
        assert validator.errors(wrong)
