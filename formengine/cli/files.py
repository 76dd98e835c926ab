"""`formengine files`: the stored files verified, orphans swept away, and who stores how much."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_option, open_reading_work
from formengine.cli.output import json_option, report


@click.group()
def files() -> None:
    """Verify the stored files, and see who stores most."""


@files.command()
@click.option("--sweep", is_flag=True, help="Delete the contents that belong to no file and are older than a day.")
@ini_option
@json_option
def verify(sweep: bool, ini: str | None, as_json: bool) -> None:
    """Report missing, changed and orphaned files; exit code 1 if there are any."""
    with open_reading_work(ini) as work:
        from formengine.services.files.integrity import sweep_orphans, verify_files

        try:
            work.platform.blobs.check()
            swept = sweep_orphans(work) if sweep else 0
            findings = list(verify_files(work))
        except OSError as error:
            raise Failure(f"the files cannot be verified: {error}; check formengine.storage_url") from None
    if sweep and not as_json:
        click.echo(f"{swept} {'orphan' if swept == 1 else 'orphans'} swept away")
    items = [{**asdict(finding), "message": str(finding)} for finding in findings]
    report([*map(str, findings)], items, "every file is there and is what its hash says", as_json, swept=swept)


@files.command()
@click.option("--count", default=20, show_default=True, help="How many people and dossiers to list.")
@ini_option
@json_option
def usage(count: int, ini: str | None, as_json: bool) -> None:
    """List the people and the dossiers that store most, with the quotas."""
    with open_reading_work(ini) as work:
        from formengine.services.files.quotas import largest_dossiers, largest_people

        settings = work.platform.settings
        people, dossiers = largest_people(work, count), largest_dossiers(work, count)
    quotas = {
        "people": {"files": settings.person_files, "bytes": settings.person_bytes},
        "dossiers": {"files": settings.dossier_files, "bytes": settings.dossier_bytes},
    }
    if as_json:
        listed = {"people": [asdict(row) for row in people], "dossiers": [asdict(row) for row in dossiers]}
        click.echo(json.dumps({**listed, "quotas": quotas}))
        return
    for title, rows in (("people", people), ("dossiers", dossiers)):
        click.echo(f"{title} (at most {quotas[title]['files']} files and {quotas[title]['bytes']} bytes each):")
        for row in rows:
            click.echo(f"  {row.owner}  {row.files} files  {row.bytes} bytes")
