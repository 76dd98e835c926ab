"""Several documents in a round: a signed copy of each, and what was read of each by a link."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
READINGS = ("opened", "downloaded", "read")
LINKS = sa.table(
    "fe_act_links",
    sa.column("id", sa.Integer),
    sa.column("readings", JSON),
    *(sa.column(f"{name}_at", MOMENT) for name in READINGS),
)


def upgrade() -> None:
    with op.batch_alter_table("fe_signed_copies", schema=None) as batch_op:
        batch_op.drop_constraint("pk_fe_signed_copies", type_="primary")
        batch_op.create_primary_key("pk_fe_signed_copies", ["round_id", "document"])
    with op.batch_alter_table("fe_act_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("readings", JSON, server_default="{}", nullable=False))
    moments = [LINKS.c[f"{name}_at"] for name in READINGS]
    told = sa.select(LINKS.c.id, *moments).where(sa.or_(*(moment.is_not(None) for moment in moments)))
    for link, *values in op.get_bind().execute(told).all():
        read = {name: _utc(value).isoformat() for name, value in zip(READINGS, values, strict=True) if value}
        op.execute(LINKS.update().where(LINKS.c.id == link).values(readings=read))
    with op.batch_alter_table("fe_act_links", schema=None) as batch_op:
        for name in READINGS:
            batch_op.drop_column(f"{name}_at")


def downgrade() -> None:
    _require_one_copy_a_round()
    with op.batch_alter_table("fe_act_links", schema=None) as batch_op:
        for name in READINGS:
            batch_op.add_column(sa.Column(f"{name}_at", MOMENT, nullable=True))
    for link, read in op.get_bind().execute(sa.select(LINKS.c.id, LINKS.c.readings)).all():
        values = {f"{name}_at": datetime.fromisoformat(read[name]) for name in READINGS if name in read}
        if values:
            op.execute(LINKS.update().where(LINKS.c.id == link).values(**values))
    with op.batch_alter_table("fe_act_links", schema=None) as batch_op:
        batch_op.drop_column("readings")
    with op.batch_alter_table("fe_signed_copies", schema=None) as batch_op:
        batch_op.drop_constraint("pk_fe_signed_copies", type_="primary")
        batch_op.create_primary_key("pk_fe_signed_copies", ["round_id"])


def _require_one_copy_a_round() -> None:
    """Raise RuntimeError where a round has signed copies of several documents: all but one would be lost."""
    copies = sa.table("fe_signed_copies", sa.column("round_id"))
    several = sa.select(copies.c.round_id).group_by(copies.c.round_id).having(sa.func.count() > 1)
    rounds = op.get_bind().execute(several.order_by(copies.c.round_id)).scalars().all()
    if rounds:
        ids = ", ".join(str(round_) for round_ in rounds[:20])
        raise RuntimeError(
            f"{len(rounds)} rounds have signed copies of several documents, which the earlier schema cannot hold "
            f"(fe_signed_copies, round_id {ids}); nothing was changed. Stay at 0049, or restore a backup from before it."
        )


def _utc(value: datetime) -> datetime:
    """SQLite gives back moments in UTC without their zone."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
