"""Drafts: forms that somebody has begun to fill in and not sent yet, with their files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base, Json, new_id


class Draft(Base):
    """What somebody has filled in of a form: the answers as JSON, and the content of every control as it was typed.

    `owner` is a person's id, or another key of who fills the form in; nobody else ever reads the row. `about` is what
    the form is for (`request:nda`, `page:/dossiers/MAT-2026-0001/notes`). `controls` are texts by control name, and
    hold what is no answer yet; `data` is None where nobody has read them. With a `secret_hash` it is what the browser
    with that secret posted after its session had ended: the owner has it only once the browser brings the secret.
    """

    __tablename__ = "fe_drafts"
    __table_args__ = (
        Index("ix_fe_drafts_owner", "owner", "about"),
        Index("ix_fe_drafts_expires_at", "expires_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    owner: Mapped[str] = mapped_column(String(254))
    about: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300))
    # what it was filled in on
    form_hash: Mapped[str] = mapped_column(String(64), default="")
    language: Mapped[str] = mapped_column(String(5))
    page: Mapped[int] = mapped_column(default=0)
    # what was filled in
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    controls: Mapped[dict[str, Any]]
    # when, and by which page
    version: Mapped[int] = mapped_column(default=1)
    saved_by: Mapped[str] = mapped_column(String(64), default="")  # the nonce of the page that saved it last
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)


class DraftFile(Base):
    """A file that a draft holds: it is kept as long as the draft."""

    __tablename__ = "fe_draft_files"
    draft_id: Mapped[str] = mapped_column(ForeignKey("fe_drafts.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("fe_files.id", ondelete="CASCADE"), primary_key=True, index=True)
