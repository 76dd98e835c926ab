"""Several documents of a kind, each with a title of its own; when a version was shown to the client; what was sent to a
signature provider.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0054"
down_revision: str | None = "0050"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("fe_documents", sa.Column("title", sa.String(150)))
    op.add_column("fe_document_versions", sa.Column("shared_at", sa.DateTime(timezone=True)))
    op.add_column("fe_document_versions", sa.Column("shared_by", sa.String(32)))
    op.add_column("fe_provider_seats", sa.Column("sent", JSON, server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("fe_provider_seats", "sent")
    op.drop_column("fe_document_versions", "shared_by")
    op.drop_column("fe_document_versions", "shared_at")
    op.drop_column("fe_documents", "title")
