"""Bearer tokens of the API: shown once, stored as a hash, with scopes and an expiry (X5).

A person's tokens also end when the password is changed or reset, with *log out everywhere*, and when the account
closes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from formengine.errors import NotFound
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.accounts.field_errors import FormFieldError, raise_invalid
from formengine.services.accounts.secrets import hash_secret_token, new_secret, secret_of_post
from formengine.services.core.audit_log import append_entry, lock_site_chain
from formengine.services.core.published_definitions import PublicationKey
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.people import GUEST, ApiToken, Person
from formengine.storage.models.publications import Publication

SCOPES: Final = ("read", "submit", "work", "admin")
PREFIX: Final = "fe_"
"""Prefix of every token, by which scanners for leaked secrets recognise it."""
LIFETIMES: Final = (30, 90, 365)
"""The lifetimes that the account page offers, in days."""
DEFAULT_LIFETIME: Final = 365
MAX_LIFETIME: Final = 3650


def scopes_for(person: Person) -> tuple[str, ...]:
    """The scopes that a person may choose: `admin` is for legal admins."""
    return SCOPES if person.role == "legal_admin" else SCOPES[:3]


def create_token(
    work: UnitOfWork, person: Person, scopes: Iterable[str], days: int | None = DEFAULT_LIFETIME, *, post: str = ""
) -> str:
    """Create a token for a person, valid for `days`; returns the token, which is not shown again. The same `post`, the
    hash that one is known by, makes one token, which is returned as long as it was not withdrawn.

    The actor may create one for themselves, and for anybody with `people.manage`. Raises Invalid without scopes, for
    unknown scopes, and for days outside 1 to 3650; Refused for somebody else's account; NotFound for a closed one, and
    for somebody without an account.
    """
    lock_site_chain(work)
    if person.state in ("closed", GUEST):
        raise NotFound(person.id)
    require_permission(work, "account.own" if person.id == work.actor_id else "people.manage")
    offered = scopes_for(person)
    chosen = [scope for scope in offered if scope in set(scopes)]
    errors = []
    if kept_back := sorted(set(scopes).intersection(SCOPES).difference(offered)):
        sentence = "{scopes} is not for this role: choose among {offered}."
        said = say(work.language, sentence, scopes=", ".join(kept_back), offered=", ".join(offered))
        errors.append(FormFieldError("/scopes", said, "enum"))
    elif not chosen or len(chosen) != len(set(scopes)):
        sentence = say(work.language, "Choose at least one of these scopes: {scopes}.", scopes=", ".join(offered))
        errors.append(FormFieldError("/scopes", sentence, "enum"))
    if days is None or not 1 <= days <= MAX_LIFETIME:
        sentence = say(work.language, "Write a number of days from 1 to {n}.", n=MAX_LIFETIME)
        errors.append(FormFieldError("/days", sentence, "maximum"))
    raise_invalid(errors)
    token = PREFIX + (secret_of_post(work.platform.settings.secret, post) if post else new_secret())
    made = work.session.scalar(_by_secret(token)) if post else None
    if made is not None and made.withdrawn_at is None:
        return token
    if made is not None:
        token = PREFIX + new_secret()
    row = ApiToken(secret_hash=hash_secret_token(token), person_id=person.id, scopes=chosen, created_at=work.now)
    row.expires_at = work.now + timedelta(days=days or DEFAULT_LIFETIME)
    work.session.add(row)
    work.session.flush()
    append_entry(work, "token_created", {"person": person.id, "token": row.id, "scopes": chosen})
    return token


def _by_secret(token: str) -> Select[ApiToken]:
    return select(ApiToken).where(ApiToken.secret_hash == hash_secret_token(token))


def find_token(session: Session, bearer: str, now: datetime) -> tuple[Person, frozenset[str], PublicationKey] | None:
    """The account of a bearer token, the token's scopes, and the newest publication, in one statement.

    None for a token that is unknown, withdrawn or expired, for an account that is not active, and while nothing is
    published.
    """
    newest = select(func.max(Publication.id)).scalar_subquery()
    query = (
        select(Person, ApiToken.scopes, Publication.id, Publication.hash)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .join(Publication, Publication.id == newest)
        .where(
            ApiToken.secret_hash == hash_secret_token(bearer),
            ApiToken.withdrawn_at.is_(None),
            ApiToken.expires_at > now,
            Person.state == "active",
        )
    )
    row = session.execute(query).one_or_none()
    return (row[0], frozenset(row[1]), PublicationKey(row[2], row[3])) if row else None


def tokens_of(work: UnitOfWork, person: Person) -> list[ApiToken]:
    """The valid tokens of a person, newest first."""
    query = select(ApiToken).where(
        ApiToken.person_id == person.id, ApiToken.withdrawn_at.is_(None), ApiToken.expires_at > work.now
    )
    return list(work.session.scalars(query.order_by(ApiToken.id.desc())))


def withdraw_token(work: UnitOfWork, token_id: int) -> None:
    """Withdraw one of the actor's own tokens; NotFound for anybody else's."""
    lock_site_chain(work)
    row = work.session.get(ApiToken, token_id, populate_existing=True)
    if row is None or row.person_id != work.person.id:
        raise NotFound(str(token_id))
    if row.withdrawn_at is None:
        row.withdrawn_at = work.now
        append_entry(work, "token_withdrawn", {"person": row.person_id, "token": row.id})


def withdraw_all(work: UnitOfWork, person: Person) -> int:
    """Withdraw every token of a person; returns their number."""
    query = update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.withdrawn_at.is_(None))
    return work.session.execute(query.values(withdrawn_at=work.now)).rowcount  # type: ignore[attr-defined, no-any-return]  # a CursorResult
