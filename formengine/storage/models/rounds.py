"""What runs on a dossier beside its state: approval and signature rounds with their seats, children, deadlines, links.

The engine's dataclasses (`formengine.workflow.engine.case`) document each value. What is queried has a column; what
only the engine reads is in `data`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base, Json
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.fillings import FilledPart

UNASKED: Final = "unclean"
"""The member of `Round.data` which says that nobody is asked yet (`formengine.workflow.engine.case.Round.unasked`)."""


class Round(Base):
    """A round of approval, signature or acknowledgement; `number` counts those of one definition on the dossier."""

    __tablename__ = "fe_rounds"
    __table_args__ = (
        UniqueConstraint("dossier_id", "definition", "number"),
        Index("ix_fe_rounds_status", "status", "dossier_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"))
    definition: Mapped[str] = mapped_column(String(100))  # the id among the workflow's rounds
    kind: Mapped[str] = mapped_column(String(20))  # approval, signature, acknowledgement
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    seats: Mapped[list[Seat]] = relationship(order_by="Seat.id", back_populates="round")
    dossier: Mapped[Dossier] = relationship()

    @property
    def expires_at(self) -> datetime | None:
        """When its time is over (UTC); None where it does not expire."""
        at = self.data.get("expires_at")
        return datetime.fromisoformat(at) if at else None

    @hybrid_property
    def waits(self) -> bool:
        """Whether nobody can decide in it now: they are not asked yet, or wait for the next draft."""
        return bool(self.data.get(UNASKED) or self.data.get("paused"))

    @waits.inplace.expression
    @classmethod
    def _waits(cls) -> ColumnElement[bool]:
        flags = (cls.data[name].as_boolean() for name in (UNASKED, "paused"))
        return ~and_(*(flag.is_not(True) for flag in flags))


class Seat(Base):
    """One person's seat in a round, and their decision."""

    __tablename__ = "fe_seats"
    __table_args__ = (Index("ix_fe_seats_person", "person", "status"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("fe_rounds.id", ondelete="CASCADE"), index=True)
    step: Mapped[int]
    role: Mapped[str] = mapped_column(String(100))
    person: Mapped[str] = mapped_column(String(254))  # a person's id, or the address of somebody outside
    status: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime | None]  # when decided
    comment: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # how it was signed: text, consent, address

    round: Mapped[Round] = relationship(back_populates="seats")


class ActLink(Base):
    """The link by which somebody without an account acts on a seat, or fills in a part of a form: the hash of its
    secret, and the code sent before signing (T16).

    `readings` are the moments (ISO 8601) at which its page was opened, and its document downloaded and read to the end,
    by these words; of several documents each with its id after it (`read annex`).
    """

    __tablename__ = "fe_act_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("fe_seats.id", ondelete="CASCADE"), index=True)
    part_id: Mapped[int | None] = mapped_column(ForeignKey("fe_filled_parts.id", ondelete="CASCADE"), index=True)
    address: Mapped[str | None] = mapped_column(String(254))  # of a part, which several addresses may be asked for
    document_hash: Mapped[str | None] = mapped_column(String(64))  # of all documents: a changed one voids the link
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_expires_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(String(5))  # of the page on which a code was last asked for
    code_tries: Mapped[int] = mapped_column(default=0)
    readings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    seat: Mapped[Seat | None] = relationship()
    part: Mapped[FilledPart | None] = relationship()


class SeatQuestion(Base):
    """What somebody without an account asked before signing, and the answer of whoever is in charge (S5)."""

    __tablename__ = "fe_seat_questions"
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("fe_seats.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("fe_people.id"))

    seat: Mapped[Seat] = relationship()


class ProviderSeat(Base):
    """The state of a seat that is signed at an outside provider (S7).

    `state` is waiting (not requested yet), asked, done (signed, declined or expired), withdrawing or withdrawn. `sent`
    has what was sent with each request: `at`, and `documents`, each with the hash of its version and of the PDF made
    of it (`services/approvals/provider_calls.py`).
    """

    __tablename__ = "fe_provider_seats"
    __table_args__ = (Index("ix_fe_provider_seats_state", "state", "next_at"),)
    seat_id: Mapped[int] = mapped_column(ForeignKey("fe_seats.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(12))
    # when it is next asked how things stand; until then no other job calls, if waiting
    next_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    error: Mapped[str | None]
    sent: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")

    seat: Mapped[Seat] = relationship()


class Child(Base):
    """A hearing, milestone or task: a small workflow of its own on a dossier, numbered from 1 per kind."""

    __tablename__ = "fe_children"
    __table_args__ = (UniqueConstraint("dossier_id", "kind", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(100))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(100))
    fields: Mapped[dict[str, Any]]
    visible_to_client: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    dossier: Mapped[Dossier] = relationship()


class Deadline(Base):
    """A deadline of a dossier (or of one of its children): running, paused, met or missed."""

    __tablename__ = "fe_deadlines"
    __table_args__ = (Index("ix_fe_deadlines_next", "status", "next_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(300))
    due: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # when something next happens: a reminder, or falling due
    status: Mapped[str] = mapped_column(String(10))
    current: Mapped[bool] = mapped_column(default=True)  # False: of an earlier stay in its state
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    dossier: Mapped[Dossier] = relationship()
