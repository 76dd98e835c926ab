"""Contents of a dossier: stored files, notes, attachments, documents and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base, Json, new_id
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person


class StoredFile(Base):
    """A file: its name, type and uploader; the content is in the blob store, by its sha256.

    `dossier_id` is empty until the file becomes part of a dossier; a file that never does is deleted after a day.
    """

    __tablename__ = "fe_files"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    stored_at: Mapped[datetime]
    stored_by: Mapped[str | None] = mapped_column(String(254), index=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("fe_dossiers.id"), index=True)

    dossier: Mapped[Dossier | None] = relationship()


class Note(Base):
    """A note on a dossier; an internal one is for the legal team only."""

    __tablename__ = "fe_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    internal: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))
    edited_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    author: Mapped[Person] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id", back_populates="note")
    mentions: Mapped[list[Mention]] = relationship(order_by="Mention.person_id", back_populates="note")


class Mention(Base):
    """Somebody whom the author of a note addresses, and who is told of it for that (D5)."""

    __tablename__ = "fe_note_mentions"
    note_id: Mapped[int] = mapped_column(ForeignKey("fe_notes.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id"), primary_key=True)

    note: Mapped[Note] = relationship(back_populates="mentions")


class Attachment(Base):
    """A file on a dossier: with a note, from an answer, or added by itself (D6).

    `internal`: the client does not see it; `held`: not until the legal team approves it (such a row is internal
    meanwhile); `read_only`: only the legal team adds versions to it or withdraws it. Versions of one file are rows
    whose `series` is the id of the first of them, and which `number` counts. A withdrawn one keeps its row and content.
    """

    __tablename__ = "fe_attachments"
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("fe_files.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("fe_notes.id"), index=True)
    internal: Mapped[bool] = mapped_column(default=False)
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    read_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    series: Mapped[int | None] = mapped_column(index=True)
    number: Mapped[int] = mapped_column(default=1, server_default="1")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(254))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(32))
    withdrawn_reason: Mapped[str | None]

    dossier: Mapped[Dossier] = relationship()
    note: Mapped[Note | None] = relationship(back_populates="attachments")
    file: Mapped[StoredFile] = relationship()


_HAS_TURN: Final = text("turn IS NOT NULL")


NO_DRAFT: Final = -1
"""In `draft_after`: the draft was given up, also for a job that runs later."""


class Document(Base):
    """A document of the workflow (`agreement`): what is drafted, approved and signed.

    `draft_failure` says why the last draft from its template failed; `draft_after` how many versions there were when
    one was asked for, at `draft_asked_at`: it is due until there are more. `draft_after` is None where none is to come,
    and NO_DRAFT where it was given up; a document may have a row for a draft alone. `turn` is whose turn it is in the
    negotiation: `us` (the legal team; also where it is empty), `counterparty`, or the id of an account. `editor` is the
    account that edits it, until `editing_until`. `title` is what whoever added one of several of its kind called it.
    """

    __tablename__ = "fe_documents"
    __table_args__ = (
        UniqueConstraint("dossier_id", "name"),
        Index("ix_fe_documents_turn", "turn", "dossier_id", sqlite_where=_HAS_TURN, postgresql_where=_HAS_TURN),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))  # the id in `documents`; of several of a kind, the id with a number
    title: Mapped[str | None] = mapped_column(String(150))
    draft_failure: Mapped[str | None] = mapped_column(String(500))
    draft_after: Mapped[int | None]
    draft_asked_at: Mapped[datetime | None]
    turn: Mapped[str | None] = mapped_column(String(32))
    turn_since: Mapped[datetime | None]
    editor: Mapped[str | None] = mapped_column(String(32))
    editing_since: Mapped[datetime | None]
    editing_until: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    versions: Mapped[list[DocumentVersion]] = relationship(order_by="DocumentVersion.number", back_populates="document")


class DocumentVersion(Base):
    """One version of a document; all versions are kept (S3). `remarks` is how many tracked changes, comments and hidden
    passages a Word file holds. `missing_answers` are the answers whose places in a draft are empty, as paths in dots
    (None for none), and `empty_places_kept` says that the legal team has it signed so. `shared_at` is when the legal
    team showed it to the client, of a document that the client does not see otherwise.
    """

    __tablename__ = "fe_document_versions"
    __table_args__ = (UniqueConstraint("document_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("fe_documents.id", ondelete="CASCADE"))
    number: Mapped[int]
    file_id: Mapped[str] = mapped_column(ForeignKey("fe_files.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(String(254))
    remarks: Mapped[int] = mapped_column(default=0, server_default="0")
    missing_answers: Mapped[list[str] | None] = mapped_column(Json)
    empty_places_kept: Mapped[bool] = mapped_column(default=False, server_default=false())
    shared_at: Mapped[datetime | None]
    shared_by: Mapped[str | None] = mapped_column(String(32))

    document: Mapped[Document] = relationship(back_populates="versions")
    file: Mapped[StoredFile] = relationship()
