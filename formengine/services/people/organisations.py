"""Organisations and departments: where people belong (U8)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.services.access.enforcement import require_permission
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.people import Department, Organisation, Person


def list_organisations(work: UnitOfWork) -> list[Organisation]:
    """All organisations, by name."""
    return list(work.session.scalars(select(Organisation).order_by(Organisation.name)))


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
