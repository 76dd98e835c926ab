"""`formengine demo`: a site filled with people and dossiers to look at, through the services that fill a real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from typing import TYPE_CHECKING

import click

from formengine.cli.click_groups import explain
from formengine.cli.context import ini_option, open_platform
from formengine.cli.demo.dossiers import play, read_plots
from formengine.cli.demo.people import CAST, DEPARTMENTS, ORGANISATION, PASSWORD
from formengine.cli.output import print_table
from formengine.cli.publish import publish_folder
from formengine.errors import FormengineError

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.storage.models.people import Department, Person

KEY = "demo-{}"
"""The idempotency key of a dossier of the demo: run again, what is there is left as it is."""


@click.command()
@click.option("--dossiers", type=click.IntRange(0), default=16, show_default=True, help="How many dossiers to have.")
@ini_option
def demo(dossiers: int, ini: str | None) -> None:
    """Fill the site with people and dossiers to look at; run again, it adds only what is missing."""
    with open_platform(ini) as platform:
        with _unit(platform) as work:
            publish_folder(work, "for the demo")
        people = make_people(platform)
        opened, refused = open_dossiers(platform, people, dossiers)
    for line in refused:
        click.echo(line, err=True)
    click.echo(f"{opened} dossiers opened, {dossiers - opened - len(refused)} were there already\n")
    print_table([[m.email, m.name, m.part] for m in CAST], ("sign in as", "name", "who"))
    click.echo(f"\nEverybody's password: {PASSWORD}\n")


def make_people(platform: Platform) -> dict[str, Person]:
    """The cast with accounts, by id, in their departments and under their managers."""
    from formengine.services.people.organisations import create_department, create_organisation

    with _unit(platform) as work:
        organisation = create_organisation(work, *ORGANISATION)
        departments = {short: create_department(work, organisation, short, name) for short, name in DEPARTMENTS.items()}
        people = {member.id: _person(work, member.id, departments[member.department]) for member in CAST}
        for member in CAST:
            if member.manager:
                people[member.id].manager_id = people[member.manager].id
    return people


def _person(work: UnitOfWork, member_id: str, department: Department) -> Person:
    from formengine.errors import NotFound
    from formengine.services.accounts.accounts import create_person, get_person
    from formengine.services.people.organisations import assign_department

    member = next(one for one in CAST if one.id == member_id)
    try:
        return get_person(work, member.email)
    except NotFound:
        pass
    person = create_person(work, member.email, member.name, member.role, password=PASSWORD, language=member.language)
    assign_department(work, person, department, head=member.heads)
    return person


def open_dossiers(platform: Platform, people: dict[str, Person], count: int) -> tuple[int, list[str]]:
    """Play the plots, over and over with other companies, until there are `count`; how many were new, and what failed.

    The one that began first is opened first, so that references rise with the dates. Each is one transaction: a plot
    that cannot be played (the site's packs were changed) leaves nothing behind.
    """
    opened, refused = 0, []
    wanted = enumerate(islice(cycle(read_plots()), count))
    for number, plot in sorted(wanted, key=lambda one: one[1].days_ago, reverse=True):
        try:
            with platform.database.transaction() as session:
                opened += play(plot.varied(number), platform, session, people, KEY.format(number))
        except FormengineError as error:
            refused.append(f"dossier {number + 1} ({plot.request}) is left out: {explain(error)}")
    return opened, refused


@contextmanager
def _unit(platform: Platform) -> Iterator[UnitOfWork]:
    from formengine.services.core.unit_of_work import UnitOfWork

    with platform.database.transaction() as session:
        yield UnitOfWork(platform, session, None)
