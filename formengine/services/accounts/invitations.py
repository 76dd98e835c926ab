"""Invitations and password resets by one-time links (U2, U4, T17).

A link holds a secret of 256 bits, the row its hash. Choosing a password uses the link up; opening it does not, because
mail programs prefetch links.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import Select, select, update

from formengine.errors import LinkSpent, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, require_permission
from formengine.services.accounts import passwords
from formengine.services.accounts.accounts import create_person, get_person, rewrite_person
from formengine.services.accounts.api_tokens import withdraw_all
from formengine.services.accounts.field_errors import raise_invalid
from formengine.services.accounts.sessions import SignedIn, end_sessions, open_session
from formengine.services.accounts.sign_in_throttle import new_device_token
from formengine.services.core import rate_limits
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import notify
from formengine.services.notifications.secret_text import SecretText
from formengine.storage.models.people import OneTimeLink, Person

log = logging.getLogger(__name__)

Purpose = Literal["invitation", "password"]
RESET_LINK_LIFETIME: Final = timedelta(hours=1)
CONSTANT_RESPONSE_SECONDS: Final = 0.4
"""How long a request for a new password takes, in seconds, whether or not the address has an account (T18)."""


def invite(
    work: UnitOfWork,
    email: str,
    name: str,
    role: str,
    *,
    organisation: str | None = None,
    language: str | None = None,
) -> Person:
    """Invite a person: an account without a password, and a mail with a link to choose one.

    A closed account of that address is opened again, and a pending invitation is replaced; either then has the name,
    role, organisation and language of this invitation. Raises Invalid as `create_person` does, and for an address in
    use; Refused without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    existing = work.session.scalar(select(Person).where(Person.email == email.strip().lower()))
    if existing is None or existing.state == "active":
        person = create_person(work, email, name, role, organisation=organisation, language=language)
    else:
        person = rewrite_person(work, existing, name, role, organisation=organisation, language=language)
    send_invitation(work, person)
    return person


def resend_invitation(work: UnitOfWork, person_id: str) -> Person:
    """Send a new link to a person who has not chosen a password yet; earlier links stop working.

    Raises NotFound; Refused for an account that is active or closed, and without `people.manage`.
    """
    lock_site_chain(work)
    require_permission(work, "people.manage")
    person = get_person(work, person_id)
    _require_open_invitation(work, person)
    send_invitation(work, person)
    return person


def withdraw_invitation(work: UnitOfWork, person_id: str) -> Person:
    """Withdraw an invitation: its links stop working and the account is closed. Raises as `resend_invitation` does."""
    lock_site_chain(work)
    require_permission(work, "people.manage")
    person = get_person(work, person_id)
    _require_open_invitation(work, person)
    _withdraw_links(work, person)
    person.state, person.closed_at = "closed", work.now
    append_entry(work, "invitation_withdrawn", {"person": person.id})
    return person


def open_invitation(work: UnitOfWork, person: Person) -> OneTimeLink | None:
    """The link of a person's invitation that still works; None where there is none. Raises Refused without
    `people.manage`.
    """
    require_permission(work, "people.manage")
    unused = (OneTimeLink.used_at.is_(None), OneTimeLink.withdrawn_at.is_(None), OneTimeLink.expires_at > work.now)
    query = select(OneTimeLink).where(OneTimeLink.person_id == person.id, OneTimeLink.purpose == "invitation", *unused)
    return work.session.scalar(query.order_by(OneTimeLink.id.desc()).limit(1))


def read_link(
    work: UnitOfWork, secret: str, purpose: Purpose | None = None, *, lock: bool = True
) -> tuple[OneTimeLink, Person]:
    """The link of a secret and its account, without using it up. Raises LinkSpent with the reason."""
    query = _select_link(work, secret)
    link = work.session.scalar(query.with_for_update() if lock else query)
    if link is None or (purpose is not None and link.purpose != purpose):
        raise LinkSpent("unknown")
    if link.used_at is not None:
        raise LinkSpent("used")
    if link.withdrawn_at is not None:
        raise LinkSpent("withdrawn")
    if link.expires_at <= work.now:
        raise LinkSpent("expired")
    person = work.session.get_one(Person, link.person_id)
    if person.state == "closed":
        raise LinkSpent("closed")
    return link, person


def choose_password(
    work: UnitOfWork, secret: str, password: str, *, agent: str = "", previous: str | None = None
) -> SignedIn:
    """Choose a password with the link that was mailed for it: uses the link up, ends every other session and every API
    token, and signs in.

    Raises LinkSpent; TooManyTries; Invalid for a weak password (the link then still works).
    """
    rate_limits.consume(work, (rate_limits.LINK_ADDRESS, work.address))
    with work.platform.database.reading() as session:  # judging and hashing are slow: before anything is locked
        _link, person = read_link(replace(work, session=session), secret, lock=False)
        about = f"{person.email} {person.name}"
    raise_invalid(passwords.password_problems(work, password, about))
    stored = passwords.hash_password(work.platform.settings.password_cost, password)
    lock_site_chain(work)
    link, person = read_link(work, secret)
    link.used_at = work.now
    _withdraw_links(work, person)
    person.password_hash, person.state = stored, "active"
    end_sessions(work, person)
    withdraw_all(work, person)
    kind = "invitation_accepted" if link.purpose == "invitation" else "password_reset"
    append_entry(work, kind, {"person": person.id}, by=person.id)
    device = new_device_token(work.platform.settings.secret, person.email)
    return SignedIn(person, open_session(work, person, agent, previous), device)


def request_password_reset(work: UnitOfWork, email: str) -> None:
    """Mail a link for a new password if the address has an account; the response and its time are the same either way
    (U4, T18).

    Runs in a short transaction of its own, so that its time can be evened out. A person with a pending invitation gets
    a new invitation instead. Raises TooManyTries, counted per network address and per account.
    """
    email = email.strip().lower()
    rate_limits.consume(work, (rate_limits.RESET_ADDRESS, work.address), (rate_limits.RESET_ACCOUNT, email))
    begun = time.monotonic()
    with work.platform.database.transaction() as session:
        short_work = replace(work, session=session)
        lock_site_chain(short_work)
        person = session.scalar(select(Person).where(Person.email == email, Person.state != "closed"))
        _send_matching_link(short_work, person)
    if work.platform.settings.password_cost == "standard":  # nosec B105
        time.sleep(max(0.0, CONSTANT_RESPONSE_SECONDS - (time.monotonic() - begun)))


def renew_link(work: UnitOfWork, secret: str) -> None:
    """Replace a link that has expired or was used, if it is still needed; the caller is not told whether.

    A link that was withdrawn, or whose account is closed, is not replaced: only an admin can do that. Raises
    TooManyTries.
    """
    with work.platform.database.reading() as session:
        link = session.scalar(_select_link(work, secret))
        person = session.get(Person, link.person_id) if link is not None else None
    request_password_reset(work, person.email if person is not None else secret)


def _send_matching_link(work: UnitOfWork, person: Person | None) -> None:
    if person is None:
        log.info("a link was asked for an address without account, from %s", work.address or "-")
    elif person.state == "invited":
        send_invitation(work, person)
    else:
        _send_reset(work, person)


def send_invitation(work: UnitOfWork, person: Person) -> None:
    """Mail a person a new link to choose a first password; earlier ones stop working."""
    lasts = current_site(work).portal.invitations_expire_after
    link = new_link(work, person, "invitation", lasts, "invitations")
    entry = append_entry(work, "invited", {"person": person.id, "role": person.role})
    notify(work, "invitation", [person.id], {"link": link, "days": lasts.days}, entry=entry.number)


def _send_reset(work: UnitOfWork, person: Person) -> None:
    link = new_link(work, person, "password", RESET_LINK_LIFETIME, "invitations")
    entry = append_entry(work, "password_reset_asked", {"person": person.id}, by=person.id)
    notify(work, "password", [person.id], {"link": link, "minutes": 60}, entry=entry.number)


def new_link(work: UnitOfWork, person: Person, purpose: Purpose, lasts: timedelta, path: str) -> SecretText:
    """A new one-time link under a path of the portal; earlier ones of its purpose stop working."""
    _withdraw_links(work, person, purpose)
    # The configured address alone: a forged Host header changes no link (T20).
    link = SecretText(work.platform.settings.secret, f"{work.platform.settings.base_url.rstrip('/')}/{path}/")
    work.session.add(
        OneTimeLink(
            secret_hash=work.platform.settings.secret.hash(link.secret),
            purpose=purpose,
            person_id=person.id,
            created_at=work.now,
            created_by=work.actor_id or None,
            expires_at=work.now + lasts,
        )
    )
    work.session.flush()
    return link


def _select_link(work: UnitOfWork, secret: str) -> Select[OneTimeLink]:
    """The query for the link of a secret, hashed under each of the site's present secrets."""
    return select(OneTimeLink).where(OneTimeLink.secret_hash.in_(work.platform.settings.secret.hashes(secret)))


def _withdraw_links(work: UnitOfWork, person: Person, purpose: Purpose | None = None) -> None:
    query = update(OneTimeLink).where(
        OneTimeLink.person_id == person.id, OneTimeLink.used_at.is_(None), OneTimeLink.withdrawn_at.is_(None)
    )
    if purpose is not None:
        query = query.where(OneTimeLink.purpose == purpose)
    work.session.flush()
    work.session.execute(query.values(withdrawn_at=work.now))


def _require_open_invitation(work: UnitOfWork, person: Person) -> None:
    if person.state != "invited":
        raise Refused([say(work.language, "{name} has no invitation that is still open.", name=person.name)])
