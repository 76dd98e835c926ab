"""No role or state of a person that the product does not know."""

from collections.abc import Sequence

from alembic import op

revision: str = "0044"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ROLES = "role IN ('client', 'collaborator', 'counsel', 'legal_admin', 'auditor')"
_STATES = "state IN ('invited', 'active', 'closed', 'guest')"


def upgrade() -> None:
    with op.batch_alter_table("fe_people", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_fe_people_role"), _ROLES)
        batch_op.create_check_constraint(op.f("ck_fe_people_state"), _STATES)


def downgrade() -> None:
    with op.batch_alter_table("fe_people", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_fe_people_state"), type_="check")
        batch_op.drop_constraint(op.f("ck_fe_people_role"), type_="check")
