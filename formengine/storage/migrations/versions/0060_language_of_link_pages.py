"""The language of the page of a link, on which a code was asked for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0060"
down_revision: str | None = "0055"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("fe_act_links", sa.Column("language", sa.String(5)))


def downgrade() -> None:
    op.drop_column("fe_act_links", "language")
