"""Migrations that rebuild a table of SQLite: no row that refers to it is lost, and none may refer to nothing (O3)."""

from __future__ import annotations

from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from formengine.services.accounts.api_tokens import create_token
from formengine.services.accounts.sessions import sign_in
from formengine.services.core.unit_of_work import Platform, open_work, run_in_transaction
from formengine.services.dossiers.notes import add_note
from formengine.services.intake.submissions import submit
from formengine.storage.database import READ
from formengine.storage.migrations import FOLDER, schema_change
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


def test_revisions_follow_each_other_by_number() -> None:
    """O3: two that were written at the same time must not bear one number, nor follow the same one."""
    names = sorted(path.stem for path in (FOLDER / "versions").glob("[0-9]*.py"))
    revisions = [import_module(f"formengine.storage.migrations.versions.{name}") for name in names]
    assert [revision.revision for revision in revisions] == [name.partition("_")[0] for name in names]
    assert [revision.down_revision for revision in revisions] == [None, *(r.revision for r in revisions[:-1])]
