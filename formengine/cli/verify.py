"""`formengine verify`: whether a PDF was signed here, is unchanged, and bears all its signatures."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_option, open_reading_work
from formengine.cli.output import json_option

if TYPE_CHECKING:
    from formengine.documents.pdf_signing import Verification


@click.command()
@click.argument("file", metavar="FILE.pdf", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@ini_option
@json_option
def verify(file: Path, ini: str | None, as_json: bool) -> None:
    """Tell whether FILE.pdf was signed here and is unchanged and complete. Exit code 1 where it is not all three."""
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
        click.echo(f"{file}: {_verdict(verification)}")
        for signature in verification.signatures:
            state = "intact" if signature.intact else "NOT INTACT"
            times = f"sealed {signature.at}" if signature.at else "(no time)"
            times = f"signed {signature.signed_at}; {times}" if signature.signed_at else times
            click.echo(f"  {signature.name or '(no name)'}  {times}  {state}")
    if not verification.complete:
        raise SystemExit(1)


def _verdict(verification: Verification) -> str:
    if not verification.ours:
        return "bears no signature of this site"
    if not verification.unchanged:
        appended = ": something was added to the file after its last signature" if verification.appended else ""
        return f"signed here, and CHANGED since{appended}"
    if verification.complete:
        return "signed here and unchanged"
    bears = f"{len(verification.signatures)} of {verification.expected} signatures"
    return f"signed here, and NOT COMPLETE: {bears}{'; a fuller copy exists' if verification.fuller_copy else ''}"
