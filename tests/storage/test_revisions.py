"""What revisions of the database do with the rows that are there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from formengine.storage import Database, open_database
from formengine.storage.migrations import FOLDER, upgrade
from formengine.storage.models.comparisons import VersionComparison
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.storage.models.publications import Definition, PackVersion
from formengine.storage.models.rounds import ActLink, ProviderSeat
from formengine.storage.models.signed_copies import SignedCopy, SignedHash
from tests.support.databases import KINDS, Templates

MOMENT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DOSSIER: dict[str, Any] = {
    **{"id": 1, "reference": "ADV-2026-0001", "title": "Chairs", "kind": "matter", "submission_id": 1},
    **{"request_type": "advice", "pack": "advice", "pack_hash": "p", "state": "open", "state_category": "open"},
    **{"entered_at": MOMENT, "opened_at": MOMENT, "requester_id": "maya"},
}


def downgrade(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_read_by_a_link_is_kept(templates: Templates, kind: str, tmp_path: Path) -> None:
    """S6, S11: of links from before a round could be about several documents; from then on copies are by document."""
    url = templates.migrated(kind, tmp_path)
    database = open_database(url)
    downgrade(database, "0048")
    columns = [sa.column(name) for name in ("secret_hash", "code_tries")]
    columns += [sa.column(name, sa.DateTime(timezone=True)) for name in ("created_at", "opened_at", "read_at")]
    links = sa.table("fe_act_links", *columns)
    with database.engine.begin() as connection:
        told = {"secret_hash": "a" * 64, "code_tries": 0, "created_at": MOMENT, "opened_at": MOMENT, "read_at": MOMENT}
        connection.execute(links.insert().values(told))
        connection.execute(links.insert().values(secret_hash="b" * 64, code_tries=0, created_at=MOMENT))
    upgrade(database)
    with database.reading() as session:
        read = session.scalars(sa.select(ActLink.readings).order_by(ActLink.secret_hash)).all()
        assert read == [{"opened": MOMENT.isoformat(), "read": MOMENT.isoformat()}, {}]
        key = sa.inspect(session.connection()).get_pk_constraint("fe_signed_copies")
        assert sorted(key["constrained_columns"]) == ["document", "round_id"]
    downgrade(database, "0048")
    with database.engine.begin() as connection:
        moments = connection.execute(sa.select(links.c.opened_at).order_by(links.c.secret_hash)).scalars().all()
    assert [moment is not None for moment in moments] == [True, False]
    database.close()
    templates.discard(url)


@pytest.mark.parametrize("kind", KINDS)
def test_no_signed_copy_is_lost_by_a_downgrade(templates: Templates, kind: str, tmp_path: Path) -> None:
    """O3, S11: the rounds with several copies are named, and nothing has changed; the indexes of lists go and come."""
    url = templates.migrated(kind, tmp_path)
    database = open_database(url)
    row = {"round_id": 7, "dossier_id": 1, "version_id": 1, "requested_at": MOMENT}
    off = "PRAGMA foreign_keys = OFF" if kind == "sqlite" else "SET session_replication_role = replica"
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(off)  # SQLite takes it in no transaction
        for document in ("annex", "contract"):
            connection.execute(sa.insert(SignedCopy).values(document=document, **row))
        connection.commit()
        connection.invalidate()
    with pytest.raises(RuntimeError, match="round_id 7"):
        downgrade(database, "0048")
    with database.engine.begin() as connection:
        assert len(connection.execute(sa.select(SignedCopy.document)).all()) == 2
        connection.execute(sa.delete(SignedCopy))
    downgrade(database, "0047")
    assert "ix_fe_rounds_status" not in {
        index["name"] for index in sa.inspect(database.engine).get_indexes("fe_rounds")
    }
    upgrade(database)
    assert "ix_fe_rounds_status" in {index["name"] for index in sa.inspect(database.engine).get_indexes("fe_rounds")}
    database.close()
    templates.discard(url)


@pytest.mark.parametrize("kind", ["postgresql"])  # SQLite checks after a migration that the dossier is there
def test_what_everybody_was_sent_is_known_as_complete(templates: Templates, kind: str, tmp_path: Path) -> None:
    """S6: of signed PDFs from before the number of their signatures was kept."""
    url = templates.migrated(kind, tmp_path)
    database = open_database(url)
    downgrade(database, "0061")
    row = {"round_id": 7, "dossier_id": 1, "version_id": 1, "requested_at": MOMENT, "sent_at": MOMENT}
    file = {"name": "a.pdf", "type": "application/pdf", "size": 1, "stored_at": MOMENT}
    hashes = sa.table("fe_signed_hashes", sa.column("sha256"), sa.column("made_at", sa.DateTime(timezone=True)))
    with database.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.insert(StoredFile).values(id="f", sha256="a" * 64, **file))
        connection.execute(sa.insert(SignedCopy).values(document="annex", file_id="f", signatures=[3, 4], **row))
        connection.execute(hashes.insert(), [{"sha256": letter * 64, "made_at": MOMENT} for letter in "ab"])
    upgrade(database)
    with database.reading() as session:
        assert session.scalars(sa.select(SignedHash.expected).order_by(SignedHash.sha256)).all() == [2, None]
    database.close()
    templates.discard(url)


@pytest.mark.parametrize("kind", KINDS)
def test_no_document_is_shown_to_clients_by_a_downgrade(templates: Templates, kind: str, tmp_path: Path) -> None:
    """O3, S2: titles, what was shared and sent, and documents that a workflow keeps from clients hold it back."""
    url = templates.migrated(kind, tmp_path)
    database = open_database(url)
    off = "PRAGMA foreign_keys = OFF" if kind == "sqlite" else "SET session_replication_role = replica"
    files = {"workflows/advice/workflow.yaml": "a" * 64}
    kept, open_to_all = b"documents:\n  memo: {client: never}\n", b"roles:\n  client: {is: submitter}\n"
    document = {"dossier_id": 1, "name": "memo"}
    version = {"document_id": 1, "number": 1, "file_id": "f", "made_at": MOMENT}
    rows: list[tuple[Any, dict[str, Any], str]] = [
        (Document, {**document, "title": "Close"}, "fe_documents, with a title"),
        (DocumentVersion, {**version, "shared_at": MOMENT}, "fe_document_versions, shared"),
        (ProviderSeat, {"seat_id": 7, "provider": "p", "state": "waiting", "sent": [{"a": 1}]}, "seat_id 7"),
    ]
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(off)  # SQLite takes it in no transaction
        connection.execute(sa.insert(Definition).values(sha256="a" * 64, content=kept))
        connection.execute(
            sa.insert(PackVersion).values(hash="p", pack="advice", number=1, files=files, publication_id=1)
        )
        connection.commit()
        for table, values, message in rows:
            connection.execute(sa.insert(table).values(values))
            connection.commit()
            with pytest.raises(RuntimeError, match=message):
                downgrade(database, "0050")
            connection.execute(sa.delete(table))
            connection.commit()
        connection.execute(sa.insert(Document).values(document))
        connection.execute(sa.insert(Dossier).values(DOSSIER))
        connection.commit()
        with pytest.raises(RuntimeError, match="fe_documents, which clients do not read"):
            downgrade(database, "0050")
        connection.execute(sa.update(Definition).values(content=open_to_all))
        connection.commit()
        connection.invalidate()
    downgrade(database, "0050")
    database.close()
    templates.discard(url)


@pytest.mark.parametrize("kind", KINDS)
def test_comparisons_are_made_again(templates: Templates, kind: str, tmp_path: Path) -> None:
    """O3, S3: of those that an earlier release made, so that no redline names a lawyer whom a client does not know."""
    url = templates.migrated(kind, tmp_path)
    database = open_database(url)
    downgrade(database, "0060")
    off = "PRAGMA foreign_keys = OFF" if kind == "sqlite" else "SET session_replication_role = replica"
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(off)  # SQLite takes it in no transaction
        row = {"older_id": 6, "newer_id": 7, "state": "made", "redline": b"docx", "requested_at": MOMENT}
        connection.execute(sa.insert(VersionComparison).values(**row))
        connection.commit()
        connection.invalidate()
    upgrade(database)
    with database.reading() as session:
        assert session.scalars(sa.select(VersionComparison.state)).all() == []
    database.close()
    templates.discard(url)
