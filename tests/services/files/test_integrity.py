"""Orphaned contents are swept away; what is uploaded again meanwhile stays."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy import select, text

from formengine.forms import Upload
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.integrity import sweep_orphans
from formengine.services.files.uploads import store_upload
from formengine.storage.models.files_and_notes import StoredFile
from tests.support.people import People
from tests.support.platforms import Acting


def age(platform: Platform, sha256: str, days: float) -> None:
    """Make a content look as if it had been put days ago."""
    folder = Path(platform.settings.storage_url.removeprefix("file:"))
    path = folder / sha256[:2] / sha256[2:4] / sha256
    then = path.stat().st_mtime - days * 86400
    os.utime(path, (then, then))


def test_a_content_that_got_a_row_meanwhile_is_not_swept(platform: Platform, people: People, acting: Acting) -> None:
    """T37: the sweep reads an older snapshot, in which the content belongs to no file."""
    sha256 = platform.blobs.put(BytesIO(b"a plan")).sha256
    with platform.database.reading() as session:
        session.execute(text("SELECT 1 FROM fe_files")).all()  # the snapshot of SQLite begins
        with acting(people("maya")) as work:
            store_upload(work, Upload("plan.txt", "text/plain", BytesIO(b"a plan")))
            now = work.now
        age(platform, sha256, days=3)
        assert sweep_orphans(UnitOfWork(platform, session, None, now)) == 0
    assert platform.blobs.exists(sha256)
    with platform.database.reading() as session:
        assert session.scalars(select(StoredFile.sha256)).all() == [sha256]


def test_a_content_uploaded_again_is_not_swept(platform: Platform) -> None:
    """T37: its row is still to come."""
    sha256 = platform.blobs.put(BytesIO(b"a plan")).sha256
    age(platform, sha256, days=3)
    platform.blobs.put(BytesIO(b"a plan"))
    with platform.database.reading() as session:
        work = UnitOfWork(platform, session, None)
        assert sweep_orphans(work) == 0
        assert sweep_orphans(UnitOfWork(platform, session, None, work.now + timedelta(days=2))) == 1
