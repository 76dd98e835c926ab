"""Tries to sign in, subjects of the site's history, closed and merged organisations; dossiers are indexed anew."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ABOUT = {
    "sqlite": ("json_extract(payload, '$.person')", "json_extract(payload, '$.organisation')"),
    "postgresql": ("payload ->> 'person'", "payload ->> 'organisation'"),
}


def upgrade() -> None:
    op.create_table(
        "fe_sign_in_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["fe_people.id"], name=op.f("fk_fe_sign_in_records_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_sign_in_records")),
    )
    op.create_index("ix_fe_sign_in_records_person", "fe_sign_in_records", ["person_id", "at"])
    op.create_index("ix_fe_sign_in_records_at", "fe_sign_in_records", ["at"])
    op.add_column("fe_organisations", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE fe_organisations ADD COLUMN merged_into_id INTEGER "
        "CONSTRAINT fk_fe_organisations_merged_into_id REFERENCES fe_organisations (id)"
    )
    op.add_column("fe_history", sa.Column("subject", sa.String(length=50), nullable=True))
    # dossiers are found by names of attachments and titles of options as well: a job writes their words anew
    op.execute("UPDATE fe_search_documents SET stale = true")
    _set_subjects(op.get_bind().dialect.name)
    has_subject = sa.text("subject IS NOT NULL")
    op.create_index(
        "ix_fe_history_subject",
        "fe_history",
        ["subject", "id"],
        sqlite_where=has_subject,
        postgresql_where=has_subject,
    )


def _set_subjects(dialect: str) -> None:
    """Entries about absences did not name their person, who had written them."""
    person, organisation = _ABOUT[dialect]
    op.execute(
        f"UPDATE fe_history SET subject = CASE WHEN {person} IS NOT NULL THEN 'person:' || ({person}) "  # nosec B608  # of constants
        f"WHEN {organisation} IS NOT NULL THEN 'organisation:' || ({organisation}) "
        "WHEN kind LIKE 'absence%' AND \"by\" IS NOT NULL THEN 'person:' || \"by\" END "
        "WHERE chain = 'site'"
    )
