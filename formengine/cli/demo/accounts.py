"""Accounts of the people of the demo, with their departments and managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from formengine.cli.demo.people import DEPARTMENTS, MEMBERS, ORGANISATION, PASSWORD, Member

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.storage.models.people import Department, Person


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
