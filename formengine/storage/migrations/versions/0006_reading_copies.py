"""Reading copies of Word documents, and an index by which the files of a person are counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "fe_reading_copies",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("html", sa.String(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_fe_reading_copies")),
    )
    with op.batch_alter_table("fe_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_files_stored_by"), ["stored_by"], unique=False)
