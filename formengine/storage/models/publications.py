"""Publications of the site, stored by content hash, and the versions that dossiers are pinned to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base, Json


class Definition(Base):
    """The content of one file of a site, by its sha256; never changed (W12)."""

    __tablename__ = "fe_definitions"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Publication(Base):
    """A published state of the whole site. The newest one is served.

    `files` maps paths to the sha256 of a definition, `forms` ids of request types to the hash of a form version (None
    in publications that are older than this column).
    """

    __tablename__ = "fe_publications"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    files: Mapped[dict[str, Any]]
    forms: Mapped[dict[str, Any] | None]
    message: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(String(32))
    warnings: Mapped[list[Any] | None] = mapped_column(Json)  # as the check told them: {file, line, message}


class PackVersion(Base):
    """A version of a pack: its workflow, forms and templates, to which open dossiers are pinned (W12)."""

    __tablename__ = "fe_pack_versions"
    __table_args__ = (UniqueConstraint("pack", "number"),)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    pack: Mapped[str] = mapped_column(String(100))
    number: Mapped[int]
    files: Mapped[dict[str, Any]]
    publication_id: Mapped[int] = mapped_column(ForeignKey("fe_publications.id"))


class FormVersion(Base):
    """The exact request type that submissions were filled on, with its texts in every language; kept for ever (F14)."""

    __tablename__ = "fe_form_versions"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_type: Mapped[str] = mapped_column(String(100), index=True)
    definition: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
