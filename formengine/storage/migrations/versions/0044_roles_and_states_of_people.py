"""No role or state of a person that the product does not know."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0044"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ROLES = "role IN ('client', 'collaborator', 'counsel', 'legal_admin', 'auditor')"
_STATES = "state IN ('invited', 'active', 'closed', 'guest')"


def upgrade() -> None:
    _require_known_words()
    with op.batch_alter_table("fe_people", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_fe_people_role"), _ROLES)
        batch_op.create_check_constraint(op.f("ck_fe_people_state"), _STATES)


def _require_known_words() -> None:
    """Raise RuntimeError, with the people, where a role or state is none that the product knows."""
    people = sa.table("fe_people", *(sa.column(name) for name in ("id", "role", "state")))
    unknown = sa.select(people).where(sa.not_(sa.and_(sa.text(_ROLES), sa.text(_STATES)))).order_by(people.c.id)
    rows = op.get_bind().execute(unknown).all()
    if rows:
        named = "; ".join(f"{row.id}: role {row.role!r}, state {row.state!r}" for row in rows[:20])
        raise RuntimeError(
            f"{len(rows)} people in fe_people have a role or state that there is not ({named}); nothing was changed. "
            f"Correct them ({_ROLES}; {_STATES}) and upgrade again."
        )


def downgrade() -> None:
    with op.batch_alter_table("fe_people", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_fe_people_state"), type_="check")
        batch_op.drop_constraint(op.f("ck_fe_people_role"), type_="check")
