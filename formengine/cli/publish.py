"""`formengine publish`: the site's files become what every process serves (A5)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formengine.cli.certificate import make_first_certificate
from formengine.cli.click_groups import MOST, Failure
from formengine.cli.context import ini_option, open_platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from formengine.services.core.unit_of_work import UnitOfWork
    from formengine.source import Finding
    from formengine.storage.models.publications import Publication


@click.command()
@click.option("--message", default="", help="What changed, in a sentence, for the history.")
@click.option(
    "--based-on",
    type=click.IntRange(0, MOST),
    help="Number of the publication that the changes are based on; refused if a newer one exists.",
)
@ini_option
def publish(message: str, based_on: int | None, ini: str | None) -> None:
    """Publish the site's files: every process serves them from then on. Warnings about them are printed.

    The first publication makes the certificate with which the portal signs PDFs, and says what it is.
    """
    from formengine.services.core.unit_of_work import run_in_transaction

    with open_platform(ini) as platform:
        warnings: list[Finding] = []

        def keep(findings: list[Finding]) -> None:
            warnings[:] = findings

        row = run_in_transaction(platform, lambda work: publish_folder(work, message, based_on, keep))
        for warning in warnings:
            click.echo(str(warning), err=True)
        click.echo(f"publication {row.id} is in service ({row.hash[:12]}, {len(row.files)} files)")
        make_first_certificate(platform)


def publish_folder(
    work: UnitOfWork,
    message: str = "",
    based_on: int | None = None,
    on_warnings: Callable[[list[Finding]], object] = len,
) -> Publication:
    """Publish the folder that the settings name; PublishRefused with its findings when it may not be.

    `on_warnings` is called with the warnings about it.
    """
    from formengine.authoring import Bundle
    from formengine.services.publishing import publications

    folder = Path(work.platform.settings.site)
    if not (folder / "workflows").is_dir():
        raise Failure(f"{folder.resolve()} holds no workflows/: it is no site; `formengine init` makes one")
    return publications.publish(work, Bundle.from_folder(folder), message, based_on, on_warnings)
