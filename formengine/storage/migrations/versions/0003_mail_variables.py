"""Mails keep their variables, and are worded when they are delivered; rows that are there keep subject and text."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    with op.batch_alter_table("fe_mails", schema=None) as batch_op:
        batch_op.add_column(sa.Column("variables", json, nullable=True))
        batch_op.alter_column("subject", existing_type=sa.VARCHAR(length=500), nullable=True)
        batch_op.alter_column("text", existing_type=sa.VARCHAR(), nullable=True)
