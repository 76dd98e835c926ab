"""Reading copies of stored Word documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base


class ReadingCopy(Base):
    """A Word document as HTML to read on a page, made once for each content by a job.

    A row, not a blob: it is small (`MAX_HTML_BYTES`), is read with the page, and goes when no file has its content any
    more. `state` is "pending", "made" (with `html`), or "failed" (with `reason`, a key of
    `services.files.reading_copies.REASONS`).
    """

    __tablename__ = "fe_reading_copies"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the document, as in `fe_files`
    state: Mapped[str] = mapped_column(String(10))
    html: Mapped[str | None] = mapped_column(deferred=True)
    reason: Mapped[str | None] = mapped_column(String(20))
    requested_at: Mapped[datetime]
