"""Comparisons of versions of documents."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0038"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fe_version_comparisons",
        sa.Column("older_id", sa.Integer(), nullable=False),
        sa.Column("newer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("redline", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["newer_id"],
            ["fe_document_versions.id"],
            name=op.f("fk_fe_version_comparisons_newer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["older_id"],
            ["fe_document_versions.id"],
            name=op.f("fk_fe_version_comparisons_older_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("older_id", "newer_id", name=op.f("pk_fe_version_comparisons")),
    )
    with op.batch_alter_table("fe_version_comparisons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_version_comparisons_newer_id"), ["newer_id"], unique=False)


def downgrade() -> None:
    op.drop_table("fe_version_comparisons")
