"""Dossiers compared with the history: rows that were edited by SQL, each named in a sentence."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from formengine.services.core.audit_log import ChainError
from formengine.services.core.dossier_verification import verify_dossiers
from tests.services.conftest import Case, MakeCase

pytestmark = pytest.mark.site("casework")
OF_CASE = "(SELECT id FROM fe_dossiers WHERE reference = :reference)"
OF_DOCUMENT = f"(SELECT id FROM fe_documents WHERE dossier_id = {OF_CASE})"


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    made = make_case(by="cleo")
    made.step("paul", "pause")
    made.step("paul", "resume")
    return made


def errors_after(case: Case, statement: str) -> list[ChainError]:
    """What is found after a statement, which is then rolled back."""
    with case.platform.database.sessions() as session:
        session.execute(text(statement), {"reference": case.reference})
        return list(verify_dossiers(session))


def test_a_dossier_that_nobody_edited_agrees(case: Case) -> None:
    """T41: steps, documents and answers are as the history says."""
    assert errors_after(case, "SELECT 1 WHERE :reference = ''") == []


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (f"UPDATE fe_dossiers SET state = 'done' WHERE id = {OF_CASE}", "the state is done, but the history says "),
        (
            "UPDATE fe_dossiers SET requester_id = (SELECT id FROM fe_people WHERE email LIKE 'paul%')"
            " WHERE reference = :reference",
            "the requester is ",
        ),
        (
            "UPDATE fe_submissions SET answers = '{\"amount\": 1}'"
            " WHERE id = (SELECT submission_id FROM fe_dossiers WHERE reference = :reference)",
            "were changed after they were sent",
        ),
        (
            "UPDATE fe_submissions SET submitted_by = (SELECT id FROM fe_people WHERE email LIKE 'paul%')"
            " WHERE id = (SELECT submission_id FROM fe_dossiers WHERE reference = :reference)",
            "sent it",
        ),
        (
            "UPDATE fe_files SET sha256 = 'ff' WHERE id IN"
            f" (SELECT file_id FROM fe_document_versions WHERE document_id IN {OF_DOCUMENT})",
            "is another file than was recorded",
        ),
        (
            f"UPDATE fe_document_versions SET number = 7 WHERE document_id IN {OF_DOCUMENT}",
            "no entry of the history says that version 7 of the document ",
        ),
        (f"DELETE FROM fe_document_versions WHERE document_id IN {OF_DOCUMENT}", "is missing"),
        (
            f"DELETE FROM fe_history WHERE dossier_id = {OF_CASE}",
            "no entry of the history says that it was submitted",
        ),
    ],
)
def test_an_edited_row_is_named(case: Case, make_case: MakeCase, statement: str, sentence: str) -> None:
    """T41: with the reference of the dossier, and of no other."""
    make_case(by="cleo")
    errors = errors_after(case, statement)
    assert any(sentence in error.what for error in errors), errors
    assert {error.chain for error in errors} == {case.reference}


def test_entries_of_before_and_erased_ones_are_compared_by_what_they_have(case: Case) -> None:
    """T41: an older entry names no submission, an erased one nothing but its author."""
    for payload in ('{"version": 1, "request_type": "deal"}', '{"erased": true}'):
        statement = f"UPDATE fe_history SET payload = '{payload}' WHERE dossier_id = {OF_CASE} AND kind = 'submitted'"
        assert errors_after(case, statement.replace(":", r"\:").replace(r"\:reference", ":reference")) == []


def test_two_batches_are_read(case: Case, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    """T41: an edited dossier of the last batch is found, too."""
    monkeypatch.setattr("formengine.services.core.dossier_verification._BATCH", 1)
    other = make_case(by="cleo")
    errors = errors_after(other, f"UPDATE fe_dossiers SET state = 'done' WHERE id = {OF_CASE}")
    assert [error.chain for error in errors] == [other.reference]
