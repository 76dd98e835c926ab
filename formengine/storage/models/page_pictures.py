"""The pages of stored documents, and the pictures of them that were drawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base


class PagedDocument(Base):
    """A document as the pages of a PDF, made once for each content by a job.

    `state` is "pending", "made" (with `pdf_sha256`, the PDF among the contents, and `sizes`, the width and height of
    each page in points), or "failed" (with `reason`, a key of `services.files.page_pictures.REASONS`). `texts` are
    those of the pages of a document that is a PDF itself.
    """

    __tablename__ = "fe_paged_documents"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the document, as in `fe_files`
    state: Mapped[str] = mapped_column(String(10))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    sizes: Mapped[list[Any] | None]
    texts: Mapped[list[Any] | None] = mapped_column(deferred=True)
    reason: Mapped[str | None] = mapped_column(String(20))
    requested_at: Mapped[datetime]


class PagePicture(Base):
    """The picture of one page of a document (from 1): the hash of a content that can be drawn again at any time."""

    __tablename__ = "fe_page_pictures"
    document_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    drawn_at: Mapped[datetime]
