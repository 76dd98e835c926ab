"""Nobody's turn, and nobody editing, where a document was signed before signing ended both."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
HELD = ("turn", "turn_since", "editor", "editing_since", "editing_until")
DOCUMENTS = sa.table("fe_documents", *(sa.column(name) for name in ("id", "dossier_id", "name", *HELD)))
VERSIONS = sa.table("fe_document_versions", *(sa.column(name) for name in ("document_id", "number", "file_id")))
FILES = sa.table("fe_files", *(sa.column(name) for name in ("id", "sha256")))
ROUNDS = sa.table("fe_rounds", *(sa.column(name) for name in ("dossier_id", "kind", "status")), sa.column("data", JSON))


def upgrade() -> None:
    is_held = sa.or_(DOCUMENTS.c.turn.is_not(None), DOCUMENTS.c.editor.is_not(None))
    signed = (
        sa.select(ROUNDS.c.dossier_id, ROUNDS.c.data)
        .where(ROUNDS.c.kind == "signature", ROUNDS.c.status == "signed")
        .where(ROUNDS.c.dossier_id.in_(sa.select(DOCUMENTS.c.dossier_id).where(is_held)))
    )
    for dossier, data in op.get_bind().execute(signed).all():
        is_signed = sa.and_(DOCUMENTS.c.dossier_id == dossier, _is_bound(data))
        op.execute(DOCUMENTS.update().where(is_signed).values(dict.fromkeys(HELD)))


def _is_bound(data: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Whether a document is one of those of a round. Rounds from before there could be several name none: theirs is
    the one with that version.
    """
    if data.get("versions"):
        return DOCUMENTS.c.name.in_(list(data["versions"]))
    is_of_version = sa.and_(
        VERSIONS.c.number == data.get("document_version"), FILES.c.sha256 == data.get("document_sha256")
    )
    bound = sa.select(VERSIONS.c.document_id).join(FILES, FILES.c.id == VERSIONS.c.file_id).where(is_of_version)
    return DOCUMENTS.c.id.in_(bound)


def downgrade() -> None:
    """Whose turn it was with a signed document says nothing: there is nothing to bring back."""
