"""The database from the command line."""

from __future__ import annotations

import json

import pytest

from tests.support.server import Commands


def test_an_upgrade_may_be_repeated(commands: Commands) -> None:
    """O3: a second upgrade succeeds and prints the same."""
    assert "the database is at revision" in commands.run("db", "upgrade")
    assert json.loads(commands.run("db", "check", "--json")) == {"findings": []}


def test_the_search_index_is_written_anew(commands: Commands) -> None:
    """D2: also where there is nothing to index."""
    assert commands.run("db", "reindex") == "0 dossiers indexed\n"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_row_that_names_what_is_not_there_is_found(commands: Commands) -> None:
    import sqlite3

    path = commands.environment["FORMENGINE_DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "INSERT INTO fe_tokens (secret_hash, person_id, scopes, created_at)"
            " VALUES ('x', 'nobody', '[]', '2026-01-01')"
        )
    connection.close()
    assert "names a row of fe_people that is not there" in commands.run("db", "check", code=1)


def test_serve_and_worker_refuse_a_database_that_is_not_prepared(commands: Commands, tmp_path: object) -> None:
    """O3: with a message that says which database it is, and which command to run."""
    commands.environment["FORMENGINE_DATABASE_URL"] = f"sqlite:///{tmp_path}/new.sqlite"
    for command in ("serve", "worker", "publish"):
        assert commands.run(command, code=1) == (
            f"formengine: the database sqlite:///{tmp_path}/new.sqlite is not prepared yet: run "
            "`formengine db upgrade`, or name the ini of another site (`--ini`, or FORMENGINE_INI)\n"
        )


def test_serve_refuses_a_database_of_another_version(commands: Commands, database_url: str) -> None:
    """O3: of an older one, and of a newer one."""
    from sqlalchemy import text

    from formengine.storage import open_database

    database = open_database(database_url)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    database.close()
    assert "is at revision 0000" in commands.run("serve", code=1)
