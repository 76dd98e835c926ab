"""Indexes of the dossiers of all kinds that moved last, and of the newest ratings."""

from collections.abc import Sequence

from alembic import op

revision: str = "0069"
down_revision: str | None = "0068"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_fe_dossiers_entered", "fe_dossiers", ["entered_at", "id"])
    op.create_index("ix_fe_ratings_rated", "fe_ratings", ["rated_at", "dossier_id"])


def downgrade() -> None:
    op.drop_index("ix_fe_ratings_rated", "fe_ratings")
    op.drop_index("ix_fe_dossiers_entered", "fe_dossiers")
