"""The pages of documents, and pictures of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "fe_paged_documents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("sizes", json, nullable=True),
        sa.Column("texts", json, nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_fe_paged_documents")),
    )
    op.create_table(
        "fe_page_pictures",
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_sha256", "page", name=op.f("pk_fe_page_pictures")),
    )
    with op.batch_alter_table("fe_paged_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_paged_documents_pdf_sha256"), ["pdf_sha256"], unique=False)
    with op.batch_alter_table("fe_page_pictures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fe_page_pictures_sha256"), ["sha256"], unique=False)


def downgrade() -> None:
    op.drop_table("fe_page_pictures")
    op.drop_table("fe_paged_documents")
