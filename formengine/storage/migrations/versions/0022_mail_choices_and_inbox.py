"""Mails that people gather or do not want, and the inbox (N2); what was mailed before counts as read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0022"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_INDEXES = (
    ("ix_fe_mails_held", "due_at", "due_at IS NOT NULL"),
    ("ix_fe_mails_unread", "person_id", "read_at IS NULL"),
)


def upgrade() -> None:
    op.add_column("fe_people", sa.Column("mail_choices", _JSON, nullable=True))
    op.add_column("fe_mails", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("fe_mails", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE fe_mails SET read_at = created_at")
    for name, column, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, "fe_mails", [column], sqlite_where=where, postgresql_where=where)
