"""History, files and jobs, verified and looked after from the command line."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from sqlalchemy import select, text

from formengine.services.case.repository import get_dossier
from formengine.services.dossiers.notes import add_note, note_views
from formengine.services.intake.submissions import submit
from formengine.storage import open_database
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.lists import SearchDocument
from tests.support.people import People
from tests.support.platforms import acting_on, close_platform, open_platform, settings_of
from tests.support.server import Commands
from tests.support.smtp import Inbox
from tests.web.dossiers.visitors import NDA


def _write(site_commands: Commands, statement: str) -> None:
    database = open_database(site_commands.environment["FORMENGINE_DATABASE_URL"])
    with database.transaction() as session:
        session.execute(text(statement))
    database.close()


def test_a_whole_history_holds(site_commands: Commands) -> None:
    """O5."""
    assert site_commands.run("audit", "verify") == "every chain of the history holds\n"


def test_a_changed_entry_is_named(site_commands: Commands) -> None:
    """O5, T41."""
    _write(site_commands, "UPDATE fe_history SET kind = 'something else'")
    assert "entry 1: its author, time or kind was changed" in site_commands.run("audit", "verify", code=1)
    findings = json.loads(site_commands.run("audit", "verify", "--json", code=1))
    assert findings["findings"][0]["dossier"] == "site"


def test_a_row_that_cannot_be_read_is_a_sentence(site_commands: Commands) -> None:
    """T41: a time that was edited into something else, where the database takes any text, ends in no traceback."""
    if site_commands.environment["FORMENGINE_DATABASE_URL"].startswith("sqlite"):
        _write(site_commands, "UPDATE fe_history SET at = 'yesterday'")
        assert "was edited and cannot be read: " in site_commands.run("audit", "verify", code=1)


def test_content_is_erased_and_the_history_holds(site_commands: Commands) -> None:
    """T45, O6: entries are listed with their numbers; what is erased is gone, is named, and nothing else is lost."""
    url, files = (site_commands.environment[f"FORMENGINE_{name}_URL"] for name in ("DATABASE", "STORAGE"))
    platform = open_platform(settings_of(database_url=url, storage_url=files))
    people = People(platform)
    people.several("maya", "paul", "ana", "ines", "nora", "bo")
    with acting_on(platform, people("maya")) as work:
        reference = submit(work, "nda", NDA, accept_notice=True).dossier.reference
    with acting_on(platform, people("maya")) as work:
        add_note(work, reference, "My number is 0123.")
    listed = site_commands.run("audit", "erase", reference)
    number = next(line.split()[0] for line in listed.splitlines() if " note " in line)
    assert "nothing was erased" in listed
    assert site_commands.run("audit", "erase", reference, number).splitlines()[1].split()[0] == number
    assert "name the entries" in site_commands.run("audit", "erase", reference, "--yes", code=2)
    assert "has the number 99" in site_commands.run("audit", "erase", reference, number, "99", "--yes", code=1)
    assert "there" in next(line for line in site_commands.run("audit", "erase", reference, number).splitlines()[1:])
    erased = site_commands.run("audit", "erase", reference, number, "--yes")
    assert (f"the content of {number} " in erased, "the text of 1 note\n" in erased) == (True, True)
    with acting_on(platform, people("maya")) as work:
        (view,) = note_views(work, get_dossier(work, reference))
        assert (view.note.text, "The text of this note was erased." in view.html) == ("", True)
        assert "0123" not in work.session.scalars(select(SearchDocument.notes)).one()
    again = site_commands.run("audit", "erase", reference, number, "--yes")
    assert (again.startswith(f"nothing was done about {number}"), "says so" in again) == (True, False)
    assert "is not in the range" in site_commands.run("audit", "erase", reference, "1" * 40, "--yes", code=2)
    assert "is not in the range" in site_commands.run("jobs", "list", "--limit", "1" * 40, code=2)
    last = site_commands.run("audit", "erase", reference).splitlines()[-2].split()
    assert last[4] == "erased"
    assert "has the number" in site_commands.run("audit", "erase", reference, last[0], "--yes", code=1)
    told, holds = site_commands.run("audit", "verify").splitlines()
    assert told.startswith(f"{reference}, entry {number}: content erased ")
    assert told.endswith(f" UTC by order of whoever runs the portal, says entry {last[0]}")
    assert holds == "every chain of the history holds"
    with platform.database.reading() as session:
        rows = session.scalars(select(HistoryEntry).where(HistoryEntry.chain == reference)).all()
    assert {str(row.number): row.payload for row in rows}[number] == {"erased": True}
    close_platform(platform)


def test_a_history_cut_off_with_its_head_is_found_by_a_checkpoint(site_commands: Commands, tmp_path: Path) -> None:
    """O5, T41: without the checkpoint nothing is to be seen; with it, where."""
    site_commands.run("audit", "checkpoint", "kept.json")
    _write(site_commands, "DELETE FROM fe_history")
    _write(site_commands, "DELETE FROM fe_chain_heads")
    site_commands.run("audit", "verify")
    assert "the whole chain is missing" in site_commands.run("audit", "verify", "--since", "kept.json", code=1)


def test_a_checkpoint_that_was_changed_is_refused(site_commands: Commands, tmp_path: Path) -> None:
    """O5."""
    checkpoint = json.loads(site_commands.run("audit", "checkpoint"))
    checkpoint["heads"] = {}
    (tmp_path / "kept.json").write_text(json.dumps(checkpoint))
    assert "its seal does not fit" in site_commands.run("audit", "verify", "--since", "kept.json", code=1)
    (tmp_path / "kept.json").write_text("[]")
    assert "is not a checkpoint" in site_commands.run("audit", "verify", "--since", "kept.json", code=1)


def test_an_old_orphan_is_found_and_swept(site_commands: Commands, tmp_path: Path) -> None:
    """T37: a young one is no finding, because its row may still come."""
    from io import BytesIO

    from formengine.storage.blobs.store import open_blobs

    store = open_blobs(site_commands.environment["FORMENGINE_STORAGE_URL"])
    sha256 = store.put(BytesIO(b"nobody's")).sha256
    site_commands.run("files", "verify")
    path = next((tmp_path / "files").glob(f"??/??/{sha256}"))
    os.utime(path, (time.time() - 2 * 86400,) * 2)
    assert "belongs to no file" in site_commands.run("files", "verify", code=1)
    assert "1 orphan swept away" in site_commands.run("files", "verify", "--sweep")
    assert not store.exists(sha256)


def test_files_that_are_gone_or_changed_are_found(site_commands: Commands, tmp_path: Path) -> None:
    """T37."""
    from io import BytesIO

    from formengine.storage.blobs.store import open_blobs

    store = open_blobs(site_commands.environment["FORMENGINE_STORAGE_URL"])
    changed = store.put(BytesIO(b"an agreement")).sha256
    next((tmp_path / "files").glob(f"??/??/{changed}")).write_bytes(b"another one")
    for name, sha256 in (("changed", changed), ("gone", "0" * 64)):
        _write(
            site_commands,
            "INSERT INTO fe_files (id, sha256, name, type, size, stored_at)"
            f" VALUES ('{name}', '{sha256}', 'a.pdf', 'application/pdf', 12, '2026-01-01 00:00:00+00')",
        )
    findings = json.loads(site_commands.run("files", "verify", "--json", code=1))["findings"]
    assert {(finding["file"], finding["what"]) for finding in findings} == {("changed", "changed"), ("gone", "missing")}


def test_jobs_are_listed_and_drained(site_commands: Commands) -> None:
    """T50: an invitation's mail waits; draining sends it, with no worker alive."""
    site_commands.run("user", "invite", "zoe@example.com", "--name", "Zoe")
    waiting = _mail_job(site_commands)
    assert waiting["state"] == "waiting"
    assert set(waiting) == {"id", "kind", "state", "attempts", "error", "dossier"}
    assert site_commands.run("jobs", "drain") == "nothing is due\n"
    assert _mail_job(site_commands)["state"] == "done"
    assert json.loads(site_commands.run("jobs", "status", "--json"))["waiting"] == 0


def test_a_job_that_failed_is_tried_again_by_itself(site_commands: Commands) -> None:
    """T7, T50: the mail server is away; the job waits for its next try, and is not dead."""
    site_commands.environment["FORMENGINE_MAIL_URL"] = "smtp://127.0.0.1:1"
    site_commands.run("user", "invite", "zoe@example.com", "--name", "Zoe")
    site_commands.run("jobs", "drain", "--timeout", "20")
    job = _mail_job(site_commands)
    assert job["state"] == "retrying"
    assert "is not dead" in site_commands.run("jobs", "retry", str(job["id"]), code=1)
    assert site_commands.run("jobs", "retry", "--dead") == "0 jobs are tried again\n"
    assert "name one job" in site_commands.run("jobs", "retry", code=2)


def test_a_job_that_is_dead_is_tried_again_by_hand(site_commands: Commands, smtp: Inbox) -> None:
    """T50: a permanent refusal makes a job dead at once; retried after the cause is gone, it delivers the mail."""
    site_commands.environment["FORMENGINE_MAIL_URL"] = smtp.url
    smtp.answers = ["550 no such user"]
    site_commands.run("user", "invite", "zoe@example.com", "--name", "Zoe")
    site_commands.run("jobs", "drain", "--timeout", "20")
    job = _mail_job(site_commands)
    assert job["state"] == "dead"
    assert "550" in str(job["error"])
    assert site_commands.run("jobs", "retry", str(job["id"])) == "1 job is tried again\n"
    site_commands.run("jobs", "drain", "--timeout", "20")
    assert _mail_job(site_commands)["state"] == "done"
    assert [str(message["To"]) for message in smtp.messages]


def _mail_job(site_commands: Commands) -> dict[str, object]:
    items = json.loads(site_commands.run("jobs", "list", "--json"))["items"]
    (job,) = [item for item in items if "mail" in item["kind"] or "deliver" in item["kind"]]
    return dict(job)


def test_files_that_cannot_be_read_are_told_in_a_sentence(site_commands: Commands, tmp_path: Path) -> None:
    """T37: a disk that fails in the middle, and a folder that cannot be made."""
    from io import BytesIO

    from formengine.storage.blobs.store import open_blobs

    store = open_blobs(site_commands.environment["FORMENGINE_STORAGE_URL"])
    sha256 = store.put(BytesIO(b"an agreement")).sha256
    _write(
        site_commands,
        "INSERT INTO fe_files (id, sha256, name, type, size, stored_at)"
        f" VALUES ('a', '{sha256}', 'a.pdf', 'application/pdf', 12, '2026-01-01 00:00:00+00')",
    )
    path = next((tmp_path / "files").glob(f"??/??/{sha256}"))
    path.unlink()
    path.mkdir()  # which cannot be read as a file
    assert "formengine: the files cannot be verified: " in site_commands.run("files", "verify", code=1)
    (tmp_path / "file").touch()
    site_commands.environment["FORMENGINE_STORAGE_URL"] = f"file:{tmp_path}/file/files"
    assert "the folder cannot be made" in site_commands.run("files", "verify", code=1)


def test_usage_of_files_is_listed(site_commands: Commands) -> None:
    """T38: with the quotas that hold."""
    report = json.loads(site_commands.run("files", "usage", "--json"))
    assert report["quotas"]["people"] == {"files": 10_000, "bytes": 10 * 1024**3}
    assert set(report) == {"people", "dossiers", "quotas"}
    assert "dossiers (at most 2000 files" in site_commands.run("files", "usage")
