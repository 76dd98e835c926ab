"""Drafts of forms, and their files."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fe_drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=254), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("form_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column(
            "data",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "controls",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_drafts")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_fe_drafts_secret_hash")),
    )
    with op.batch_alter_table("fe_drafts", schema=None) as batch_op:
        batch_op.create_index("ix_fe_drafts_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_fe_drafts_owner", ["owner", "about"], unique=False)

    op.create_table(
        "fe_draft_files",
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["fe_drafts.id"], name=op.f("fk_fe_draft_files_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["fe_files.id"], name=op.f("fk_fe_draft_files_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", "file_id", name=op.f("pk_fe_draft_files")),
    )
    with op.batch_alter_table("fe_draft_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_draft_files_file_id"), ["file_id"], unique=False)
