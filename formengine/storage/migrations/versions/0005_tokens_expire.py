"""API tokens expire: those of before a year after they were made."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("fe_tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    moment = sa.DateTime(timezone=True)
    tokens = sa.table("fe_tokens", sa.column("id"), sa.column("created_at", moment), sa.column("expires_at", moment))
    connection = op.get_bind()
    for row in connection.execute(sa.select(tokens.c.id, tokens.c.created_at)).all():
        expires = row.created_at + timedelta(days=365)
        connection.execute(sa.update(tokens).where(tokens.c.id == row.id).values(expires_at=expires))
