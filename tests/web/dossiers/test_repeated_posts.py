"""Posts that arrive twice: what they add is there once, and nothing that somebody wrote is lost."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from sqlalchemy import func, select
from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.files_and_notes import Attachment, Note
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Child
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import NDA, Opened, SignedIn


def count(platform: Platform, table: Any, *conditions: Any) -> int:
    with platform.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def test_a_note_that_is_posted_twice_is_written_once(platform: Platform, signed_in: SignedIn, opened: Opened) -> None:
    """P20: and told once; the second answer is that of the first."""
    reference = opened("nda", NDA)
    form = signed_in("maya").form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
    form["text"], form["files"] = "Is Friday possible?", [Upload("plan.txt", b"a plan", "text/plain")]
    before = count(platform, Mail, Mail.kind == "note")
    first = form.submit(status=303)
    mails = count(platform, Mail, Mail.kind == "note") - before
    assert mails
    assert form.submit(status=303).location == first.location
    assert count(platform, Note) == 1
    assert count(platform, Attachment) == 1
    assert count(platform, Mail, Mail.kind == "note") == before + mails


def test_another_text_from_the_same_page_is_another_note(
    platform: Platform, signed_in: SignedIn, opened: Opened
) -> None:
    """P19: whoever goes back in the browser and writes more has written more; so has who repeats it on purpose."""
    reference = opened("nda", NDA)
    maya, tab, action = signed_in("maya"), f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    form = maya.form(tab, action)
    for text in ("Thank you.", "And Monday?"):
        form["text"] = text
        form.submit(status=303)
    form["files"] = [Upload("plan.txt", b"a plan", "text/plain")]
    form.submit(status=303)
    form["files"] = [Upload("plan.txt", b"another", "text/plain")]
    form.submit(status=303)
    again = maya.form(tab, action)
    again["text"] = "Thank you."
    again.submit(status=303)
    assert count(platform, Note) == 5


def test_a_refused_post_can_be_sent_again(platform: Platform, signed_in: SignedIn, opened: Opened) -> None:
    """P19: a post that was refused was not carried out."""
    reference = opened("nda", NDA)
    form = signed_in("maya").form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
    form.submit(status=422)
    form.submit(status=422)
    form["text"] = "Now with a text."
    form.submit(status=303)
    assert count(platform, Note) == 1


def test_files_versions_and_milestones_are_added_once(platform: Platform, signed_in: SignedIn, opened: Opened) -> None:
    """P26, D6."""
    reference = opened("nda", NDA)
    maya, tab = signed_in("maya"), f"/dossiers/{reference}?tab=attachments"
    form = maya.form(tab, f"/dossiers/{reference}/attachments")
    form["files"] = [Upload("plan.txt", b"a plan", "text/plain")]
    form.submit(status=303)
    form.submit(status=303)
    assert count(platform, Attachment) == 1
    with platform.database.reading() as session:
        number = session.scalar(select(Attachment.id))
    form = maya.form(tab, f"/dossiers/{reference}/attachments/{number}/versions")
    form["files"] = Upload("plan.txt", b"a better plan", "text/plain")
    form.submit(status=303)
    form.submit(status=303)
    assert count(platform, Attachment) == 2
    address = f"/dossiers/{reference}/children/milestone/new"
    page = maya.get(address)
    form = next(form for form in page.forms.values() if form.action == address)
    form[page.html.find(attrs={"data-pointer": "/title"})["name"]] = "Delivery"
    form.submit(status=303)
    form.submit(status=303)
    assert count(platform, Child) == 1


def test_a_file_for_a_key_is_no_key(signed_in: SignedIn, opened: Opened) -> None:
    """T23: a forged post is answered like any other."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    token = paul.form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")["csrf_token"].value
    files = [("_once", "key.txt", b"a key")]
    paul.post(f"/dossiers/{reference}/claim", {"csrf_token": token}, upload_files=files, status=303)


def test_files_are_hashed_before_the_dossier_is_locked(
    platform: Platform, signed_in: SignedIn, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T4: whoever else acts on the dossier does not wait for it (PostgreSQL; SQLite locks nothing before it writes)."""
    reference = opened("nda", NDA)
    maya, tab = signed_in("maya"), f"/dossiers/{reference}?tab=attachments"
    form = maya.form(tab, f"/dossiers/{reference}/attachments")
    form["files"] = [Upload("plan.txt", b"a plan", "text/plain")]
    form.submit(status=303)
    with platform.database.reading() as session:
        number = session.scalar(select(Attachment.id))
    form = maya.form(tab, f"/dossiers/{reference}/attachments/{number}/versions")
    form["files"] = Upload("plan.txt", b"a better plan", "text/plain")
    locks, digest = [], hashlib.file_digest

    def file_digest(*args: Any) -> Any:
        locks.append([sql for sql, _values in recorder.statements if "FOR NO KEY UPDATE" in sql])
        return digest(*args)

    monkeypatch.setattr(hashlib, "file_digest", file_digest)
    with recorded_statements(platform.database) as recorder:
        form.submit(status=303)
    assert locks[0] == []
    assert platform.database.is_sqlite or any("FOR NO KEY UPDATE" in sql for sql, _values in recorder.statements)
