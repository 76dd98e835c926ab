"""Reading copies and comparisons are made again, when somebody asks for them: those stored before lack headers, footers,
notes, symbols and equations, and of those that failed, a scan is told to be damaged.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0073"
down_revision: str | None = "0069"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("fe_reading_copies", "fe_version_comparisons"):
        rows = sa.table(table, sa.column("state"))
        op.execute(rows.delete().where(rows.c.state != "pending"))


def downgrade() -> None:
    """Those that are stored by then hold characters for page numbers, which older code shows as boxes, so they
    are deleted.
    """
    upgrade()
