"""Comparisons of versions are made again: redlines that were stored before name lawyers whom clients do not know.

What people wrote into a table row of somebody else is told under their own name then, too.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0061"
down_revision: str | None = "0060"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    comparisons = sa.table("fe_version_comparisons", sa.column("state"))
    op.execute(comparisons.delete().where(comparisons.c.state == "made"))  # the next reader of each asks for it


def downgrade() -> None:
    """Those that are stored by then name nobody either."""
