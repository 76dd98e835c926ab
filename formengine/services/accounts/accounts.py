"""Accounts: people, their roles, profiles and passwords (U1, U7)."""

from __future__ import annotations

import logging

from sqlalchemy import func, select, update

from formengine.email_addresses import is_email_address
from formengine.errors import NotFound, Refused, TooManyTries
from formengine.i18n import LANGUAGES, say
from formengine.services.access.enforcement import current_site, require_permission, role_of
from formengine.services.access.policy import ROLES, Viewer, is_permitted
from formengine.services.accounts import passwords
from formengine.services.accounts.api_tokens import withdraw_all
from formengine.services.accounts.calendar_feeds import end_calendar_address
from formengine.services.accounts.field_errors import FormFieldError, raise_invalid
from formengine.services.accounts.sessions import end_session, end_sessions, log_out_everywhere
from formengine.services.approvals.offboarding import release_seats, wake_parts
from formengine.services.case.search_index import mark_dossiers_of
from formengine.services.core import rate_limits
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.document_turns import give_back_documents
from formengine.services.people.displayed_names import has_visible, is_readable
from formengine.services.people.organisations import Belonging, find_belonging
from formengine.storage.models.people import GUEST, Department, OneTimeLink, Person
from formengine.time_zones import zone_names

log = logging.getLogger(__name__)


def create_person(
    work: UnitOfWork,
    email: str,
    name: str,
    role: str,
    *,
    password: str | None = None,
    organisation: str | None = None,
    language: str | None = None,
    zone: str | None = None,
    permission: str = "people.manage",
) -> Person:
    """Add a person: active with a password, else invited. `organisation` is its short name, or `short/department`.

    Raises Invalid for an address that is none or taken, an empty name, an unknown role, language, zone or
    organisation, or a weak password; Refused without the permission.
    """
    require_permission(work, permission)
    email, name = email.strip().lower(), " ".join(name.split())
    portal = current_site(work).portal
    language, zone = language or portal.languages[0], zone or portal.zone
    errors = [*name_problems(work, name), *role_problems(work, role), *profile_problems(work, language, zone)]
    if password is not None:
        errors += passwords.password_problems(work, password, f"{email} {name}")
    # hashing is slow: before anything is locked, and only where it will be needed
    hash_ = (
        None if password is None or errors else passwords.hash_password(work.platform.settings.password_cost, password)
    )
    lock_site_chain(work)
    require_permission(work, permission)
    raise_invalid([*address_problems(work, email), *errors])
    belonging = require_belonging(work, organisation)
    person = Person(
        email=email,
        name=name,
        role=role,
        language=language,
        zone=zone,
        created_at=work.now,
        created_by=work.actor_id,
        organisation_id=belonging.organisation_id,
        department_id=belonging.department_id,
    )
    if hash_ is not None:
        person.state, person.password_hash = "active", hash_
    work.session.add(person)
    work.session.flush()
    append_entry(work, "person_created", {"person": person.id, "role": role, "state": person.state})
    return person


def rewrite_person(
    work: UnitOfWork, person: Person, name: str, role: str, *, organisation: str | None, language: str | None
) -> Person:
    """Give a closed or invited account the data of a new invitation.

    Nothing of an earlier stay remains that would let the person see or decide more: organisation, department and
    manager are replaced. Raises Invalid as `create_person` does.
    """
    name, language = " ".join(name.split()), language or person.language
    raise_invalid(
        [*name_problems(work, name), *role_problems(work, role), *profile_problems(work, language, person.zone)]
    )
    belonging = require_belonging(work, organisation)
    if belonging.organisation_id != person.organisation_id or person.state == "closed":
        person.manager_id = None
    leave_department(work, person, belonging)
    person.organisation_id, person.department_id = belonging.organisation_id, belonging.department_id
    if person.name != name:
        mark_dossiers_of(work, person.id)
    person.name, person.role, person.language = name, role, language
    person.state, person.closed_at = "invited", None
    work.session.flush()
    append_entry(work, "person_created", {"person": person.id, "role": role, "state": person.state})
    return person


def get_person(work: UnitOfWork, id_or_email: str) -> Person:
    """A person by id or by e-mail address; NotFound."""
    column = Person.email if "@" in id_or_email else Person.id
    person = work.session.scalar(select(Person).where(column == id_or_email.strip().lower()))
    if person is None:
        raise NotFound(id_or_email)
    return person


def change_role(work: UnitOfWork, person_id: str, role: str) -> Person:
    """Change the role of a person and end their sessions, so that the new role holds from the next page on (T11).

    Open seats of somebody who may not decide any more are reassigned, as those of a closed account are (P25).

    Raises NotFound; Invalid for an unknown role; Refused for the actor's own account, for the last legal admin, for
    somebody without an account (a link in a mail would give them the rights of the role), and without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    person = get_person(work, person_id)
    raise_invalid(role_problems(work, role))
    if person.state == GUEST:
        sentence = "{name} has no account: invite them, with the role that they are to have."
        raise Refused([say(work.language, sentence, name=person.name)])
    if person.role != role:
        _require_another_admin(work, person)
        before, person.role = person.role, role
        end_sessions(work, person)
        if not is_permitted("dossier.decide", Viewer(person.id, role_of(person))):
            release_seats(work, person.id)
        append_entry(work, "role_changed", {"person": person.id, "before": before, "after": role})
    return person


def close_account(work: UnitOfWork, person_id: str) -> Person:
    """Close an account: its sessions, tokens and links end, its open seats are reassigned, its documents given back;
    past entries keep the name.

    Raises NotFound; Refused for the actor's own account, for the last legal admin, and without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    person = get_person(work, person_id)
    if person.state != "closed":
        _require_another_admin(work, person)
        person.state, person.closed_at, person.password_hash = "closed", work.now, None
        end_sessions(work, person)
        withdraw_all(work, person)
        end_calendar_address(work, person)
        for link in work.session.scalars(select(OneTimeLink).where(OneTimeLink.person_id == person.id)):
            link.withdrawn_at = link.withdrawn_at or work.now
        give_back_documents(work, person.id)
        release_seats(work, person.id)
        wake_parts(work, person)
        append_entry(work, "account_closed", {"person": person.id})
    return person


def log_person_out(work: UnitOfWork, person_id: str) -> Person:
    """End every session and every API token of a person (a lost device, a leaked token); the account stays open.

    Raises NotFound, and Refused without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    person = get_person(work, person_id)
    log_out_everywhere(work, person)
    return person


def change_profile(work: UnitOfWork, *, name: str, language: str, zone: str) -> Person:
    """Change the actor's own name, language and time zone; raises Invalid."""
    require_permission(work, "account.own")
    name = " ".join(name.split())
    raise_invalid([*name_problems(work, name), *profile_problems(work, language, zone)])
    person = work.session.get_one(Person, work.person.id)
    if person.name != name:
        mark_dossiers_of(work, person.id)
    person.name, person.language, person.zone = name, language, zone
    append_entry(work, "profile_changed", {"person": person.id})
    return person


def change_language(work: UnitOfWork, language: str) -> None:
    """Change the language in which the actor reads the portal; raises Invalid for one that the portal does not have."""
    raise_invalid(profile_problems(work, language, work.person.zone))
    work.session.get_one(Person, work.person.id).language = language


def change_password(work: UnitOfWork, present: str, new: str, *, keep: str | None = None) -> Person:
    """Change the actor's own password. Every other session ends (all but that of the secret `keep`), and every API
    token.

    Raises Invalid when the present password is wrong or the new one is weak. The tenth wrong one within an hour raises
    TooManyTries and ends the session `keep` as well: it may be in the hands of somebody else.
    """
    cost = work.platform.settings.password_cost
    actor = work.person
    try:
        rate_limits.consume(work, (rate_limits.PRESENT_PASSWORD, actor.id))
    except TooManyTries:
        with work.platform.database.transaction() as session:
            end_session(work, session, keep)
        raise
    wrong = [FormFieldError("/present", say(work.language, "This is not your present password."))]
    verified = actor.password_hash
    if not passwords.verify_password(cost, verified, present):
        log.warning("a present password was refused: %s, from %s", actor.id, work.address or "-")
        raise_invalid(wrong)
    raise_invalid(passwords.password_problems(work, new, f"{actor.email} {actor.name}", "/new"))
    stored = passwords.hash_password(cost, new)
    lock_site_chain(work)
    person = work.session.get_one(Person, actor.id)
    if person.password_hash != verified:  # changed while this one was hashed
        raise_invalid(wrong)
    rate_limits.reset_limit(work.session, rate_limits.PRESENT_PASSWORD, actor.id)
    person.password_hash = stored
    end_sessions(work, person, but=keep)
    withdraw_all(work, person)
    append_entry(work, "password_changed", {"person": person.id})
    return person


def address_problems(work: UnitOfWork, email: str) -> list[FormFieldError]:
    """The errors in the e-mail address of a new person."""
    if not is_email_address(email):
        sentence = say(work.language, "Write a whole e-mail address, such as maya@example.com.")
        return [FormFieldError("/email", sentence, "format")]
    if work.session.scalar(select(Person.id).where(Person.email == email)) is not None:
        return [FormFieldError("/email", say(work.language, "There is an account with this address already."))]
    return []


def name_problems(work: UnitOfWork, name: str) -> list[FormFieldError]:
    """The errors in a name."""
    if not has_visible(name):
        return [FormFieldError("/name", say(work.language, "Write a name."), "required")]
    if not is_readable(name):
        return [FormFieldError("/name", say(work.language, "Leave out characters that cannot be read."), "pattern")]
    if len(name) > 200:
        return [FormFieldError("/name", say(work.language, "Write at most {n} characters.", n=200), "maxLength")]
    return []


def profile_problems(work: UnitOfWork, language: str, zone: str) -> list[FormFieldError]:
    """The errors in a language and a time zone."""
    errors = []
    if language not in LANGUAGES:
        errors.append(FormFieldError("/language", say(work.language, "Choose a language of the list."), "enum"))
    if zone not in zone_names():
        errors.append(FormFieldError("/zone", say(work.language, "Choose a time zone of the list."), "enum"))
    return errors


def role_problems(work: UnitOfWork, role: str) -> list[FormFieldError]:
    """The error in a site role."""
    if role in ROLES:
        return []
    return [
        FormFieldError(
            "/role", say(work.language, "Choose one of these roles: {roles}.", roles=", ".join(ROLES)), "enum"
        )
    ]


def require_belonging(work: UnitOfWork, text: str | None) -> Belonging:
    """The organisation and department of a text (`find_belonging`); raises Invalid where there are none such."""
    belonging = find_belonging(work, text or "")
    if belonging is None:
        sentence = say(work.language, "There is no organisation {short}.", short=text)
        raise_invalid([FormFieldError("/organisation", sentence, "enum")])
    return belonging or Belonging()


def leave_department(work: UnitOfWork, person: Person, belonging: Belonging) -> None:
    """End somebody's being the head of a department that they are about to leave."""
    if person.department_id is not None and person.department_id != belonging.department_id:
        headed = update(Department).where(Department.id == person.department_id, Department.head_id == person.id)
        work.session.execute(headed.values(head_id=None))


def _require_another_admin(work: UnitOfWork, person: Person) -> None:
    """Raise Refused for the actor's own account and for the last active legal admin."""
    if person.id == work.actor_id:
        raise Refused([say(work.language, "Ask another legal admin to change your own account.")])
    if person.role != "legal_admin" or person.state != "active":
        return
    remaining = select(func.count()).where(
        Person.role == "legal_admin", Person.state == "active", Person.id != person.id
    )
    if not work.session.scalar(remaining):
        raise Refused([say(work.language, "This is the last legal admin: make somebody else one first.")])
