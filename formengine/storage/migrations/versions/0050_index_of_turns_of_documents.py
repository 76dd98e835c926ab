"""Index of whose turn it is with a document: the lists of somebody's work ask for it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    has_turn = sa.text("turn IS NOT NULL")
    columns = ["turn", "dossier_id"]
    op.create_index("ix_fe_documents_turn", "fe_documents", columns, sqlite_where=has_turn, postgresql_where=has_turn)


def downgrade() -> None:
    op.drop_index("ix_fe_documents_turn", "fe_documents")
