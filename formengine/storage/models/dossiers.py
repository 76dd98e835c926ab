"""Submissions and the dossiers that they open: a dossier's row, its facts, its people, its reference number.

SQLAlchemy inserts the rows of one flush in the order that relationships give; foreign keys alone do not order them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base, Json
from formengine.storage.models.people import Person

NO_DUE: Final = datetime(9999, 12, 30, tzinfo=UTC)
"""The `due_at` of a dossier without deadlines: it comes last in every order, and can be compared in an index."""
COUNTED: Final = ("kind", "state_category", "practice_area", "category", "priority", "team", "assignee_id")
"""The columns by which lists count dossiers, in the order of the index that they are counted from."""


class Submission(Base):
    """Answers as they were sent, with the exact version of the form; never changed."""

    __tablename__ = "fe_submissions"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_type: Mapped[str] = mapped_column(String(100))
    form_hash: Mapped[str] = mapped_column(ForeignKey("fe_form_versions.hash"))
    answers: Mapped[dict[str, Any]]
    language: Mapped[str] = mapped_column(String(5))
    notice_accepted: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))


class IdempotencyKey(Base):
    """The key of an API call that a client may safely repeat: one row per person and key (T4).

    Of a submission `reply` is what was answered; of other calls the ids of what they made.
    """

    __tablename__ = "fe_idempotency_keys"
    __table_args__ = (UniqueConstraint("person_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))
    key: Mapped[str] = mapped_column(String(255))
    content_hash: Mapped[str] = mapped_column(String(64))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("fe_submissions.id"))
    reply: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    submission: Mapped[Submission | None] = relationship()


class Dossier(Base):
    """The case that a submission opens. Every step, vote, claim and field increments `version`; notes do not."""

    __tablename__ = "fe_dossiers"
    __table_args__ = (
        Index("ix_fe_dossiers_list", "kind", "opened_at", "id"),
        Index("ix_fe_dossiers_queue", "team", "assignee_id", "state_category", "restricted"),
        Index("ix_fe_dossiers_assigned", "assignee_id", "state_category", "restricted"),
        Index("ix_fe_dossiers_late", "is_late", "due_at", "id", "restricted"),
        Index("ix_fe_dossiers_wake", "wake_at"),
        Index("ix_fe_dossiers_shared", "organisation_id", "shared_with_organisation", "restricted"),
        Index("ix_fe_dossiers_opened", "opened_at", "id"),
        Index("ix_fe_dossiers_due", "due_at", "id"),
        Index("ix_fe_dossiers_entered", "entered_at", "id"),
        *(Index(f"ix_fe_dossiers_list_{name}", "kind", f"{name}_at", "id") for name in ("entered", "due")),
        *(Index(f"ix_fe_dossiers_list_{name}", "kind", name, "id") for name in ("title", "reference")),
        Index("ix_fe_dossiers_counts", *COUNTED, "restricted", "opened_at", "id"),  # PostgreSQL's holds no id by itself
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(300))  # in the language of the request
    titles: Mapped[dict[str, Any] | None] = mapped_column(Json)  # by language, where they differ
    kind: Mapped[str] = mapped_column(String(12))
    # what it runs on
    submission_id: Mapped[int] = mapped_column(ForeignKey("fe_submissions.id"), unique=True)
    request_type: Mapped[str] = mapped_column(String(100))
    category: Mapped[str | None] = mapped_column(String(100))
    practice_area: Mapped[str | None] = mapped_column(String(100))
    pack: Mapped[str] = mapped_column(String(100))
    pack_hash: Mapped[str] = mapped_column(ForeignKey("fe_pack_versions.hash"))
    # where it stands
    state: Mapped[str] = mapped_column(String(100))
    state_category: Mapped[str] = mapped_column(String(12))
    entered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    left_states: Mapped[list[Any]] = mapped_column(Json, default=list)  # where `back` leads
    ended_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]  # when time next brings something: a deadline, a reminder, an expiry
    due_at: Mapped[datetime] = mapped_column(default=NO_DUE)  # the first deadline that was missed, else the next one
    is_late: Mapped[bool] = mapped_column(default=False)  # a deadline was missed
    engine_state: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # what else the engine keeps of a case
    # who has it
    requester_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("fe_organisations.id"))
    team: Mapped[str | None] = mapped_column(String(100))
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("fe_people.id"))
    claims: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # role -> person
    # how it is handled
    priority: Mapped[str] = mapped_column(String(10), default="normal")
    restricted: Mapped[bool] = mapped_column(default=False)
    shared_with_organisation: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    status_link_number: Mapped[int] = mapped_column(default=0, server_default="0")  # of the link without an account
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("fe_dossiers.id"))

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012  # as SQLAlchemy reads it

    submission: Mapped[Submission] = relationship()
    requester: Mapped[Person] = relationship(foreign_keys=[requester_id])
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id])


class RelatedDossier(Base):
    """That two dossiers are related, as somebody said (D11); the one with the lower id comes first."""

    __tablename__ = "fe_related_dossiers"
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))


class EarlierSubmission(Base):
    """A submission of a dossier that a corrected one has replaced (F19)."""

    __tablename__ = "fe_earlier_submissions"
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("fe_submissions.id"), unique=True)
    replaced_at: Mapped[datetime]

    dossier: Mapped[Dossier] = relationship()
    submission: Mapped[Submission] = relationship()


class Fact(Base):
    """The value of one of the workflow's own fields, set by a step; it overrides the answer of that name."""

    __tablename__ = "fe_facts"
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    set_at: Mapped[datetime]
    set_by: Mapped[str | None] = mapped_column(String(254))

    dossier: Mapped[Dossier] = relationship()


class Involvement(Base):
    """A person's part in a dossier, which lets them read it (P28): requester, requested_for, watcher, seat, assignee,
    escalated. The part `acknowledgement` lets them read their own acknowledgements alone (W19), `in_charge` the
    children that they are in charge of (W23).
    """

    __tablename__ = "fe_involvements"
    __table_args__ = (
        Index("ix_fe_involvements_person", "person_id", "dossier_id"),
        Index("ix_fe_involvements_part", "person_id", "part", "dossier_id"),
    )
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(20), primary_key=True)

    dossier: Mapped[Dossier] = relationship()


class Reader(Base):
    """A source by which people read a dossier through a role of its workflow, or are kept out of that role (U11).

    The same stands in the dossier's `engine_state`, for the rules; these rows are for lists.
    """

    __tablename__ = "fe_readers"
    __table_args__ = (Index("ix_fe_readers_source", "source", "dossier_id"),)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(100), primary_key=True)
    source: Mapped[str] = mapped_column(String(300), primary_key=True)
    kept_out: Mapped[bool] = mapped_column(primary_key=True)

    dossier: Mapped[Dossier] = relationship()


class ReferenceCounter(Base):
    """The last number of a kind of dossier in a year (D4): numbers are never used twice.

    On SQLite the row of kind `id` and year 0 counts the ids of dossiers and submissions.
    """

    __tablename__ = "fe_reference_counters"
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
