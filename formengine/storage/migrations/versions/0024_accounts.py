"""People by their folded name, requests for an account, and the last use of a session (P5, U1)."""

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PEOPLE = sa.table("fe_people", sa.column("id"), sa.column("name"), sa.column("folded_name"))
_BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "fe_sign_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["fe_people.id"], name=op.f("fk_fe_sign_ups_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_sign_ups")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_fe_sign_ups_secret_hash")),
    )
    for column in ("email", "person_id", "state"):
        op.create_index(op.f(f"ix_fe_sign_ups_{column}"), "fe_sign_ups", [column])
    op.add_column("fe_sessions", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    # a process of the version before writes people without it: they are listed first until their name is written again
    op.add_column("fe_people", sa.Column("folded_name", sa.String(length=400), nullable=False, server_default=""))
    _fold_names(op.get_bind())
    op.create_index("ix_fe_people_by_name", "fe_people", ["folded_name", "id"])


def _fold_names(connection: sa.Connection) -> None:
    rows = connection.execute(sa.select(_PEOPLE.c.id, _PEOPLE.c.name)).all()
    values = [{"person": row.id, "folded": _folded(row.name)} for row in rows]
    statement = (
        sa.update(_PEOPLE)
        .where(_PEOPLE.c.id == sa.bindparam("person"))
        .values(folded_name=sa.bindparam("folded", type_=sa.String))
    )
    for start in range(0, len(values), _BATCH):
        connection.execute(statement, values[start : start + _BATCH])


def _folded(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))[:400]
