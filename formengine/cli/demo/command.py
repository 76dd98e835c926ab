"""`formengine demo`: fills a site with people and dossiers, through the services."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, islice
from typing import TYPE_CHECKING

import click

from formengine.cli.click_groups import Failure, explain
from formengine.cli.context import ini_option, open_platform, settings_from
from formengine.cli.demo.dossiers import play, read_demo_dossiers
from formengine.cli.demo.people import DEPARTMENTS, MEMBERS, ORGANISATION, PASSWORD
from formengine.cli.output import print_table
from formengine.cli.publish import publish_folder
from formengine.errors import FormengineError

if TYPE_CHECKING:
    from formengine.cli.demo.people import Member
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.storage.models.people import Department, Person

KEY = "demo-{}"
"""The idempotency key of a dossier, so that a repeated run leaves it as it is."""


@click.command()
@click.option("--dossiers", type=click.IntRange(0), default=16, show_default=True, help="Number of demo dossiers.")
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
        opened, refused = open_dossiers(platform, people, dossiers)
    for line in refused:
        click.echo(line, err=True)
    click.echo(f"{opened} dossiers opened, {dossiers - opened - len(refused)} were there already\n")
    print_table([[m.email, m.name, m.part] for m in MEMBERS], ("sign in as", "name", "who"))
    click.echo(f"\nEverybody's password: {PASSWORD}\n")


def make_people(platform: Platform) -> dict[str, Person]:
    """Accounts of the people of the demo, by id, with their departments and managers."""
    from formengine.services.core.unit_of_work import run_in_transaction
    from formengine.services.people.organisations import create_department, create_organisation
    from formengine.storage.models.people import Person

    def make_departments(work: UnitOfWork) -> dict[str, Department]:
        organisation = create_organisation(work, *ORGANISATION)
        return {short: create_department(work, organisation, short, name) for short, name in DEPARTMENTS.items()}

    departments = run_in_transaction(platform, make_departments)
    # one transaction each: the hash of a password is computed before the database is locked
    people = {
        member.id: run_in_transaction(platform, lambda work, member=member: _person(work, member, departments))  # type: ignore[misc]
        for member in MEMBERS
    }

    def set_managers(work: UnitOfWork) -> None:
        for member in MEMBERS:
            if member.manager:
                work.session.get_one(Person, people[member.id].id).manager_id = people[member.manager].id

    run_in_transaction(platform, set_managers)
    return people


def _person(work: UnitOfWork, member: Member, departments: Mapping[str, Department]) -> Person:
    from formengine.errors import NotFound
    from formengine.services.accounts.accounts import create_person, get_person
    from formengine.services.people.organisations import assign_department
    from formengine.storage.models.people import Department

    try:
        return get_person(work, member.email)
    except NotFound:
        pass
    person = create_person(work, member.email, member.name, member.role, password=PASSWORD, language=member.language)
    department = work.session.get_one(Department, departments[member.department].id)
    assign_department(work, person, department, head=member.heads)
    return person


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
