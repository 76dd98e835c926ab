"""Copies of a dossier's answers as PDF, to keep and to pass on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base


class AnswerCopy(Base):
    """A PDF of the answers of a dossier and of what the legal team wrote, as one reader may see it, made by a job.

    `audience` is "client" or "team". `state` is "pending", "made" (with `content`) or "failed" (with `reason`, a key of
    `services.dossiers.answer_copies.REASONS`). `version` is that of the dossier: once it has changed, another copy is
    made. A row, not a blob: it is small, can be made again, and is deleted after some days.
    """

    __tablename__ = "fe_answer_copies"
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(String(10), primary_key=True)
    language: Mapped[str] = mapped_column(String(5), primary_key=True)
    zone: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    requested_at: Mapped[datetime]
