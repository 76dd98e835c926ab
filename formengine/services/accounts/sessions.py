"""Sessions: the cookie holds a random id, the row its hash; new at each sign-in, ended from anywhere (U1, T11).

A session ends when it was not used for `session_days`, and `session_max_days` after signing in however much it is used
(ASVS 5.0, 7.3.1 and 7.3.2). Another `formengine.secret`, without the one before beside it, ends them all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from formengine.errors import DatabaseBusy, NotFound, Refused
from formengine.i18n import say
from formengine.services.accounts import passwords, sign_in_throttle
from formengine.services.accounts.api_tokens import withdraw_all
from formengine.services.accounts.calendar_feeds import end_calendar_address
from formengine.services.accounts.secrets import new_secret
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.published_definitions import PublicationKey
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.settings import Settings
from formengine.storage.database import LATE
from formengine.storage.models.people import Person, SignIn, SignInRecord
from formengine.storage.models.publications import Publication

log = logging.getLogger(__name__)

RENEWAL_INTERVAL: Final = timedelta(hours=1)
"""The expiry and the last use of a session move on; they are written at most once in this time."""
SESSION_NUMBER_LENGTH: Final = 16
"""Characters of the hash of a session's secret that name it on its owner's page."""

_PERSON, _SIGN_IN, _PUBLICATION = Person.__table__.c, SignIn.__table__.c, Publication.__table__.c
_SESSION: Final = (
    select(*_PERSON, _SIGN_IN.created_at, _SIGN_IN.expires_at, _SIGN_IN.used_at, _PUBLICATION.id, _PUBLICATION.hash)
    .join(SignIn.__table__, _SIGN_IN.person_id == _PERSON.id)
    .join(
        Publication.__table__,
        _PUBLICATION.id == select(func.max(_PUBLICATION.id)).scalar_subquery(),
    )
    .where(
        _SIGN_IN.id_hash.in_(bindparam("hashes", expanding=True)),
        _SIGN_IN.expires_at > bindparam("now"),
        _SIGN_IN.created_at > bindparam("oldest"),
        _PERSON.state == "active",
    )
)


@dataclass(frozen=True)
class CurrentSession:
    """The session of a request's cookie: its account, its times, and the newest publication.

    The account is detached from the ORM session: a rollback does not affect it.
    """

    person: Person
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    publication: PublicationKey


@dataclass(frozen=True)
class SignedIn:
    """A session that was just opened: `secret` goes into the cookie and is stored nowhere.

    `device` is the token by which the account's next sign-in recognises this browser (`sign_in_throttle`).
    """

    person: Person
    secret: str
    device: str


def sign_in(
    work: UnitOfWork,
    email: str,
    password: str,
    *,
    agent: str = "",
    previous: str | None = None,
    devices: Sequence[str] = (),
) -> SignedIn:
    """Sign in by e-mail and password, in short transactions of its own; the `previous` session of the browser ends.

    `devices` are the device tokens of the browser. Raises TooManyTries when the account or the address tried too often,
    and Refused, in the same words and after the same time, for a wrong password and for an account that does not exist,
    has no password yet, or is closed (T18).
    """
    email = email.strip().lower()
    settings = work.platform.settings
    device = sign_in_throttle.device_token_of(settings.secret, email, devices)
    sign_in_throttle.admit(work, email, device)
    cost = settings.password_cost
    wrong = Refused([say(work.language, "This e-mail address and password do not go together.")])
    with work.platform.database.reading() as session:
        person = session.scalar(select(Person).where(Person.email == email))
    stored = person.password_hash if person and person.state == "active" else None
    if not passwords.verify_password(cost, stored, password) or person is None or stored is None:
        log.warning("sign-in refused, from %s", work.address or "-")
        with work.platform.database.transaction() as session:
            session.add(_record(work, person, agent, succeeded=False))
        raise wrong
    newer = passwords.hash_password(cost, password) if passwords.needs_rehash(cost, stored) else stored
    with work.platform.database.transaction(LATE) as session:
        person = session.get_one(Person, person.id, with_for_update={"read": True})
        if (person.state, person.password_hash) != ("active", stored):  # changed while the password was verified
            raise wrong
        person.password_hash = newer
        sign_in_throttle.succeeded(work, session, email, device)
        end_session(work, session, previous)
        session.add(_record(work, person, agent, succeeded=True))
        secret = _open(session, work, person, agent)
    log.info("signed in by password: %s, from %s", person.id, work.address or "-")
    return SignedIn(person, secret, device or sign_in_throttle.new_device_token(settings.secret, email))


def open_session(work: UnitOfWork, person: Person, agent: str = "", previous: str | None = None) -> str:
    """Open a session within the unit of work (a password was just chosen); the secret for the cookie."""
    end_session(work, work.session, previous)
    return _open(work.session, work, person, agent)


def find_session(settings: Settings, session: Session, secret: str, now: datetime) -> CurrentSession | None:
    """The session of a cookie, in one statement.

    None once it has ended, when the account is not active, and while nothing is published.
    """
    oldest = now - timedelta(days=settings.session_max_days)
    values = {"hashes": settings.secret.hashes(secret), "now": now, "oldest": oldest}
    row = session.connection().execute(_SESSION, values).one_or_none()
    if row is None:
        return None
    *columns, begun, ends, used, publication, content_hash = row
    person = Person()
    for column, value in zip(_PERSON, columns, strict=True):
        set_committed_value(person, column.key, value)
    make_transient_to_detached(person)
    return CurrentSession(person, begun, ends, used, PublicationKey(publication, content_hash))


def slide(platform: Platform, secret: str, current: CurrentSession, now: datetime) -> None:
    """Move the expiry of a session that is in use, and note its last use, in a transaction of its own; skipped while
    the database is busy.
    """
    ends = _end_of_session(platform.settings, current.created_at, now)
    used = current.used_at or current.created_at
    if ends - current.expires_at < RENEWAL_INTERVAL and now - used < RENEWAL_INTERVAL:
        return
    try:
        with platform.database.transaction() as session:
            row = session.scalar(select(SignIn).where(SignIn.id_hash.in_(platform.settings.secret.hashes(secret))))
            if row is not None:
                row.expires_at, row.used_at = ends, now
    except (DatabaseBusy, OperationalError):
        log.warning("a session could not be prolonged now; it will be at the next page")


def sign_out(work: UnitOfWork, secret: str) -> None:
    """End the session of a cookie; no error when it has ended already."""
    end_session(work, work.session, secret)


def log_out_everywhere(work: UnitOfWork, person: Person | None = None, *, but: str | None = None) -> int:
    """End every session, every API token and the private calendar address of the actor, except the session of the
    secret `but`; returns the number of sessions that ended.
    """
    owner = person or work.person
    end_calendar_address(work, owner)
    ended = end_sessions(work, owner, but=but)
    withdrawn = withdraw_all(work, owner)
    append_entry(work, "logged_out_everywhere", {"person": owner.id, "sessions": ended, "tokens": withdrawn})
    return ended


def end_sessions(work: UnitOfWork, person: Person, *, but: str | None = None) -> int:
    """Delete the sessions of a person; returns their number."""
    query = delete(SignIn).where(SignIn.person_id == person.id)
    if but is not None:
        query = query.where(SignIn.id_hash.not_in(work.platform.settings.secret.hashes(but)))
    return work.session.execute(query).rowcount  # type: ignore[attr-defined, no-any-return]  # a CursorResult


def sessions_of(work: UnitOfWork, person: Person) -> list[SignIn]:
    """A person's sessions that have not ended, the one used last first."""
    oldest = work.now - timedelta(days=work.platform.settings.session_max_days)
    query = select(SignIn).where(
        SignIn.person_id == person.id, SignIn.expires_at > work.now, SignIn.created_at > oldest
    )
    last_use = func.coalesce(SignIn.used_at, SignIn.created_at)
    return list(work.session.scalars(query.order_by(last_use.desc(), SignIn.created_at.desc())))


def end_own_session(work: UnitOfWork, number: str) -> None:
    """End one of the actor's own sessions, named by the first characters of its hash.

    Raises NotFound for one that has ended, and for anybody else's.
    """
    lock_site_chain(work)
    rows = sessions_of(work, work.person)
    row = next((row for row in rows if row.id_hash[:SESSION_NUMBER_LENGTH] == number), None)
    if row is None:
        raise NotFound(number)
    work.session.delete(row)
    append_entry(work, "session_ended", {"person": work.person.id})


def _open(session: Session, work: UnitOfWork, person: Person, agent: str) -> str:
    secret = new_secret()
    session.execute(delete(SignIn).where(SignIn.person_id == person.id, SignIn.expires_at <= work.now))
    session.add(
        SignIn(
            id_hash=work.platform.settings.secret.hash(secret),
            person_id=person.id,
            created_at=work.now,
            expires_at=_end_of_session(work.platform.settings, work.now, work.now),
            used_at=work.now,
            address=work.address[:64],
            agent=agent[:200],
        )
    )
    session.flush()
    return secret


def _record(work: UnitOfWork, person: Person | None, agent: str, *, succeeded: bool) -> SignInRecord:
    return SignInRecord(
        person_id=person.id if person else None,
        at=work.now,
        succeeded=succeeded,
        address=work.address[:64],
        agent=agent[:200],
    )


def _end_of_session(settings: Settings, begun: datetime, now: datetime) -> datetime:
    """The expiry of a session that is used now."""
    return min(now + timedelta(days=settings.session_days), begun + timedelta(days=settings.session_max_days))


def end_session(work: UnitOfWork, session: Session, secret: str | None) -> None:
    """End the session of a cookie's secret; no error where there is none."""
    if secret:
        session.execute(delete(SignIn).where(SignIn.id_hash.in_(work.platform.settings.secret.hashes(secret))))
