"""Administration of organisations and departments: added, renamed, given a head (U8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from formengine.errors import NotFound
from formengine.i18n import fold, say
from formengine.services.access.enforcement import require_permission
from formengine.services.accounts.field_errors import FormFieldError, raise_invalid
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.displayed_names import has_visible, is_readable
from formengine.services.people.organisations import create_organisation, every_organisation
from formengine.storage.models.people import Department, Organisation, Person

MAX_NAME: Final = 200
_SHORT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def add_organisation(work: UnitOfWork, name: str, short: str = "") -> Organisation:
    """Add an organisation; its short name, by which the YAML refers to it, is made from its name where none is given.

    Raises Invalid for a name or short name that is empty, too long or taken; Refused without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    name, rows = " ".join(name.split()), every_organisation(work)
    _raise_problems(work, name, short.strip(), rows)
    return create_organisation(work, short.strip() or short_name(name), name)


def rename_organisation(work: UnitOfWork, organisation_id: int, name: str) -> Organisation:
    """Give an organisation another name; its short name stays, because the YAML refers to it.

    Raises NotFound; Invalid for a name that is empty, too long or taken; Refused without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    row = get_organisation(work, organisation_id)
    name = " ".join(name.split())
    others = [other.name for other in every_organisation(work) if other.id != row.id]
    raise_invalid(_name_problems(work, name, others))
    if name != row.name:
        before, row.name = row.name, name
        payload = {"organisation": row.id, "before": before, "after": name}
        append_entry(work, "organisation_renamed", payload)
    return row


def get_organisation(work: UnitOfWork, organisation_id: int) -> Organisation:
    """An organisation; NotFound, and Refused without `people.manage`."""
    require_permission(work, "people.manage")
    row = work.session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound(f"no organisation {organisation_id}")
    return row


def departments_of(work: UnitOfWork, organisation: Organisation) -> list[tuple[Department, Person | None, int]]:
    """The departments of an organisation by name, each with its head and the number of its people (closed accounts
    left out).
    """
    people = select(func.count(Person.id)).where(Person.department_id == Department.id, Person.state != "closed")
    head = Department.head_id
    query = (
        select(Department, Person, people.correlate(Department).scalar_subquery())
        .outerjoin(Person, Person.id == head)
        .where(Department.organisation_id == organisation.id)
    )
    rows = [(department, person, count) for department, person, count in work.session.execute(query)]
    return sorted(rows, key=lambda row: fold(row[0].name))


def get_department(
    rows: list[tuple[Department, Person | None, int]], department_id: int
) -> tuple[Department, Person | None, int]:
    """The one of an organisation's departments with an id; NotFound."""
    row = next((row for row in rows if row[0].id == department_id), None)
    if row is None:
        raise NotFound(f"no department {department_id}")
    return row


def add_department(work: UnitOfWork, organisation_id: int, name: str, short: str = "") -> Department:
    """Add a department to an organisation. Raises as `add_organisation` does, and NotFound."""
    lock_site_chain(work)
    organisation = get_organisation(work, organisation_id)
    name, rows = " ".join(name.split()), [row for row, _head, _people in departments_of(work, organisation)]
    _raise_problems(work, name, short.strip(), rows)
    short = short.strip() or short_name(name)
    row = Department(organisation_id=organisation.id, short=short, name=name)
    work.session.add(row)
    work.session.flush()
    payload = {"organisation": organisation.id, "department": row.id, "short": short}
    append_entry(work, "department_created", payload)
    return row


def change_department(
    work: UnitOfWork, organisation_id: int, department_id: int, *, name: str, head: str = ""
) -> Department:
    """Rename a department, and name its head: the address of somebody in it, or nobody.

    Raises NotFound; Invalid for a name that does not fit, or a head who is not in the department; Refused without
    `people.manage`.
    """
    lock_site_chain(work)
    organisation = get_organisation(work, organisation_id)
    rows = departments_of(work, organisation)
    row = get_department(rows, department_id)[0]
    name, head = " ".join(name.split()), head.strip().lower()
    in_it = select(Person.id).where(Person.email == head, Person.department_id == row.id, Person.state != "closed")
    head_id = work.session.scalar(in_it) if head else None
    errors = _name_problems(work, name, [other.name for other, _head, _people in rows if other.id != row.id])
    if head and head_id is None:
        sentence = say(work.language, "Nobody in this department has the address {email}.", email=head)
        errors.append(FormFieldError("/head", sentence, "enum"))
    raise_invalid(errors)
    if (row.name, row.head_id) != (name, head_id):
        row.name, row.head_id = name, head_id
        payload = {"organisation": organisation.id, "department": row.id, "head": head_id}
        append_entry(work, "department_changed", payload)
    return row


def short_name(name: str) -> str:
    """A short name made from a name.

    >>> short_name("Société Générale & Cie")
    'societe-generale-cie'
    """
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:64].strip("-")


def _raise_problems(
    work: UnitOfWork, name: str, short: str, others: Sequence[Organisation] | Sequence[Department]
) -> None:
    """Raise Invalid for a name or short name that does not fit beside others. A short name that is left empty is made
    from the name: what is wrong with both is said of the name alone.
    """
    problems = _name_problems(work, name, [row.name for row in others])
    if short or not problems:
        problems += _short_problems(work, short or short_name(name), [row.short for row in others])
    raise_invalid(problems)


def _name_problems(work: UnitOfWork, name: str, others: list[str]) -> list[FormFieldError]:
    if not has_visible(name):
        return [FormFieldError("/name", say(work.language, "Write a name."), "required")]
    if not is_readable(name):
        return [FormFieldError("/name", say(work.language, "Leave out characters that cannot be read."), "pattern")]
    if len(name) > MAX_NAME:
        return [FormFieldError("/name", say(work.language, "Write at most {n} characters.", n=MAX_NAME), "maxLength")]
    if fold(name) in map(fold, others):
        return [FormFieldError("/name", say(work.language, "There is one of this name already."), "unique")]
    return []


def _short_problems(work: UnitOfWork, short: str, others: list[str]) -> list[FormFieldError]:
    if not _SHORT.fullmatch(short):
        sentence = say(work.language, "Write small letters without accents, digits and dashes, such as northwind.")
        return [FormFieldError("/short", sentence, "pattern")]
    if short in others:
        return [FormFieldError("/short", say(work.language, "This short name is taken."), "unique")]
    return []
