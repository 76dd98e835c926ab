"""`formengine init`: a new site in a folder, with packs, portal, plugins and ini files to start from."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from formengine.cli.certificate import MEANING
from formengine.cli.click_groups import Failure
from formengine.starter import starter

IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*~", "test_*.py", "tests")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Make a new site in DIR."""
    if folder.exists() and any(folder.iterdir()):
        raise Failure(f"{folder} is not empty: name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    for source in starter():
        if source.is_dir():
            shutil.copytree(source, folder / source.name, ignore=IGNORED)
        else:
            shutil.copyfile(source, folder / source.name)
    (folder / ".gitignore").write_text("var/\n", encoding="utf-8")
    click.echo(f"created a site in {folder}. Next:")
    for step in (f"cd {folder}", "formengine check", "formengine db upgrade", "formengine demo", "formengine serve"):
        click.echo(f"  {step}")
    click.echo(
        "PDFs are signed with a certificate of the site's own. It needs the database, so the first "
        "`formengine publish` makes it (in development, the first signature); `formengine certificate` shows it."
    )
    click.echo(MEANING)
    click.echo(
        "On a server: docs/how-to/install.md in formengine’s own repository, with production.ini in place of "
        "development.ini."
    )
