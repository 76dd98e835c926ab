"""Comparisons of versions are made again, when somebody asks for them: redlines that were stored before hold comments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0068"
down_revision: str | None = "0067"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    comparisons = sa.table("fe_version_comparisons", sa.column("state"))
    op.execute(comparisons.delete().where(comparisons.c.state == "made"))


def downgrade() -> None:
    """Those that are stored by then hold no comments either."""
