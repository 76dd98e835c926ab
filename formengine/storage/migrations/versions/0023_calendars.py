"""Private addresses of calendars; the built-in hearing's `date` is `at`, the milestone's `money_status` is `money`.

Only children whose fields are all those of the built-in kind are changed: others are of a kind that a site declares.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_CHILDREN = sa.table("fe_children", sa.column("id"), sa.column("kind"), sa.column("fields", _JSON))
_RENAMED = {"hearing": ("date", "at"), "milestone": ("money_status", "money")}
_BUILT_IN = {
    "hearing": {"date", "court", "room", "judge", "type", "stage", "outcome"},
    "milestone": {"title", "due", "amount", "percentage", "money_status", "files"},
}


def upgrade() -> None:
    op.create_table(
        "fe_calendar_feeds",
        sa.Column("person_id", sa.String(32), sa.ForeignKey("fe_people.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("recipe", _JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    rename_fields(op.get_bind())


def rename_fields(connection: sa.Connection) -> None:
    """Give the fields of the built-in children their new names."""
    rows = connection.execute(sa.select(_CHILDREN).where(_CHILDREN.c.kind.in_(sorted(_RENAMED)))).all()
    for child_id, kind, fields in rows:
        old, new = _RENAMED[kind]
        if old in fields and set(fields) <= _BUILT_IN[kind]:
            renamed = {new if name == old else name: value for name, value in fields.items()}
            connection.execute(sa.update(_CHILDREN).where(_CHILDREN.c.id == child_id).values(fields=renamed))
