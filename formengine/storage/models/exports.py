"""Exports of lists that a job writes, since they are long (P14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base, new_id
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import Person


class Export(Base):
    """A list that somebody exports: its filter as the parameters of an address, and how far the job is.

    `state`: waiting, running, done, failed. The file goes a day after it was written, as every file that no dossier
    has.
    """

    __tablename__ = "fe_exports"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id", ondelete="CASCADE"), index=True)
    format: Mapped[str] = mapped_column(String(4))  # xlsx, csv
    parameters: Mapped[list[Any]]  # [name, value] pairs
    title: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    rows: Mapped[int]  # how many there were when it was asked for; once it is done, in the file
    written: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    rights: Mapped[str | None] = mapped_column(String(64))  # a hash of whose rights its columns are
    dossiers: Mapped[bytes | None]  # the ids of its dossiers, as `exported_dossiers` packs them
    file_id: Mapped[str | None] = mapped_column(ForeignKey("fe_files.id", ondelete="SET NULL"), index=True)

    person: Mapped[Person] = relationship()
    file: Mapped[StoredFile | None] = relationship()
