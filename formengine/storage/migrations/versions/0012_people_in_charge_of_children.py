"""Who is in charge of a child has a part of their own in the dossier: those who read it by a role until now get it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO fe_involvements (dossier_id, person_id, part) "
        "SELECT DISTINCT reader.dossier_id, person.id, 'in_charge' FROM fe_readers reader "
        "JOIN fe_people person ON reader.source = 'person:' || person.id "
        "JOIN fe_children child ON child.dossier_id = reader.dossier_id "
        "WHERE NOT reader.kept_out AND CAST(child.fields AS TEXT) LIKE '%' || person.id || '%'"
    )
