"""Signed PDFs of documents, and the certificates that they are signed with (S4, S6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base, Json
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion, StoredFile
from formengine.storage.models.rounds import Round


class SigningCertificate(Base):
    """A certificate that PDFs were signed with: all are kept, since what they signed is verified by them.

    `sealed_key` is its private key, encrypted under the site's secret; none of a certificate that the settings name.
    """

    __tablename__ = "fe_signing_certificates"
    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    certificate: Mapped[str]  # PEM
    sealed_key: Mapped[str | None]
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class SignedHash(Base):
    """The sha256 of a PDF as it was signed, at each of its signatures. Rows stay when a dossier is deleted: they tell
    nothing of it, and what was given away is verified by them.

    `expected` is how many signatures it is to bear, `signed_at` when each of those that it bears was given (ISO 8601,
    in their order), `superseded_at` when the same PDF was stored with more of them. All are None of certificates, and
    of what was signed before they were kept.
    """

    __tablename__ = "fe_signed_hashes"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime]
    expected: Mapped[int | None]
    signed_at: Mapped[list[Any] | None] = mapped_column(Json)
    superseded_at: Mapped[datetime | None]


class SignedCopy(Base):
    """The signed PDF of a document of a round of signatures, made by a job with each signature.

    Those of one round are changed together: each bears the same signatures, and they share the certificates (S11).

    `state` is "pending", "made" (it bears every signature given so far) or "failed" (with `reason`, a key of
    `services.approvals.signed_copies.REASONS`). `revision` counts its changes: of two jobs, the second to finish finds
    that it has moved, and starts anew. `fields` names the signature field of each seat, `signatures` the seats that
    have signed in it, `certificates` the files of the certificate by language. `sent_at` is when everybody was sent it.
    """

    __tablename__ = "fe_signed_copies"
    round_id: Mapped[int] = mapped_column(ForeignKey("fe_rounds.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[str] = mapped_column(String(100), primary_key=True)  # the id in the request type's `documents`
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("fe_document_versions.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10), default="pending")
    reason: Mapped[str | None] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=0)
    file_id: Mapped[str | None] = mapped_column(ForeignKey("fe_files.id"))  # the newest; None before the first
    fields: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    signatures: Mapped[list[Any]] = mapped_column(Json, default=list)
    certificates: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    requested_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    dossier: Mapped[Dossier] = relationship()
    version: Mapped[DocumentVersion] = relationship()
    file: Mapped[StoredFile | None] = relationship()
