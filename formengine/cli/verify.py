"""`formengine verify`: whether a PDF was signed here and is unchanged."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_option, open_reading_work
from formengine.cli.output import json_option


@click.command()
@click.argument("file", metavar="FILE.pdf", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ini_option
@json_option
def verify(file: Path, ini: str | None, as_json: bool) -> None:
    """Tell whether FILE.pdf was signed here and is unchanged. Exit code 1 where it is not both."""
    from formengine.errors import DocumentTooHeavy

    with open_reading_work(ini) as work:
        from formengine.services.core.pdf_verification import verify_pdf

        try:
            verification = verify_pdf(work, file.read_bytes())
        except DocumentTooHeavy as error:
            raise Failure(f"{file} cannot be examined: {error}") from None
    if as_json:
        click.echo(json.dumps(asdict(verification)))
    else:
        says = {(True, True): "signed here and unchanged", (True, False): "signed here, and CHANGED since"}
        click.echo(
            f"{file}: {says.get((verification.ours, verification.unchanged), 'bears no signature of this site')}"
        )
        for signature in verification.signatures:
            state = "intact" if signature.intact else "NOT INTACT"
            click.echo(f"  {signature.name or '(no name)'}  {signature.at or '(no time)'}  {state}")
    if not verification.unchanged:
        raise SystemExit(1)
