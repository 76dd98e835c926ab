"""`formengine files`: the stored files verified, and orphans swept away."""

from __future__ import annotations

from dataclasses import asdict

import click

from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_option, open_reading_work
from formengine.cli.output import json_option, report


@click.group()
def files() -> None:
    """Verify the stored files."""


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
