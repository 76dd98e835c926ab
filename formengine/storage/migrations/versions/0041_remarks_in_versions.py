"""Remarks of authors in versions of documents."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("fe_document_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remarks", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("fe_document_versions", schema=None) as batch_op:
        batch_op.drop_column("remarks")
