"""Words that dossiers are found by, in an index of the database; saved views; the next deadline of each dossier."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = ("about", "about_internal", "notes", "notes_internal")
_INDEXES = {
    "shared": ["organisation_id", "shared_with_organisation", "restricted"],
    "assigned": ["assignee_id", "state_category", "restricted"],
    "queue": ["team", "assignee_id", "state_category", "restricted"],
    "late": ["is_late", "due_at", "id", "restricted"],
    "opened": ["opened_at", "id"],
    "due": ["due_at", "id"],
    "list_entered": ["kind", "entered_at", "id"],
    "list_due": ["kind", "due_at", "id"],
    "list_title": ["kind", "title", "id"],
    "list_reference": ["kind", "reference", "id"],
    "counts": [
        "kind",
        "state_category",
        "practice_area",
        "category",
        "priority",
        "team",
        "assignee_id",
        "restricted",
        "opened_at",
    ],
}
_NO_DUE = {"sqlite": "9999-12-30 00:00:00.000000", "postgresql": "9999-12-30 00:00:00+00"}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _create_tables()
    # what was there is found by its words as they stand; a job adds stems and notes
    op.execute(
        "INSERT INTO fe_search_documents (dossier_id, about, about_internal, notes, notes_internal, stale) "
        "SELECT id, search_text, '', '', '', true FROM fe_dossiers"
    )
    op.execute("ALTER TABLE fe_dossiers DROP COLUMN search_text")
    _add_due(dialect)
    for statement in _SQLITE if dialect == "sqlite" else _POSTGRESQL:
        op.execute(statement)
    for name in ("organisation_id", "assignee_id", "queue"):  # "shared", "assigned", "queue" begin with their columns
        op.drop_index(f"ix_fe_dossiers_{name}", "fe_dossiers")
    for name, columns in _INDEXES.items():
        op.create_index(f"ix_fe_dossiers_{name}", "fe_dossiers", columns)


def _create_tables() -> None:
    op.create_table(
        "fe_search_documents",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _WORDS),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["fe_dossiers.id"], name=op.f("fk_fe_search_documents_dossier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_fe_search_documents")),
    )
    op.create_index("ix_fe_search_documents_stale", "fe_search_documents", ["stale"])
    op.create_table(
        "fe_saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=4000), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["fe_people.id"], name=op.f("fk_fe_saved_views_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fe_saved_views")),
        sa.UniqueConstraint("person_id", "page", "name", name=op.f("uq_fe_saved_views_person_id_page_name")),
    )


def _add_due(dialect: str) -> None:
    """A dossier that has not ended is due when its first missed deadline was, else when the next one is."""
    kind = "DATETIME" if dialect == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(f"ALTER TABLE fe_dossiers ADD COLUMN due_at {kind} NOT NULL DEFAULT '{_NO_DUE[dialect]}'")
    op.execute("ALTER TABLE fe_dossiers ADD COLUMN is_late BOOLEAN NOT NULL DEFAULT false")
    deadlines = "FROM fe_deadlines d WHERE d.dossier_id = fe_dossiers.id AND d.current AND d.due IS NOT NULL"
    first = f"coalesce((SELECT min(d.due) {deadlines} AND d.status IN ('missed', 'running')), '{_NO_DUE[dialect]}')"  # nosec B608  # of constants
    late = f"EXISTS (SELECT 1 {deadlines} AND d.status = 'missed')"  # nosec B608  # of constants
    op.execute(f"UPDATE fe_dossiers SET due_at = {first}, is_late = {late} WHERE ended_at IS NULL")  # nosec B608  # of constants


_COLUMNS = ", ".join(_WORDS)
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in _WORDS) for row in ("old", "new"))
_TO = "INSERT INTO fe_search_index"
_FORGET = f"{_TO} (fe_search_index, rowid, {_COLUMNS}) VALUES ('delete', old.dossier_id, {_OLD});"  # nosec B608  # of constants
_INDEX = f"{_TO} (rowid, {_COLUMNS}) VALUES (new.dossier_id, {_NEW});"  # nosec B608  # of constants
_SQLITE = (
    f"CREATE VIRTUAL TABLE fe_search_index USING fts5({_COLUMNS}, content='fe_search_documents', "
    "content_rowid='dossier_id', detail=column, prefix='2 3 4', tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER fe_search_documents_insert AFTER INSERT ON fe_search_documents BEGIN {_INDEX} END",
    f"CREATE TRIGGER fe_search_documents_delete AFTER DELETE ON fe_search_documents BEGIN {_FORGET} END",
    f"CREATE TRIGGER fe_search_documents_update AFTER UPDATE OF {_COLUMNS} ON fe_search_documents "
    f"BEGIN {_FORGET} {_INDEX} END",
    "INSERT INTO fe_search_index (fe_search_index) VALUES ('rebuild')",
)


def _gin(name: str, columns: Sequence[str]) -> str:
    words = " || ' ' || ".join(columns)
    vector = f"array_to_tsvector(array_remove(string_to_array({words}, ' '), ''))"
    return f"CREATE INDEX {name} ON fe_search_documents USING gin ({vector})"


_POSTGRESQL = (
    _gin("ix_fe_search_documents_client", ("about", "notes")),
    _gin("ix_fe_search_documents_team", _WORDS),
)
