"""Organisations and departments: where people belong (U8)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.services.access.enforcement import require_permission
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.people import Department, Organisation, Person


def list_organisations(work: UnitOfWork) -> list[Organisation]:
    """All organisations, by name."""
    return list(work.session.scalars(select(Organisation).order_by(Organisation.name)))


def create_organisation(work: UnitOfWork, short: str, name: str) -> Organisation:
    """An organisation by its short name (as the YAML names it); the one that is there already is answered."""
    require_permission(work, "people.manage")
    found = work.session.scalar(select(Organisation).where(Organisation.short == short))
    if found is None:
        found = Organisation(short=short, name=name)
        work.session.add(found)
        work.session.flush()
        append_entry(work, "organisation_created", {"organisation": found.id, "short": short})
    return found


def create_department(work: UnitOfWork, organisation: Organisation, short: str, name: str) -> Department:
    """A department by its short name within its organisation; the one that is there already is answered."""
    require_permission(work, "people.manage")
    query = select(Department).where(Department.organisation_id == organisation.id, Department.short == short)
    found = work.session.scalar(query)
    if found is None:
        found = Department(organisation_id=organisation.id, short=short, name=name)
        work.session.add(found)
        work.session.flush()
    return found


def assign_department(work: UnitOfWork, person: Person, department: Department, *, head: bool = False) -> None:
    """Put a person into a department (and its organisation), as its head if so said."""
    require_permission(work, "people.manage")
    person.organisation_id, person.department_id = department.organisation_id, department.id
    if head:
        department.head_id = person.id
    work.session.flush()
