"""How many signatures a signed PDF is to bear, when each was given, and whether one with more of them was made."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0065"
down_revision: str | None = "0061"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
HASHES = sa.table("fe_signed_hashes", sa.column("sha256"), sa.column("expected"))
FILES = sa.table("fe_files", sa.column("id"), sa.column("sha256"))
COPIES = sa.table("fe_signed_copies", sa.column("file_id"), sa.column("sent_at"), sa.column("signatures", JSON))


def upgrade() -> None:
    op.add_column("fe_signed_hashes", sa.Column("expected", sa.Integer()))
    op.add_column("fe_signed_hashes", sa.Column("signed_at", JSON))
    op.add_column("fe_signed_hashes", sa.Column("superseded_at", sa.DateTime(timezone=True)))
    sent = sa.select(FILES.c.sha256, COPIES.c.signatures).join(FILES, FILES.c.id == COPIES.c.file_id)
    for sha256, signatures in op.get_bind().execute(sent.where(COPIES.c.sent_at.is_not(None))).all():
        op.execute(HASHES.update().where(HASHES.c.sha256 == sha256).values(expected=len(signatures)))


def downgrade() -> None:
    for name in ("superseded_at", "signed_at", "expected"):
        op.drop_column("fe_signed_hashes", name)
