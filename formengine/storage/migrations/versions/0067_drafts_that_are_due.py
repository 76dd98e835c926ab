"""When drafts of documents were asked for; redlines without the names of those who commented.

Comparisons that were stored before are made again, when somebody asks for them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0067"
down_revision: str | None = "0065"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("fe_documents", sa.Column("draft_after", sa.Integer(), nullable=True))
    op.add_column("fe_documents", sa.Column("draft_asked_at", sa.DateTime(timezone=True), nullable=True))
    comparisons = sa.table("fe_version_comparisons", sa.column("state"))
    op.execute(comparisons.delete().where(comparisons.c.state == "made"))


def downgrade() -> None:
    op.drop_column("fe_documents", "draft_asked_at")
    op.drop_column("fe_documents", "draft_after")
