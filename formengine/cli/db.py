"""`formengine db`: the database's schema brought up to date, and its soundness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from sqlalchemy import text

from formengine.cli.context import ini_option, log_warnings_only, open_checked_database, open_platform, settings_from
from formengine.cli.output import json_option, report

if TYPE_CHECKING:
    from formengine.storage import Database


@click.group()
def db() -> None:
    """Prepare, upgrade and check the database."""


@db.command()
@ini_option
def upgrade(ini: str | None) -> None:
    """Migrate the database to the newest revision; safe to repeat, and on a running site."""
    from formengine.app import upgrade_database
    from formengine.storage.migrations import current

    log_warnings_only()
    with open_checked_database(settings_from(ini)) as database:
        before = current(database)
        upgrade_database(database)
        after = current(database)
    click.echo(f"the database is at revision {after}" + ("" if before == after else f" (it was at {before or 'none'})"))


@db.command()
@ini_option
@json_option
def check(ini: str | None, as_json: bool) -> None:
    """Check that the database is consistent and at the newest revision; exit code 1 if it is not."""
    with open_checked_database(settings_from(ini)) as database:
        findings = _findings(database)
    report(findings, findings, "the database is sound and at the newest revision", as_json)


@db.command()
@ini_option
def reindex(ini: str | None) -> None:
    """Write the search index of dossiers anew; safe to repeat, and on a running site."""
    log_warnings_only()
    with open_platform(ini) as platform:
        from formengine.services.case.search_index import index_stale_dossiers, mark_all
        from formengine.services.core.unit_of_work import run_in_transaction

        run_in_transaction(platform, mark_all)
        count = 0
        while indexed := index_stale_dossiers(platform):
            count += indexed
    click.echo(f"{count} {'dossier' if count == 1 else 'dossiers'} indexed")


def _findings(database: Database) -> list[str]:
    from formengine.storage.migrations import current, newest

    revision = current(database)
    message = f"the database is at revision {revision or 'none'}, not at {newest()}: run `formengine db upgrade`"
    return ([] if revision == newest() else [message]) + _integrity_findings(database)


def _integrity_findings(database: Database) -> list[str]:
    """What the database itself finds wrong. PostgreSQL holds its constraints always, so it is only asked for rows
    that should not be reachable; a SQLite file can be damaged from outside."""
    with database.reading() as session:
        if not database.is_sqlite:
            broken = session.execute(text("SELECT conname FROM pg_constraint WHERE NOT convalidated")).scalars()
            return [f"the constraint {name} was never validated" for name in broken]
        damage = [line for line in session.execute(text("PRAGMA integrity_check")).scalars() if line != "ok"]
        orphans = session.execute(text("PRAGMA foreign_key_check")).all()
        return damage + [f"row {row[1]} of {row[0]} names a row of {row[2]} that is not there" for row in orphans]
