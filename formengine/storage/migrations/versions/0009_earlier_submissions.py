"""Submissions that corrected ones have replaced."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fe_earlier_submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["fe_dossiers.id"],
            name=op.f("fk_fe_earlier_submissions_dossier_id_fe_dossiers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["fe_submissions.id"],
            name=op.f("fk_fe_earlier_submissions_submission_id_fe_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_earlier_submissions")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_fe_earlier_submissions_submission_id")),
    )
    op.create_index(op.f("ix_fe_earlier_submissions_dossier_id"), "fe_earlier_submissions", ["dossier_id"])
