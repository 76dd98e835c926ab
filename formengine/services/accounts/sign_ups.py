"""Signing up: somebody asks for an account, and confirms the address first (P5, U3).

`sign_up` in `config/portal.yaml` decides: off, open (the confirmed address chooses a password), or approval (whom the
portal names decides, `sign_up_decisions`). What is answered never tells whether an address has an account (T18): each
one gets a mail, and only the mail says what it is about.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from formengine.authoring.config.portal import SignUp
from formengine.email_addresses import is_email_address
from formengine.errors import Invalid, LinkSpent, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site
from formengine.services.accounts.accounts import create_person, name_problems
from formengine.services.accounts.field_errors import FormFieldError, raise_invalid
from formengine.services.accounts.invitations import CONSTANT_RESPONSE_SECONDS, send_invitation
from formengine.services.accounts.sessions import SignedIn, open_session
from formengine.services.accounts.sign_in_throttle import new_device_token
from formengine.services.core import rate_limits
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.notifications.secret_text import SecretText
from formengine.services.people.displayed_names import is_readable
from formengine.storage.models.people import GUEST, Person, SignUpRequest
from formengine.value_format import format_date_time

log = logging.getLogger(__name__)

LINK_LIFETIME: Final = timedelta(days=1)
MAX_REASON: Final = 2000
"""Characters of what somebody wants an account for."""
NO_ACCOUNT: Final = ("closed", GUEST)
"""The states of people who cannot sign in, and may be let in again: by the legal team, not by themselves."""


def sign_up_rule(work: UnitOfWork) -> SignUp:
    """The portal's rule of signing up."""
    return current_site(work).portal.sign_up


def request_account(
    work: UnitOfWork, email: str, name: str, *, company: str = "", reason: str = "", language: str
) -> None:
    """Mail a link by which an address is confirmed; the response and its time are the same for every address (T18).

    Runs in a short transaction of its own. Raises Refused where the portal lets nobody sign up; Invalid for an address
    that is none or of another domain than the portal takes, for a name, company or reason that does not fit;
    TooManyTries, counted per network address and per e-mail address.
    """
    email, name, company = email.strip().lower(), " ".join(name.split()), " ".join(company.split())
    rule = sign_up_rule(work)
    if rule.mode == "off":
        raise Refused([say(work.language, "Accounts of this portal are opened by the legal team alone.")])
    raise_invalid(
        [
            *_address_problems(work, rule, email),
            *name_problems(work, name),
            *_text_problems(work, company, reason),
        ]
    )
    rate_limits.consume(work, (rate_limits.SIGN_UP_ADDRESS, work.address), (rate_limits.SIGN_UP_ACCOUNT, email))
    begun = time.monotonic()
    row = SignUpRequest(email=email, name=name, company=company, reason=reason.strip(), language=language)
    with work.platform.database.transaction() as session:
        short_work = replace(work, session=session, actor=None, language=language)
        lock_site_chain(short_work)
        _answer(short_work, rule, row)
    if work.platform.settings.password_cost == "standard":  # nosec B105
        time.sleep(max(0.0, CONSTANT_RESPONSE_SECONDS - (time.monotonic() - begun)))


def read_sign_up(work: UnitOfWork, secret: str, *, lock: bool = False) -> SignUpRequest:
    """The request of a mailed link: not confirmed yet, or one whose address was confirmed, to see how it goes.

    Raises LinkSpent with the reason: also for an address that has got an account by now, or once the portal lets
    nobody sign up any more.
    """
    query = select(SignUpRequest).where(SignUpRequest.secret_hash.in_(work.platform.settings.secret.hashes(secret)))
    row = work.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise LinkSpent("unknown")
    if row.state == "accepted" and row.decided_by is None:  # opened by the person alone
        raise LinkSpent("used")
    if row.state == "unverified":
        if row.expires_at <= work.now:
            raise LinkSpent("expired")
        if sign_up_rule(work).mode == "off":
            raise LinkSpent("closed")
        person = _account_of(work, row.email)
        if person is not None and (person.state not in NO_ACCOUNT or sign_up_rule(work).mode == "open"):
            raise LinkSpent("used")
    return row


def confirm_address(work: UnitOfWork, secret: str) -> SignUpRequest:
    """Confirm the address of a request that needs an approval, and tell those who decide; a second time changes
    nothing.

    Raises LinkSpent; Refused where the portal needs no approval (`open_account`).
    """
    lock_site_chain(work)
    row = read_sign_up(work, secret, lock=True)
    if row.state != "unverified":
        return row
    if sign_up_rule(work).mode != "approval":
        raise Refused([say(work.language, "Choose a password to open your account.")])
    row.state, row.verified_at = "waiting", work.now
    engine = replace(work, actor=None)
    entry = append_entry(engine, "sign_up_confirmed", {"sign_up": row.id})
    applicant = {"name": row.name, "email": row.email, "company": row.company, "reason": row.reason}
    base = work.platform.settings.base_url.rstrip("/")
    data = {"applicant": applicant, "link": f"{base}/sign-ups/{row.id}"}
    notify(engine, "sign_up_asked", approver_ids(work), data, entry=entry.number)
    return row


def open_account(
    work: UnitOfWork, secret: str, password: str, *, agent: str = "", previous: str | None = None
) -> SignedIn:
    """Open the account of a confirmed address with a password, where the portal needs no approval, and sign in.

    Raises LinkSpent; TooManyTries; Refused where an approval is needed; Invalid for a weak password.
    """
    rate_limits.consume(work, (rate_limits.LINK_ADDRESS, work.address))
    engine = replace(work, actor=None)  # whoever is signed in in this browser opens nobody an account
    row = read_sign_up(work, secret)
    if row.state != "unverified" or sign_up_rule(work).mode != "open":
        raise Refused([say(work.language, "The legal team has to let you in first.")])
    try:
        person = create_person(engine, row.email, row.name, "client", password=password, language=row.language)
    except Invalid as error:
        if any(problem.pointer == "/email" for problem in error.errors):  # opened at the same moment
            raise LinkSpent("used") from error
        raise
    work.session.refresh(row)
    row.state, row.verified_at, row.decided_at, row.person_id = "accepted", work.now, work.now, person.id
    entry = append_entry(work, "sign_up_accepted", {"sign_up": row.id, "person": person.id}, by=person.id)
    data = {"link": work.platform.settings.base_url.rstrip("/") + "/"}
    notify(engine, "sign_up_accepted", [person.id], data, entry=entry.number)
    device = new_device_token(work.platform.settings.secret, person.email)
    return SignedIn(person, open_session(work, person, agent, previous), device)


def approver_ids(work: UnitOfWork) -> list[str]:
    """The accounts that decide on requests: the team or person that the portal names; without any, legal admins."""
    site = current_site(work)
    kind, _colon, name = (site.portal.sign_up.approver or "").partition(":")
    team = site.teams.get(name) if kind == "team" else None
    emails = [email.lower() for email in team.members] if team else [name] if kind == "person" else []
    active = select(Person.id).where(Person.state == "active").order_by(Person.email)
    named = work.session.scalars(active.where(Person.email.in_(emails), Person.role != "auditor")).all()
    return list(named) or list(work.session.scalars(active.where(Person.role == "legal_admin")))


def applicant_of(work: UnitOfWork, row: SignUpRequest) -> Recipient:
    """Somebody who asked for an account, as the recipient of a mail."""
    return Recipient(row.email, row.name, row.language, current_site(work).portal.zone)


def _answer(work: UnitOfWork, rule: SignUp, row: SignUpRequest) -> None:
    """Mail what fits the address: the link to confirm it, or that it has an account, or a request, already."""
    person = _account_of(work, row.email)
    waiting = select(SignUpRequest.id).where(SignUpRequest.email == row.email, SignUpRequest.state == "waiting")
    if person is not None and person.state == "invited":
        send_invitation(work, person)
    elif person is not None and (person.state == "active" or rule.mode == "open"):
        _tell_known(work, row, "closed" if person.state in NO_ACCOUNT else person.state)
    elif work.session.scalar(waiting) is not None:
        _tell_known(work, row, "waiting")
    else:
        _ask_to_confirm(work, row)


def _tell_known(work: UnitOfWork, row: SignUpRequest, account: str) -> None:
    """Tell the owner of an address that its account is `active` or `closed`, or its request `waiting`."""
    entry = append_entry(work, "sign_up_known", {"account": account}, nobody=True)
    data = {"account": account, "link": work.platform.settings.base_url.rstrip("/") + "/sign-in"}
    notify(work, "sign_up_known", [_unconfirmed(work, row)], data, entry=entry.number)


def _ask_to_confirm(work: UnitOfWork, row: SignUpRequest) -> None:
    work.session.execute(
        delete(SignUpRequest).where(SignUpRequest.email == row.email, SignUpRequest.state == "unverified")
    )
    link = SecretText(work.platform.settings.secret, f"{work.platform.settings.base_url.rstrip('/')}/sign-up/")
    row.secret_hash = work.platform.settings.secret.hash(link.secret)
    row.created_at, row.expires_at = work.now, work.now + LINK_LIFETIME
    work.session.add(row)
    work.session.flush()
    entry = append_entry(work, "sign_up_asked", {"sign_up": row.id}, nobody=True)
    to = _unconfirmed(work, row)
    notify(work, "sign_up", [to], {"link": link, "until": _moment(row.expires_at, to)}, entry=entry.number)


def _unconfirmed(work: UnitOfWork, row: SignUpRequest) -> Recipient:
    """An address that may be somebody else's: no word of who typed it goes there, the name included, or the portal
    would send anybody's texts to anybody.
    """
    return replace(applicant_of(work, row), name=row.email)


def _moment(moment: datetime, to: Recipient) -> str:
    return format_date_time(moment, to.language, to.zone)


def _account_of(work: UnitOfWork, email: str) -> Person | None:
    return work.session.scalar(select(Person).where(Person.email == email))


def _address_problems(work: UnitOfWork, rule: SignUp, email: str) -> list[FormFieldError]:
    if not is_email_address(email):
        sentence = say(work.language, "Write a whole e-mail address, such as maya@example.com.")
        return [FormFieldError("/email", sentence, "format")]
    if rule.domains and email.rpartition("@")[2] not in rule.domains:
        sentence = say(work.language, "Use your address at work. Accepted: {domains}.", domains=", ".join(rule.domains))
        return [FormFieldError("/email", sentence, "domain")]
    return []


def _text_problems(work: UnitOfWork, company: str, reason: str) -> list[FormFieldError]:
    errors = []
    for pointer, text, longest in (("/company", company, 200), ("/reason", reason, MAX_REASON)):
        if len(text) > longest:
            sentence = say(work.language, "Write at most {n} characters.", n=longest)
            errors.append(FormFieldError(pointer, sentence, "maxLength"))
        elif not is_readable(text.replace("\n", "").replace("\r", "").replace("\t", "")):
            sentence = say(work.language, "Leave out characters that cannot be read.")
            errors.append(FormFieldError(pointer, sentence, "pattern"))
    return errors
