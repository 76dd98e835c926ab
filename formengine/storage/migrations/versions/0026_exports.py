"""Exports of long lists, written by a job."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fe_exports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column(
            "parameters",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["fe_files.id"], name=op.f("fk_fe_exports_file_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["fe_people.id"], name=op.f("fk_fe_exports_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_exports")),
    )
    with op.batch_alter_table("fe_exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_exports_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fe_exports_person_id"), ["person_id"], unique=False)
