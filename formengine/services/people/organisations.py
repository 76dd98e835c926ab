"""Organisations and departments: where people belong (U8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from formengine.i18n import fold
from formengine.services.access.enforcement import require_permission
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.people import Department, Organisation, Person

_ORGANISATIONS: Final = "organisations"
"""What a unit of work remembers its list of organisations by."""


@dataclass(frozen=True)
class Belonging:
    """Where somebody belongs: the ids of an organisation and of a department of it; None for none."""

    organisation_id: int | None = None
    department_id: int | None = None


@dataclass(frozen=True)
class OrganisationCounts:
    """An organisation with the number of its people (closed accounts left out) and of its departments."""

    organisation: Organisation
    people: int
    departments: int


def find_belonging(work: UnitOfWork, text: str) -> Belonging | None:
    """The organisation, or the department, of a text such as `northwind` or `northwind/legal`.

    An empty text is nowhere. None where there is no such organisation or department, and for a closed organisation.
    """
    if not text:
        return Belonging()
    short, slash, department = text.partition("/")
    query = select(Organisation.id, Department.id).where(Organisation.short == short, Organisation.closed_at.is_(None))
    joined = query.outerjoin(
        Department, (Department.organisation_id == Organisation.id) & (Department.short == department)
    )
    row = work.session.execute(joined).first()
    if row is None or (slash and row[1] is None):
        return None
    return Belonging(row[0], row[1])


def belonging_text(person: Person) -> str:
    """Where a person belongs, as `find_belonging` reads it."""
    if person.organisation is None:
        return ""
    department = f"/{person.department.short}" if person.department is not None else ""
    return person.organisation.short + department


def departments_by_organisation(work: UnitOfWork) -> dict[int, list[Department]]:
    """All departments by the id of their organisation, by name."""
    departments: dict[int, list[Department]] = {}
    for row in work.session.scalars(select(Department).order_by(Department.name, Department.id)):
        departments.setdefault(row.organisation_id, []).append(row)
    return departments


def count_organisations(work: UnitOfWork) -> list[OrganisationCounts]:
    """All organisations by name, closed ones included, with their counts. Raises Refused without `people.manage`."""
    require_permission(work, "people.manage")
    people = select(func.count(Person.id)).where(Person.organisation_id == Organisation.id, Person.state != "closed")
    departments = select(func.count(Department.id)).where(Department.organisation_id == Organisation.id)
    query = select(Organisation, people.scalar_subquery(), departments.scalar_subquery())
    rows = [OrganisationCounts(*row) for row in work.session.execute(query)]
    return sorted(rows, key=lambda row: (fold(row.organisation.name), row.organisation.id))


def list_organisations(work: UnitOfWork) -> list[Organisation]:
    """The organisations that are not closed, by name."""
    return [row for row in every_organisation(work) if row.closed_at is None]


def every_organisation(work: UnitOfWork) -> list[Organisation]:
    """All organisations, the closed ones included, by name."""

    def read() -> list[Organisation]:
        return sorted(work.session.scalars(select(Organisation)), key=lambda row: (fold(row.name), row.id))

    return work.remember(_ORGANISATIONS, read)


def organisation_named(work: UnitOfWork, name: str) -> Organisation | None:
    """The organisation of a name, whatever its case and accents."""
    return next((row for row in every_organisation(work) if fold(row.name) == fold(" ".join(name.split()))), None)


def create_organisation(work: UnitOfWork, short: str, name: str) -> Organisation:
    """The organisation with a short name, by which the YAML refers to it; created if it does not exist.

    Raises Refused without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    row = work.session.scalar(select(Organisation).where(Organisation.short == short))
    if row is None:
        row = Organisation(short=short, name=name)
        work.session.add(row)
        work.session.flush()
        work.forget(_ORGANISATIONS)
        append_entry(work, "organisation_created", {"organisation": row.id, "short": short})
    return row


def create_department(work: UnitOfWork, organisation: Organisation, short: str, name: str) -> Department:
    """The department with a short name in an organisation; created if it does not exist.

    Raises Refused without `people.manage`.
    """
    require_permission(work, "people.manage")
    insert_if_absent(work.session, Department, organisation_id=organisation.id, short=short, name=name)
    query = select(Department).where(Department.organisation_id == organisation.id, Department.short == short)
    return work.session.scalars(query).one()


def assign_department(work: UnitOfWork, person: Person, department: Department, *, head: bool = False) -> None:
    """Move a person to a department and its organisation; `head` makes them its head.

    Raises Refused without `people.manage`.
    """
    require_permission(work, "people.manage")
    person.organisation_id, person.department_id = department.organisation_id, department.id
    if head:
        department.head_id = person.id
    work.session.flush()
