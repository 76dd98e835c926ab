"""Accounts, organisations and departments; sessions, one-time links, tokens, and counts of tries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, column
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from formengine.i18n import fold
from formengine.storage.models.base import Base, Json, new_id
from formengine.workflow.definition.site_roles import SITE_ROLES

GUEST: Final = "guest"
"""The state of a person without an account, who sent a public request and follows it by a secret link (F13)."""


class Organisation(Base):
    """A client organisation, or the legal team's own; the site's YAML refers to it by `short`. A closed one keeps its
    name on past dossiers; `merged_into_id` is the one that its people and dossiers went to.
    """

    __tablename__ = "fe_organisations"
    id: Mapped[int] = mapped_column(primary_key=True)
    short: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    closed_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("fe_organisations.id"))


class Department(Base):
    """A department of an organisation, and its head."""

    __tablename__ = "fe_departments"
    __table_args__ = (UniqueConstraint("organisation_id", "short"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("fe_organisations.id"))
    short: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    head_id: Mapped[str | None] = mapped_column(
        ForeignKey("fe_people.id", use_alter=True, name="fk_fe_departments_head_id")
    )


class Person(Base):
    """An account. `state`: invited (no password yet), active, closed; GUEST: no account, and no way to sign in."""

    __tablename__ = "fe_people"
    __table_args__ = (
        Index("ix_fe_people_by_name", "folded_name", "id"),
        CheckConstraint(column("role").in_(SITE_ROLES), "role"),
        CheckConstraint(column("state").in_(("invited", "active", "closed", GUEST)), "state"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(200))
    # the name without accents and capitals, by which people are found and listed
    folded_name: Mapped[str] = mapped_column(
        String(400), default=lambda context: _folded_name(context), server_default=""
    )
    role: Mapped[str] = mapped_column(String(20))  # a site role (U7)
    state: Mapped[str] = mapped_column(String(10), default="invited")
    # where they belong
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("fe_organisations.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("fe_departments.id"))
    manager_id: Mapped[str | None] = mapped_column(ForeignKey("fe_people.id"))
    # how they sign in
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # how they read
    language: Mapped[str] = mapped_column(String(5), default="en")
    zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")
    mail_choices: Mapped[dict[str, Any] | None] = mapped_column(Json)  # `notifications.choices`; None: the site's
    # who and when
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(String(32))
    closed_at: Mapped[datetime | None]

    organisation: Mapped[Organisation | None] = relationship()
    department: Mapped[Department | None] = relationship(foreign_keys=[department_id])

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.folded_name = fold(name)[:400]
        return name


def _folded_name(context: Any) -> str:
    """The folded name of a row that is written without the mapped class."""
    return fold(context.get_current_parameters()["name"])[:400]


class SignUpRequest(Base):
    """Somebody who asked for an account (P5): `state` is unverified, waiting, accepted or refused.

    The mailed link holds a secret, the row its hash; with it the person confirms the address, and sees how it goes.
    """

    __tablename__ = "fe_sign_ups"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="unverified", index=True)
    # what they wrote
    email: Mapped[str] = mapped_column(String(254), index=True)  # lower case
    name: Mapped[str] = mapped_column(String(200))
    company: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(5))
    # when
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # of the link, while the address is not verified
    verified_at: Mapped[datetime | None]
    # how it went
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(32))
    comment: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[str | None] = mapped_column(ForeignKey("fe_people.id", ondelete="SET NULL"), index=True)


class SignIn(Base):
    """A session: the cookie holds a random secret, the row only its hash (U1)."""

    __tablename__ = "fe_sessions"
    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]  # to the hour; None: not since it is kept
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")


class SignInRecord(Base):
    """A try to sign in with a password that was looked at: for the account's history, and kept for half a year.

    `person_id` is None for an address without account, so that both cost the same (T18).
    """

    __tablename__ = "fe_sign_in_records"
    __table_args__ = (
        Index("ix_fe_sign_in_records_person", "person_id", "at"),
        Index("ix_fe_sign_in_records_at", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("fe_people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    succeeded: Mapped[bool]
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")


class OneTimeLink(Base):
    """The link of an invitation or a password reset: it holds a secret, the row only its hash; usable once (U2)."""

    __tablename__ = "fe_one_time_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))  # invitation, password
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(String(32))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """The private address of a person's calendar: the hash of its secret, and the recipe to show it again (D8)."""

    __tablename__ = "fe_calendar_feeds"
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id", ondelete="CASCADE"), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    recipe: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token of a person, with scopes; only its hash is stored."""

    __tablename__ = "fe_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # None: written by a version that did not know of it; such a token is not valid
    withdrawn_at: Mapped[datetime | None]


class TryCount(Base):
    """The number of tries of a limited action in a window of time; shared by every process (U4, T19)."""

    __tablename__ = "fe_tries"
    __table_args__ = (Index("ix_fe_tries_window_ends", "window_ends"),)
    subject: Mapped[str] = mapped_column(
        String(120), primary_key=True
    )  # "sign-in:account:<hash>", "sign-in:address:<ip>"
    window_ends: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=0)
