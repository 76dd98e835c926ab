"""Comparisons of versions of documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base


class VersionComparison(Base):
    """What changed from one version of a document to another, made once for each pair by a job.

    `state` is "pending", "made" (`content` is the JSON of `documents.word_versions.Comparison`, `redline` a Word file
    with the changes as tracked ones, where both are Word documents), or "failed" (with `reason`, a key of
    `services.dossiers.version_changes.REASONS`).
    """

    __tablename__ = "fe_version_comparisons"
    older_id: Mapped[int] = mapped_column(ForeignKey("fe_document_versions.id", ondelete="CASCADE"), primary_key=True)
    newer_id: Mapped[int] = mapped_column(
        ForeignKey("fe_document_versions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    content: Mapped[str | None] = mapped_column(deferred=True)
    redline: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    requested_at: Mapped[datetime]
