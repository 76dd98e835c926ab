"""Links of status pages that end alone, what exports hold, and keys of calls that submit nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("fe_dossiers", sa.Column("status_link_number", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("fe_exports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rights", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("dossiers", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("fe_idempotency_keys", schema=None) as batch_op:
        batch_op.alter_column("submission_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM fe_idempotency_keys WHERE submission_id IS NULL")
    with op.batch_alter_table("fe_idempotency_keys", schema=None) as batch_op:
        batch_op.alter_column("submission_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("fe_exports", schema=None) as batch_op:
        batch_op.drop_column("dossiers")
        batch_op.drop_column("rights")
    with op.batch_alter_table("fe_dossiers", schema=None) as batch_op:
        batch_op.drop_column("status_link_number")
