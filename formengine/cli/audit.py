"""`formengine audit`: the hash chains of the history verified, checkpoints to keep outside, and content erased as the
law asks (O5, O6).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from formengine.cli.checkpoint_seal import is_seal_valid, seal
from formengine.cli.click_groups import MOST, Failure
from formengine.cli.context import ini_option, open_reading_work, open_work
from formengine.cli.output import json_option, print_json, print_table, report
from formengine.key_ring import KeyRing

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import UnitOfWork

ERASED_SENTENCE: Final = "{dossier}, entry {entry}: content erased {at} UTC by order of {by}, says entry {says}"
KEPT: Final = (
    "what else may hold it stays: answers (correct them), files (withdraw them), comments of votes, an earlier text of "
    "a note (its entry note_edited), mails that were sent (their texts go after 180 days), backups"
)
"""What an erasure leaves, and how that is removed."""


@click.group()
def audit() -> None:
    """Verify the audit log, write checkpoints, erase content."""


@audit.command()
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False),
    help="A checkpoint file, written earlier and stored elsewhere.",
)
@ini_option
@json_option
def verify(since: str | None, ini: str | None, as_json: bool) -> None:
    """Report where the audit log was changed, cut or reordered, with exit code 1, and what of it was erased."""
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
        erased = _erased_contents(work)
    items = [{"dossier": b.chain, "entry": b.number, "message": b.what} for b in breaks]
    if not as_json:
        for erasure in erased:
            click.echo(ERASED_SENTENCE.format(**erasure))
    report([*map(str, breaks)], items, "every chain of the history holds", as_json, erased=erased)


def _erased_contents(work: UnitOfWork) -> list[dict[str, Any]]:
    """The entries whose content was erased: when, by whose order, and by which entry."""
    from formengine.services.core.audit_log import erasure_entries
    from formengine.services.people.lookup import person_name

    return [
        {
            "dossier": entry.chain,
            "entry": number,
            "at": f"{entry.at:%Y-%m-%d %H:%M}",
            "by": person_name(work, entry.by) if entry.by else "whoever runs the portal",
            "says": entry.number,
        }
        for entry in erasure_entries(work.session)
        for number in entry.payload.get("entries", ())
    ]


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


@audit.command()
@click.argument("reference")
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1, type=click.IntRange(1, MOST))
@click.option("--yes", is_flag=True, help="Erase, which cannot be undone; without it the entries are listed only.")
@ini_option
def erase(reference: str, numbers: tuple[int, ...], yes: bool, ini: str | None) -> None:
    """Erase the content of entries of a dossier's history, as the law may ask, and the text of their notes.

    Number, time, kind, author and hash of each stay, so the history still verifies, and a new entry names them. Without
    --yes the entries are listed, all of the dossier where no NUMBER is given.
    """
    if yes and not numbers:
        raise click.UsageError("name the entries to erase by their numbers: without --yes they are listed")
    if not yes:
        _list_entries(reference, numbers, ini)
        return
    with open_work(ini) as work:
        from formengine.services.dossiers.erasure import erase_content

        erasure = erase_content(work, reference, numbers)
    gone = sorted({*numbers}.difference(erasure.numbers))
    if erasure.numbers:
        erased = _listed(erasure.numbers)
        click.echo(f"erased: the content of {erased} in the history of {reference}; entry {erasure.entry} says so")
    if erasure.notes:
        click.echo(f"erased: the text of {erasure.notes} note{'s' if erasure.notes > 1 else ''}")
    if gone:
        click.echo(f"nothing was done about {_listed(gone)}: the content was erased before")
    click.echo(KEPT)


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _list_entries(reference: str, numbers: Collection[int], ini: str | None) -> None:
    with open_reading_work(ini) as work:
        from formengine.services.case.repository import get_dossier
        from formengine.services.core.audit_log import ERASED_PAYLOAD, entries
        from formengine.services.people.lookup import person_name

        dossier, rows, last = get_dossier(work, reference), [], 0
        while page := entries(work.session, dossier, for_client=False, after=last):
            for row in page:
                author, content = person_name(work, row.by), "erased" if row.payload == ERASED_PAYLOAD else "there"
                rows.append((str(row.number), f"{row.at:%Y-%m-%d %H:%M} UTC", row.kind, author, content))
            last = page[-1].number
    rows = [row for row in rows if not numbers or int(row[0]) in numbers]
    print_table(rows, ("entry", "at", "kind", "by", "content"))
    click.echo("nothing was erased: that takes the numbers of the entries, and --yes")


def _read_checkpoint(file: str, keys: KeyRing) -> Mapping[str, tuple[int, str]]:
    try:
        content: Any = json.loads(Path(file).read_text(encoding="utf-8"))
        heads = {str(chain): (int(number), str(digest)) for chain, (number, digest) in content["heads"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failure(f"{file} is not a checkpoint: give a file that `formengine audit checkpoint` wrote") from None
    if not is_seal_valid(content, keys):
        raise Failure(f"{file} was changed, or written under another formengine.secret: its seal does not fit")
    return heads
