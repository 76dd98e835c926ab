"""Failures of drafts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("fe_documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draft_failure", sa.String(length=500), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fe_documents", schema=None) as batch_op:
        batch_op.drop_column("draft_failure")
