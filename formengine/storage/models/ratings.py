"""Ratings of how a dossier was handled, by its requester (D10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person


class Rating(Base):
    """What the requester of a dossier that has ended says of it: `stars` from 1 to 5, and a comment or ""."""

    __tablename__ = "fe_ratings"
    __table_args__ = (Index("ix_fe_ratings_rated", "rated_at", "dossier_id"),)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))
    stars: Mapped[int]
    comment: Mapped[str] = mapped_column(default="")
    rated_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    person: Mapped[Person] = relationship()
