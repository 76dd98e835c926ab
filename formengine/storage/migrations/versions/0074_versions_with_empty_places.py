"""The answers that a version of a document lacks are stored with it, rather than as the failure of its draft."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0074"
down_revision: str | None = "0073"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DOCUMENTS = sa.table("fe_documents", sa.column("id"), sa.column("draft_failure"))
VERSIONS = sa.table(
    "fe_document_versions",
    *(sa.column("document_id"), sa.column("number", sa.Integer)),
    *(sa.column("missing_answers", JSON), sa.column("empty_places_kept", sa.Boolean)),
)
OTHERS = VERSIONS.alias()
NEWEST = sa.select(sa.func.max(OTHERS.c.number)).where(OTHERS.c.document_id == VERSIONS.c.document_id)
IS_NEWEST = VERSIONS.c.number == NEWEST.correlate(VERSIONS).scalar_subquery()
PREFIXES = {False: "missing: ", True: "kept: "}
LONGEST_FAILURE = 500


def upgrade() -> None:
    op.add_column("fe_document_versions", sa.Column("missing_answers", JSON))
    kept: sa.Column[bool] = sa.Column("empty_places_kept", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("fe_document_versions", kept)
    for is_kept, prefix in PREFIXES.items():
        lacking = DOCUMENTS.c.draft_failure.startswith(prefix)
        for document, failure in op.get_bind().execute(sa.select(*DOCUMENTS.c).where(lacking)).all():
            values = {"missing_answers": failure.removeprefix(prefix).split(), "empty_places_kept": is_kept}
            op.execute(VERSIONS.update().where(VERSIONS.c.document_id == document, IS_NEWEST).values(**values))
        op.execute(DOCUMENTS.update().where(lacking).values(draft_failure=None))


def downgrade() -> None:
    """Where a later draft has failed, older code reads of that alone."""
    lacking = (
        sa.select(DOCUMENTS.c.id, VERSIONS.c.missing_answers, VERSIONS.c.empty_places_kept)
        .join_from(DOCUMENTS, VERSIONS, VERSIONS.c.document_id == DOCUMENTS.c.id)
        .where(IS_NEWEST, VERSIONS.c.missing_answers.is_not(None), DOCUMENTS.c.draft_failure.is_(None))
    )
    for document, answers, is_kept in op.get_bind().execute(lacking).all():
        text = _stored(PREFIXES[is_kept], answers)
        op.execute(DOCUMENTS.update().where(DOCUMENTS.c.id == document).values(draft_failure=text))
    op.drop_column("fe_document_versions", "empty_places_kept")
    op.drop_column("fe_document_versions", "missing_answers")


def _stored(prefix: str, answers: Sequence[str]) -> str:
    """As many of the answers as fit, at least the first."""
    text = prefix + answers[0]
    for answer in answers[1:]:
        if len(text) + 1 + len(answer) <= LONGEST_FAILURE:
            text += f" {answer}"
    return text[:LONGEST_FAILURE]
