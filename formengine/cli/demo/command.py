"""`formengine demo`: fills a site with people and dossiers, through the services."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

import click

from formengine.cli.click_groups import MOST, Failure, explain
from formengine.cli.context import ini_option, open_platform, settings_from
from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.dossiers import play, read_demo_dossiers
from formengine.cli.demo.people import MEMBERS, PASSWORD
from formengine.cli.output import print_table
from formengine.cli.publish import publish_folder
from formengine.errors import FormengineError

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform
    from formengine.storage.models.people import Person

KEY = "demo-{}"
"""The idempotency key of a dossier, so that a repeated run leaves it as it is."""
MOST_PLAYED = 100
"""Up to so many dossiers are submitted and moved through the services, each by itself; of more, all but `PLAYED` are
copies.
"""
PLAYED = 16


@click.command()
@click.option(
    "--dossiers",
    type=click.IntRange(0, MOST),
    default=16,
    show_default=True,
    help="Number of demo dossiers; beyond 100 they are copies, written in bulk.",
)
@ini_option
def demo(dossiers: int, ini: str | None) -> None:
    """Fill a site in development with people and dossiers to look at; run again, it adds only what is missing."""
    from formengine.services.core.unit_of_work import run_in_transaction

    if not settings_from(ini).development:
        raise Failure(
            "the passwords of the demo's accounts are public, so it is for `environment = development` alone: "
            "fill a site of its own, made by `formengine init`"
        )
    with open_platform(ini) as platform:
        run_in_transaction(platform, lambda work: publish_folder(work, "for the demo"))
        people = make_people(platform)
        copied = copy_dossiers(platform, people, dossiers)
        opened, refused = open_dossiers(platform, people, dossiers if dossiers <= MOST_PLAYED else PLAYED)
        opened += copied
    for line in refused:
        click.echo(line, err=True)
    click.echo(f"{opened} dossiers opened, {dossiers - opened - len(refused)} were there already\n")
    print_table([[m.email, m.name, m.part] for m in MEMBERS], ("sign in as", "name", "who"))
    click.echo(f"\nEverybody's password: {PASSWORD}\n")


def copy_dossiers(platform: Platform, people: dict[str, Person], count: int) -> int:
    """Write copies of demo dossiers, those with the numbers after the ones that exist, until there are `count`; returns
    how many.
    """
    from sqlalchemy import select

    from formengine.cli.demo.prototypes import make_prototypes
    from formengine.cli.demo.volume import write_copies
    from formengine.storage.models.dossiers import IdempotencyKey

    if count <= MOST_PLAYED:
        return 0
    with platform.database.reading() as session:
        keys = session.scalars(select(IdempotencyKey.key).where(IdempotencyKey.key.like(KEY.format("%"))))
        numbers = [int(number) for key in keys if (number := key.removeprefix(KEY.format(""))).isdigit()]
    first = max([PLAYED, *(number + 1 for number in numbers)])
    if first >= count:
        return 0
    return write_copies(platform, people, make_prototypes(platform.settings), first, count - first)


def open_dossiers(platform: Platform, people: dict[str, Person], count: int) -> tuple[int, list[str]]:
    """Create the demo dossiers, repeated with other companies, until there are `count`; returns new ones and failures.

    The oldest comes first, so that references rise with the dates. Each step is a transaction: of a dossier that fails
    (the packs of the site were changed), the steps before the failure stay.
    """
    opened, refused = 0, []
    demo_dossiers = enumerate(islice(cycle(read_demo_dossiers()), count))
    for number, demo_dossier in sorted(demo_dossiers, key=lambda numbered: numbered[1].days_ago, reverse=True):
        try:
            opened += play(demo_dossier.varied(number), platform, people, KEY.format(number))
        except FormengineError as error:
            refused.append(f"dossier {number + 1} ({demo_dossier.request}) is left out: {explain(error)}")
    return opened, refused
