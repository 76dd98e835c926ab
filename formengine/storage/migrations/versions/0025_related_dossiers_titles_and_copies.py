"""Related dossiers, titles by language, copies of answers as PDF, warnings of publications."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "fe_answer_copies",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["fe_dossiers.id"], name=op.f("fk_fe_answer_copies_dossier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "dossier_id", "version", "audience", "language", "zone", name=op.f("pk_fe_answer_copies")
        ),
    )
    op.create_table(
        "fe_related_dossiers",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["fe_dossiers.id"], name=op.f("fk_fe_related_dossiers_dossier_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["fe_people.id"], name=op.f("fk_fe_related_dossiers_made_by")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["fe_dossiers.id"], name=op.f("fk_fe_related_dossiers_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dossier_id", "other_id", name=op.f("pk_fe_related_dossiers")),
    )
    with op.batch_alter_table("fe_related_dossiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_related_dossiers_other_id"), ["other_id"], unique=False)

    with op.batch_alter_table("fe_dossiers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "titles",
                sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
                nullable=True,
            )
        )

    with op.batch_alter_table("fe_publications", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "warnings",
                sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
                nullable=True,
            )
        )
