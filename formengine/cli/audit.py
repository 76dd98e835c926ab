"""`formengine audit`: the hash chains of the history verified, and checkpoints to keep outside (O5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from formengine.cli.checkpoint_seal import is_seal_valid, seal
from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_option, open_reading_work
from formengine.cli.output import json_option, print_json, report
from formengine.key_ring import KeyRing


@click.group()
def audit() -> None:
    """Verify the audit log, and write checkpoints of it."""


@audit.command()
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False),
    help="A checkpoint file, written earlier and stored elsewhere.",
)
@ini_option
@json_option
def verify(since: str | None, ini: str | None, as_json: bool) -> None:
    """Report where the audit log was changed, cut or reordered; exit code 1 if it was."""
    with open_reading_work(ini) as work:
        from formengine.services.core.audit_log import verify_chains
        from formengine.services.core.dossier_verification import verify_dossiers
        from formengine.services.core.vote_verification import verify_votes

        checkpoint = _read_checkpoint(since, work.platform.settings.secret) if since else None
        try:
            chains = verify_chains(work.session, checkpoint)
            breaks = [*chains, *verify_votes(work.session), *verify_dossiers(work.session)]
        except ValueError as error:  # SQLite holds times and JSON as text
            raise Failure(
                f"a row of the history, or of what is compared with it, was edited and cannot be read: {error}"
            ) from None
    items = [{"dossier": b.chain, "entry": b.number, "message": b.what} for b in breaks]
    report([*map(str, breaks)], items, "every chain of the history holds", as_json)


@audit.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@ini_option
def checkpoint(file: str | None, ini: str | None) -> None:
    """Write a checkpoint, the present end of every hash chain, as JSON to FILE or standard output."""
    with open_reading_work(ini) as work:
        from formengine.services.core.audit_log import chain_checkpoint

        sealed = seal(chain_checkpoint(work.session), work.platform.settings.secret)
    if file is None:
        print_json(sealed)
    else:
        Path(file).write_text(json.dumps(sealed, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _read_checkpoint(file: str, keys: KeyRing) -> Mapping[str, tuple[int, str]]:
    try:
        content: Any = json.loads(Path(file).read_text(encoding="utf-8"))
        heads = {str(chain): (int(number), str(digest)) for chain, (number, digest) in content["heads"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failure(f"{file} is not a checkpoint: give a file that `formengine audit checkpoint` wrote") from None
    if not is_seal_valid(content, keys):
        raise Failure(f"{file} was changed, or written under another formengine.secret: its seal does not fit")
    return heads
