"""Several documents of a kind, each with a title of its own; when a version was shown to the client; what was sent to a
signature provider.
"""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0054"
down_revision: str | None = "0050"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

DOCUMENTS = sa.table("fe_documents", *(sa.column(name) for name in ("id", "dossier_id", "title")))
VERSIONS = sa.table("fe_document_versions", *(sa.column(name) for name in ("id", "document_id", "shared_at")))
SEATS = sa.table("fe_provider_seats", *(sa.column(name) for name in ("seat_id", "sent")))
DOSSIERS = sa.table("fe_dossiers", *(sa.column(name) for name in ("id", "pack_hash")))
PACKS = sa.table("fe_pack_versions", sa.column("hash"), sa.column("files", JSON))
DEFINITIONS = sa.table("fe_definitions", sa.column("sha256"), sa.column("content", sa.LargeBinary))
KEPT = re.compile(r"""\bclient["']?\s*:\s*["']?(never|when_shared)\b""")
"""What a workflow says of a document that clients do not read, or not as it is written."""


def upgrade() -> None:
    op.add_column("fe_documents", sa.Column("title", sa.String(150)))
    op.add_column("fe_document_versions", sa.Column("shared_at", sa.DateTime(timezone=True)))
    op.add_column("fe_document_versions", sa.Column("shared_by", sa.String(32)))
    op.add_column("fe_provider_seats", sa.Column("sent", JSON, server_default="[]", nullable=False))


def downgrade() -> None:
    _require_nothing_lost()
    op.drop_column("fe_provider_seats", "sent")
    op.drop_column("fe_document_versions", "shared_by")
    op.drop_column("fe_document_versions", "shared_at")
    op.drop_column("fe_documents", "title")


def _require_nothing_lost() -> None:
    """Raise RuntimeError where titles, what was shared with clients or what was sent for signature would be lost, and
    where earlier code, which does not know `client`, would show documents to clients.
    """
    lost = {
        "fe_documents, with a title of their own, id": sa.select(DOCUMENTS.c.id).where(DOCUMENTS.c.title.is_not(None)),
        "fe_document_versions, shared with the client, id": sa.select(VERSIONS.c.id).where(
            VERSIONS.c.shared_at.is_not(None)
        ),
        "fe_provider_seats, with what was sent, seat_id": sa.select(SEATS.c.seat_id).where(
            sa.cast(SEATS.c.sent, sa.String) != "[]"
        ),
        "fe_documents, which clients do not read as they are written, id": sa.select(DOCUMENTS.c.id)
        .join(DOSSIERS, DOSSIERS.c.id == DOCUMENTS.c.dossier_id)
        .where(DOSSIERS.c.pack_hash.in_(_packs_with_kept_documents())),
    }
    for what, query in lost.items():
        column = query.selected_columns[0]
        rows = op.get_bind().execute(query.order_by(column)).scalars().all()
        if rows:
            ids = ", ".join(str(row) for row in rows[:20])
            raise RuntimeError(
                f"the earlier schema and code cannot hold {len(rows)} rows ({what} {ids}); nothing was changed. Stay at "
                "0054, or restore a backup from before it."
            )


def _packs_with_kept_documents() -> list[str]:
    """The hashes of the packs whose workflow keeps a document from clients, of those that dossiers with documents have."""
    used = sa.select(DOSSIERS.c.pack_hash).join(DOCUMENTS, DOCUMENTS.c.dossier_id == DOSSIERS.c.id)
    kept = []
    for pack, files in (
        op.get_bind().execute(sa.select(PACKS.c.hash, PACKS.c.files).where(PACKS.c.hash.in_(used))).all()
    ):
        hashes = [sha256 for path, sha256 in files.items() if path.endswith((".yaml", ".yml"))]
        contents = sa.select(DEFINITIONS.c.content).where(DEFINITIONS.c.sha256.in_(hashes))
        if any(
            KEPT.search(bytes(text).decode("utf-8", "replace")) for text in op.get_bind().execute(contents).scalars()
        ):
            kept.append(pack)
    return kept
