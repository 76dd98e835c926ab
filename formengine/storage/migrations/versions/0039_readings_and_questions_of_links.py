"""Readings of documents by link, and questions before signing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fe_seat_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["fe_people.id"], name=op.f("fk_fe_seat_questions_answered_by")),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["fe_seats.id"], name=op.f("fk_fe_seat_questions_seat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_seat_questions")),
    )
    with op.batch_alter_table("fe_seat_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_seat_questions_seat_id"), ["seat_id"], unique=False)

    with op.batch_alter_table("fe_act_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fe_act_links", schema=None) as batch_op:
        for name in ("read_at", "downloaded_at", "opened_at"):
            batch_op.drop_column(name)
    op.drop_table("fe_seat_questions")
