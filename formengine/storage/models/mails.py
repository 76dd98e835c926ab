"""Mails: one row per mail and address; a job words and delivers the mail and writes the outcome here (N3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base, Json
from formengine.storage.models.dossiers import Dossier

_UNREAD = sql("read_at IS NULL")
_HELD = sql("due_at IS NOT NULL")


class Mail(Base):
    """One mail to one address, and one item of its reader's inbox. `message_id` never changes.

    `state`: waiting, sent, retrying, failed; of one that its reader does not want at once: held (until `due_at`, for a
    digest), gathered (in a digest that was written), kept (in the inbox alone); withdrawn, where the reader lost access
    before it was sent. `read_at` is when it was read in the inbox, for what is not shown there when it was written.

    It is worded from `variables` when it is delivered; `subject` and `text` are what was sent, without its secrets.
    Rows of earlier versions have a subject and a text from the start, and no variables.
    """

    __tablename__ = "fe_mails"
    __table_args__ = (
        Index("ix_fe_mails_state", "state", "created_at"),
        Index("ix_fe_mails_unread", "person_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_fe_mails_held", "due_at", sqlite_where=_HELD, postgresql_where=_HELD),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("fe_dossiers.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("fe_people.id"), index=True)
    to: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(5))
    variables: Mapped[dict[str, Any] | None] = mapped_column(Json)
    subject: Mapped[str | None] = mapped_column(String(500))
    text: Mapped[str | None]  # Markdown
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]

    dossier: Mapped[Dossier | None] = relationship()
