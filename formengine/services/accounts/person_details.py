"""What a legal admin changes about a person: name, language, organisation, department and manager (U8)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.accounts.accounts import (
    get_person,
    leave_department,
    name_problems,
    profile_problems,
    require_belonging,
    rewrite_person,
)
from formengine.services.accounts.field_errors import FormFieldError, raise_invalid
from formengine.services.accounts.invitations import send_invitation
from formengine.services.case.search_index import mark_dossiers_of
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.people import Person


def change_person(
    work: UnitOfWork, person_id: str, *, name: str, language: str, organisation: str = "", manager: str = ""
) -> Person:
    """Change a person's name, language, organisation with department (`short/department`), and manager (an address).

    What they see changes with the next page: dossiers that are shared with an organisation are shown to those who
    belong to it now. Raises NotFound; Refused for a closed account and without `people.manage`; Invalid for values that
    do not fit.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    person = get_person(work, person_id)
    if person.state == "closed":
        raise Refused([say(work.language, "The account is closed: open it again first.")])
    name = " ".join(name.split())
    manager_id, manager_errors = _manager(work, person, manager)
    errors = [*name_problems(work, name), *profile_problems(work, language, person.zone), *manager_errors]
    raise_invalid(errors)
    belonging = require_belonging(work, organisation)
    leave_department(work, person, belonging)
    before = _described(person)
    if person.name != name:
        mark_dossiers_of(work, person.id)
    person.name, person.language, person.manager_id = name, language, manager_id
    person.organisation_id, person.department_id = belonging.organisation_id, belonging.department_id
    work.session.flush()
    work.session.refresh(person)
    after = _described(person)
    changed = [key for key, value in after.items() if value != before[key]]
    if changed:
        kept = [key for key in changed if key != "name"]  # which would stand in the history for ever
        moved = {when: {key: values[key] for key in kept} for when, values in (("before", before), ("after", after))}
        append_entry(work, "person_changed", {"person": person.id, "changed": changed, **moved})
    return person


def reopen_account(work: UnitOfWork, person_id: str, role: str, *, organisation: str = "") -> Person:
    """Open a closed account again, with a role and an organisation: an invitation goes to its owner.

    Raises NotFound; Refused for an account that is not closed, and without `people.manage`; Invalid as
    `create_person` does.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    person = get_person(work, person_id)
    if person.state != "closed":
        raise Refused([say(work.language, "The account of {name} is open already.", name=person.name)])
    rewrite_person(work, person, person.name, role, organisation=organisation, language=person.language)
    send_invitation(work, person)
    return person


def manager_of(work: UnitOfWork, person: Person) -> Person | None:
    """The account of a person's manager; None for nobody."""
    return work.session.get(Person, person.manager_id) if person.manager_id else None


def _manager(work: UnitOfWork, person: Person, address: str) -> tuple[str | None, list[FormFieldError]]:
    """The id of the manager with an address, and what is wrong with them."""
    address = address.strip().lower()
    if not address:
        return None, []
    manager = work.session.scalar(select(Person).where(Person.email == address))
    if manager is None or manager.state == "closed":
        sentence = say(work.language, "There is no account with the address {email}.", email=address)
        return None, [FormFieldError("/manager", sentence, "enum")]
    if manager.id == person.id:
        return None, [FormFieldError("/manager", say(work.language, "Nobody is their own manager."), "enum")]
    return manager.id, []


def _described(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "language": person.language,
        "organisation": person.organisation_id,
        "department": person.department_id,
        "manager": person.manager_id,
    }
