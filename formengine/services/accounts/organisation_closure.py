"""Closing an organisation, or merging it into another; removing a department (U8).

An organisation is never deleted: past dossiers keep its name. It is closed when nothing is left in it; otherwise it is
merged, and its people, departments and dossiers go to another. What is shared with the one is not shown to the people
of the other unless the admin says so (P28).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, update

from formengine.errors import Invalid, Refused
from formengine.i18n import pick, say, say_n
from formengine.services.access.enforcement import current_site, require_permission
from formengine.services.accounts.field_errors import FormFieldError
from formengine.services.accounts.organisation_details import departments_of, get_department, get_organisation
from formengine.services.case.repository import lock_dossiers
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.organisations import list_organisations
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.fillings import Filling
from formengine.storage.models.people import Department, Organisation, Person


@dataclass(frozen=True)
class OrganisationContent:
    """What belongs to an organisation: open accounts, dossiers in all, those not ended, those shared with it, requests
    that are being filled in, and the titles of request types that are limited to it.
    """

    people: int
    dossiers: int
    open_dossiers: int
    shared: int
    fillings: int
    request_types: list[str]


def content_of(work: UnitOfWork, organisation: Organisation) -> OrganisationContent:
    """What belongs to an organisation. Raises Refused without `people.manage`."""
    require_permission(work, "people.manage")
    own = Dossier.organisation_id == organisation.id
    counted = select(
        func.count(),
        func.count().filter(Dossier.ended_at.is_(None)),
        func.count().filter(Dossier.shared_with_organisation.is_(True)),
    ).where(own)
    dossiers, unfinished, shared = work.session.execute(counted.select_from(Dossier)).one()
    people = select(func.count()).where(Person.organisation_id == organisation.id, Person.state != "closed")
    fillings = select(func.count()).where(
        Filling.organisation_id == organisation.id, Filling.reference.is_(None), Filling.ended_at.is_(None)
    )
    return OrganisationContent(
        work.session.scalar(people) or 0,
        dossiers,
        unfinished,
        shared,
        work.session.scalar(fillings) or 0,
        _limited_to(work, "organisations", organisation.short),
    )


def reasons_to_keep(work: UnitOfWork, content: OrganisationContent) -> list[str]:
    """Why an organisation cannot be closed now, as sentences; none where it can."""
    language, reasons = work.language, []
    if content.people:
        sentence = say_n(language, "{n} person belongs to it.", "{n} people belong to it.", content.people)
        reasons.append(sentence)
    if unfinished := content.open_dossiers:
        sentence = say_n(
            language, "{n} of its dossiers has not ended.", "{n} of its dossiers have not ended.", unfinished
        )
        reasons.append(sentence)
    if content.fillings:
        sentence = say_n(
            language,
            "{n} request of its people is being filled in.",
            "{n} requests of its people are being filled in.",
            content.fillings,
        )
        reasons.append(sentence)
    return [*reasons, *_reasons_of_request_types(work, content.request_types)]


def reasons_against_merging(work: UnitOfWork, content: OrganisationContent) -> list[str]:
    """Why an organisation cannot be merged into another now: request types are limited to it."""
    return _reasons_of_request_types(work, content.request_types)


def close_organisation(work: UnitOfWork, organisation_id: int) -> Organisation:
    """Close an organisation in which nothing is left: it is offered nowhere any more, and past dossiers keep its name.

    Raises NotFound; Refused with every reason against it, and without `people.manage`.
    """
    lock_site_chain(work)
    row = _open_organisation(work, organisation_id)
    if reasons := reasons_to_keep(work, content_of(work, row)):
        raise Refused(reasons)
    row.closed_at = work.now
    append_entry(work, "organisation_closed", {"organisation": row.id})
    return row


def open_organisation(work: UnitOfWork, organisation_id: int) -> Organisation:
    """Open a closed organisation again; nothing for one that is open.

    Raises NotFound; Refused for one that was merged into another, and without `people.manage`.
    """
    lock_site_chain(work)
    row = get_organisation(work, organisation_id)
    if row.merged_into_id is not None:
        raise Refused([say(work.language, "It was merged into another organisation, and stays closed.")])
    if row.closed_at is not None:
        row.closed_at = None
        append_entry(work, "organisation_opened", {"organisation": row.id})
    return row


def merge_organisation(
    work: UnitOfWork, organisation_id: int, into: str, *, keep_sharing: bool = False
) -> Organisation:
    """Merge an organisation into another, named by its short name, and close it; returns the other.

    People (closed accounts too), departments, dossiers and requests in the making go there; departments of one short
    name become one. Dossiers that are shared with the organisation are shared with the other where `keep_sharing` says
    so, and with nobody else otherwise. Each of them, each person, and both organisations have it in their history.

    Raises NotFound; Invalid for another that is none; Refused with the reasons against it, and without `people.manage`.
    """
    lock_site_chain(work)
    row = _open_organisation(work, organisation_id)
    other = next((other for other in list_organisations(work) if other.short == into and other.id != row.id), None)
    if other is None:
        raise Invalid([FormFieldError("/into", say(work.language, "Choose another organisation."), "enum")])
    content = content_of(work, row)
    if reasons := reasons_against_merging(work, content):
        raise Refused(reasons)
    _move_shared_dossiers(work, row, other, keep_sharing=keep_sharing)
    people = _move_people(work, row, other)
    for table in (Dossier, Filling):
        moved = update(table).where(table.organisation_id == row.id).values(organisation_id=other.id)
        work.session.execute(moved, execution_options={"synchronize_session": False})
    row.closed_at, row.merged_into_id = work.now, other.id
    counts = {"people": people, "dossiers": content.dossiers, "shared": content.shared, "sharing_kept": keep_sharing}
    append_entry(work, "organisation_merged", {"organisation": row.id, "into": other.id, **counts})
    append_entry(work, "organisation_received", {"organisation": other.id, "from": row.id, **counts})
    return other


def remove_department(work: UnitOfWork, organisation_id: int, department_id: int, into: str = "") -> str:
    """Remove a department; its people go to another one of the organisation, named by its short name, or to none.
    Returns its name.

    Raises NotFound; Invalid for another that is none; Refused while request types are limited to its short name alone,
    and without `people.manage`.
    """
    lock_site_chain(work)
    organisation = get_organisation(work, organisation_id)
    rows = departments_of(work, organisation)
    row = get_department(rows, department_id)[0]
    other = next((other for other, _head, _people in rows if other.short == into and other.id != row.id), None)
    if into and other is None:
        raise Invalid([FormFieldError("/into", say(work.language, "Choose another department."), "enum")])
    if reasons := reasons_to_keep_department(work, row):
        raise Refused(reasons)
    name = row.name
    people = _move_members(work, row, organisation.id, other)
    work.session.delete(row)
    payload = {"organisation": organisation.id, "department": row.id, "short": row.short, "name": name}
    append_entry(work, "department_removed", {**payload, "into": other.name if other else None, "people": people})
    return name


def reasons_to_keep_department(work: UnitOfWork, department: Department) -> list[str]:
    """Why a department cannot be removed: request types are limited to its short name, which no other one has."""
    same = select(func.count()).where(Department.short == department.short, Department.id != department.id)
    if work.session.scalar(same):
        return []
    return _reasons_of_request_types(work, _limited_to(work, "departments", department.short))


def _open_organisation(work: UnitOfWork, organisation_id: int) -> Organisation:
    row = get_organisation(work, organisation_id)
    if row.closed_at is not None:
        raise Refused([say(work.language, "The organisation is closed already.")])
    return row


def _limited_to(work: UnitOfWork, key: str, short: str) -> list[str]:
    """The titles of the request types whose audience names an organisation, or a department."""
    types = current_site(work).request_types.values()
    return [
        pick(row.title, work.language)
        for row in types
        if not isinstance(row.audience, str) and short in row.audience[key]
    ]


def _reasons_of_request_types(work: UnitOfWork, titles: Iterable[str]) -> list[str]:
    named = ", ".join(titles)
    sentence = "Request types are limited to it: {titles}. Change their audience and publish first."
    return [say(work.language, sentence, titles=named)] if named else []


def _move_shared_dossiers(work: UnitOfWork, row: Organisation, other: Organisation, *, keep_sharing: bool) -> None:
    """Say in each shared dossier's own history who sees it from now on. They are locked together, in the order of their
    ids, so that two merges, or a merge and a step, do not wait for each other.
    """
    shared = select(Dossier).where(Dossier.organisation_id == row.id, Dossier.shared_with_organisation.is_(True))
    for dossier in lock_dossiers(work, shared.order_by(Dossier.id)):
        dossier.version += 1
        if keep_sharing:
            dossier.organisation_id = other.id
            append_entry(work, "shared_with_merged", {"version": dossier.version, "organisation": other.name}, dossier)
        else:
            dossier.shared_with_organisation = False
            append_entry(work, "shared", {"version": dossier.version, "on": False}, dossier)


def _move_people(work: UnitOfWork, row: Organisation, other: Organisation) -> int:
    """Move the departments with their people, and the people without one; returns how many accounts are open."""
    present = {department.short: department for department, _head, _people in departments_of(work, other)}
    people = 0
    for department, _head, _count in departments_of(work, row):
        same = present.get(department.short)
        people += _move_members(work, department, other.id, same or department)
        if same is None:
            department.organisation_id = other.id
        else:
            work.session.delete(department)
    work.session.flush()
    without = Person.organisation_id == row.id
    return people + _move(work, list(work.session.scalars(select(Person).where(without))), other.id, None)


def _move_members(work: UnitOfWork, department: Department, organisation_id: int, to: Department | None) -> int:
    members = list(work.session.scalars(select(Person).where(Person.department_id == department.id)))
    moved = _move(work, members, organisation_id, to)
    if to is not department:
        department.head_id = None
    work.session.flush()
    return moved


def _move(work: UnitOfWork, people: list[Person], organisation_id: int, to: Department | None) -> int:
    """Give people an organisation and a department; the history of each open account has it."""
    for person in people:
        before = {"organisation": person.organisation_id, "department": person.department_id}
        person.organisation_id, person.department_id = organisation_id, to.id if to else None
        after = {"organisation": organisation_id, "department": person.department_id}
        changed = [name for name in before if before[name] != after[name]]
        if person.state != "closed" and changed:
            payload = {"person": person.id, "changed": changed, "before": before, "after": after}
            append_entry(work, "person_changed", payload)
    return sum(person.state != "closed" for person in people)
