"""Indexes for PostgreSQL: counts of lists are read from one alone; open rounds, and what was escalated to somebody."""

from collections.abc import Sequence

from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COUNTED = ["kind", "state_category", "practice_area", "category", "priority", "team", "assignee_id"]


def upgrade() -> None:
    op.drop_index("ix_fe_dossiers_counts", "fe_dossiers")
    op.create_index("ix_fe_dossiers_counts", "fe_dossiers", [*_COUNTED, "restricted", "opened_at", "id"])
    op.create_index("ix_fe_involvements_part", "fe_involvements", ["person_id", "part", "dossier_id"])
    op.create_index("ix_fe_rounds_status", "fe_rounds", ["status", "dossier_id"])


def downgrade() -> None:
    op.drop_index("ix_fe_rounds_status", "fe_rounds")
    op.drop_index("ix_fe_involvements_part", "fe_involvements")
    op.drop_index("ix_fe_dossiers_counts", "fe_dossiers")
    op.create_index("ix_fe_dossiers_counts", "fe_dossiers", [*_COUNTED, "restricted", "opened_at"])
