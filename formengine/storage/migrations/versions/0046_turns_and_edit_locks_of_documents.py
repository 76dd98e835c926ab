"""Whose turn it is with each document, and who edits it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0046"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("fe_documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turn", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("turn_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("editor", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("editing_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("editing_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fe_documents", schema=None) as batch_op:
        for column in ("editing_until", "editing_since", "editor", "turn_since", "turn"):
            batch_op.drop_column(column)
