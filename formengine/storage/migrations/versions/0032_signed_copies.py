"""Signed PDFs, and the certificates that sign them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision: str = "0032"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "fe_signing_certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_signing_certificates")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_fe_signing_certificates_fingerprint")),
    )
    op.create_table(
        "fe_signed_hashes",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_fe_signed_hashes")),
    )
    op.create_table(
        "fe_signed_copies",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=True),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("signatures", JSON, nullable=False),
        sa.Column("certificates", JSON, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["fe_dossiers.id"], name=op.f("fk_fe_signed_copies_dossier_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["fe_files.id"], name=op.f("fk_fe_signed_copies_file_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["fe_rounds.id"], name=op.f("fk_fe_signed_copies_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["fe_document_versions.id"], name=op.f("fk_fe_signed_copies_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_fe_signed_copies")),
    )
    with op.batch_alter_table("fe_signed_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_signed_copies_dossier_id"), ["dossier_id"], unique=False)
