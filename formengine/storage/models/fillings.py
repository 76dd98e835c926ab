"""Requests that several people fill in, until all their parts are in and they become dossiers (F20)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base, Json
from formengine.storage.models.people import Person


class Filling(Base):
    """A request whose parts are being filled in; its id is that of the dossier which it becomes.

    `state` is filling, submitted or withdrawn. Form and workflow are those of its beginning (F14, W12). Every sending
    and every change of who is asked increments `version`.
    """

    __tablename__ = "fe_fillings"
    __table_args__ = (
        UniqueConstraint("requester_id", "key"),
        Index("ix_fe_fillings_state", "state", "wake_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    request_type: Mapped[str] = mapped_column(String(100))
    form_hash: Mapped[str] = mapped_column(ForeignKey("fe_form_versions.hash"))
    pack_hash: Mapped[str] = mapped_column(ForeignKey("fe_pack_versions.hash"))
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(default=1)
    requester_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("fe_organisations.id"))
    language: Mapped[str] = mapped_column(String(5))
    notice_accepted: Mapped[bool] = mapped_column(default=False)
    restricted: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime]  # when somebody last sent or saved something, or changed who is asked
    wake_at: Mapped[datetime | None]  # when somebody is next reminded
    ended_at: Mapped[datetime | None]
    reference: Mapped[str | None] = mapped_column(String(40))  # of the dossier, once it is submitted
    log: Mapped[list[Any]] = mapped_column(Json, default=list)  # what happened, as {kind, at, by, ...}
    key: Mapped[str | None] = mapped_column(String(255))  # as of a submission (T4)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    reply: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    requester: Mapped[Person] = relationship()
    parts: Mapped[list[FilledPart]] = relationship(order_by="FilledPart.id", back_populates="filling")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012  # as SQLAlchemy reads it


class FilledPart(Base):
    """A part of such a request: the requester's own (`requester`), or one of `parts:` of its request type.

    `state` is waiting (nothing of it is asked yet), open or sent.
    """

    __tablename__ = "fe_filled_parts"
    __table_args__ = (UniqueConstraint("filling_id", "part"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    filling_id: Mapped[int] = mapped_column(ForeignKey("fe_fillings.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(12))
    names: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # of addresses, as they were given or corrected
    opened_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None] = mapped_column(String(254))
    remind_at: Mapped[datetime | None]
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # as they were last sent

    filling: Mapped[Filling] = relationship(back_populates="parts")
    sources: Mapped[list[PartSource]] = relationship(
        order_by="PartSource.source", cascade="all, delete-orphan", lazy="selectin", back_populates="part"
    )

    @property
    def key(self) -> str:
        """What the part's drafts and tries are kept under: never given to another part, as its id is on SQLite."""
        return f"part:{self.filling_id}/{self.part}"


class PartSource(Base):
    """Who is asked to fill in a part: `team:ID`, `position:ID`, `person:ID` (an account), or the address of somebody
    outside.
    """

    __tablename__ = "fe_part_sources"
    __table_args__ = (Index("ix_fe_part_sources_source", "source", "part_id"),)
    part_id: Mapped[int] = mapped_column(ForeignKey("fe_filled_parts.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(String(300), primary_key=True)

    part: Mapped[FilledPart] = relationship(back_populates="sources")


class PartFile(Base):
    """A file of a part that was sent: it is kept until the request becomes a dossier, or is deleted."""

    __tablename__ = "fe_part_files"
    part_id: Mapped[int] = mapped_column(ForeignKey("fe_filled_parts.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("fe_files.id", ondelete="CASCADE"), primary_key=True, index=True)
