"""Migrations that rebuild a table of SQLite: no row that refers to it is lost, and none may refer to nothing (O3)."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from formengine.services.accounts.api_tokens import create_token
from formengine.services.accounts.sessions import sign_in
from formengine.services.core.unit_of_work import Platform, open_work, run_in_transaction
from formengine.services.dossiers.documents import new_document_version
from formengine.services.dossiers.notes import add_note
from formengine.services.intake.submissions import submit
from formengine.storage.database import READ
from formengine.storage.migrations import FOLDER, schema_change
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from tests.services.conftest import paper
from tests.support.people import PASSWORD, People

PEOPLE = "formengine.storage.migrations.versions.0044_roles_and_states_of_people"
pytestmark = pytest.mark.site("casework")


def rows(platform: Platform) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with platform.database.engine.connect() as connection:
        tables = [name for name in inspect(connection).get_table_names() if name.startswith("fe_")]
        return {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in tables}


@pytest.fixture
def used(platform: Platform, people: People) -> Platform:
    """People with sessions, tokens, dossiers, notes, mails and histories."""
    people.all()
    with open_work(platform, mode=READ) as work:  # which verifies the password in no transaction
        sign_in(work, people("maya").email, PASSWORD)
    maya, paul = people("maya").id, people("paul").id
    run_in_transaction(platform, lambda work: create_token(work, work.person, ["read"]), maya)
    submitted = run_in_transaction(platform, lambda work: submit(work, "deal", {"subject": "Chairs"}), maya)
    reference = submitted.dossier.reference
    run_in_transaction(platform, lambda work: add_note(work, reference, "Which chairs?"), paul)
    return platform


def test_what_refers_to_people_outlives_a_new_table_of_people(used: Platform) -> None:
    """O3, U7: sessions, tokens, dossiers, notes, seats, mails: the same rows; a role that there is not is refused."""
    before = rows(used)
    assert all(before[name] for name in ("fe_people", "fe_sessions", "fe_tokens", "fe_notes", "fe_involvements"))
    migration = import_module(PEOPLE)
    for change in (migration.downgrade, migration.upgrade):
        with (
            schema_change(used.database) as connection,
            Operations.context(MigrationContext.configure(connection)),
        ):
            change()
        assert rows(used) == before
    with used.database.engine.connect() as connection:
        indexes = {index["name"] for index in inspect(connection).get_indexes("fe_people")}
    assert "ix_fe_people_by_name" in indexes
    for column in ("role", "state"):
        with pytest.raises(IntegrityError), used.database.transaction() as session:
            session.execute(text(f"UPDATE fe_people SET {column} = 'king'"))


def test_people_of_an_unknown_role_are_named_before_the_upgrade(used: Platform) -> None:
    """O3, U7: who they are, and what to write; nothing was changed."""
    migration = import_module(PEOPLE)
    with schema_change(used.database) as connection, Operations.context(MigrationContext.configure(connection)):
        migration.downgrade()
    with used.database.transaction() as session:
        session.execute(text("UPDATE fe_people SET role = 'king' WHERE role = 'auditor'"))
    before = rows(used)
    with (
        pytest.raises(RuntimeError, match=r"role 'king'.*legal_admin"),
        schema_change(used.database) as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        migration.upgrade()
    assert rows(used) == before


def test_a_schema_change_that_breaks_a_reference_is_rolled_back(used: Platform) -> None:
    """O3: SQLite checks foreign keys at its end, PostgreSQL at once; afterwards they hold again."""
    before = rows(used)
    with pytest.raises((RuntimeError, IntegrityError)), schema_change(used.database) as connection:
        connection.execute(text("DELETE FROM fe_people"))
    assert rows(used) == before
    with pytest.raises(IntegrityError), used.database.transaction() as session:
        session.execute(text("DELETE FROM fe_people"))


LACKING: tuple[tuple[dict[str, object], str], ...] = (
    ({"missing_answers": ["buyer", "us.name"]}, "missing: buyer us.name"),
    ({"missing_answers": ["buyer"], "empty_places_kept": True}, "kept: buyer"),
    ({}, "the template is broken"),
)


def test_answers_that_a_draft_lacks_go_to_its_newest_version(used: Platform, people: People) -> None:
    """O3, S1: they stood as the failure of the draft, and do so again after a downgrade; a real failure stays one."""
    migration = import_module("formengine.storage.migrations.versions.0074_versions_with_empty_places")
    with used.database.reading() as session:
        reference = session.scalars(select(Dossier.reference)).one()
    for words in ("", "% again"):
        add = partial(new_document_version, reference=reference, document="contract", upload=paper(words.encode()))
        run_in_transaction(used, add, people("paul").id)
    for values, failure in LACKING:
        blank = {"missing_answers": None, "empty_places_kept": False}
        with used.database.transaction() as session:
            session.execute(update(DocumentVersion).where(DocumentVersion.number == 2).values({**blank, **values}))
            session.execute(update(Document).values(draft_failure=None if values else failure))
        before = rows(used)
        for change in (migration.downgrade, migration.upgrade):
            with (
                schema_change(used.database) as connection,
                Operations.context(MigrationContext.configure(connection)),
            ):
                change()
            if change is migration.downgrade:
                with used.database.reading() as session:
                    assert session.scalars(select(Document.draft_failure)).all() == [failure]
        assert rows(used) == before


def test_revisions_follow_each_other_by_number() -> None:
    """O3: two that were written at the same time must not bear one number, nor follow the same one."""
    names = sorted(path.stem for path in (FOLDER / "versions").glob("[0-9]*.py"))
    revisions = [import_module(f"formengine.storage.migrations.versions.{name}") for name in names]
    assert [revision.revision for revision in revisions] == [name.partition("_")[0] for name in names]
    assert [revision.down_revision for revision in revisions] == [None, *(r.revision for r in revisions[:-1])]
