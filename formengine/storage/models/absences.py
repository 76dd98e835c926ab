"""Absences: who is out of office, and the delegate who acts for them (U10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base


class Absence(Base):
    """A period in which newly asked seats of a person go to their delegate; it ends by itself, or earlier."""

    __tablename__ = "fe_absences"
    __table_args__ = (Index("ix_fe_absences_person", "person_id", "starts_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))
    delegate_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kinds: Mapped[list[Any]]  # of dossiers: matter, litigation, contract; empty: all
    created_at: Mapped[datetime]
