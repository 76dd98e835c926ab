"""Mentions in notes, versions and visibility of attachments, ratings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0020"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fe_ratings",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["fe_dossiers.id"], name=op.f("fk_fe_ratings_dossier_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["fe_people.id"], name=op.f("fk_fe_ratings_person_id")),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_fe_ratings")),
    )
    op.create_table(
        "fe_note_mentions",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"], ["fe_notes.id"], name=op.f("fk_fe_note_mentions_note_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["fe_people.id"], name=op.f("fk_fe_note_mentions_person_id")),
        sa.PrimaryKeyConstraint("note_id", "person_id", name=op.f("pk_fe_note_mentions")),
    )
    with op.batch_alter_table("fe_attachments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("read_only", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("series", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("number", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_reason", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_fe_attachments_series"), ["series"], unique=False)
