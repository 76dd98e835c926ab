"""Quotas of files and bytes, of people and dossiers; what is refused or interrupted leaves nothing."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, select

from formengine.cli.serve import make_server
from formengine.errors import QuotaExceeded
from formengine.forms import Upload
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers.attachments import attach_files
from formengine.services.files.quotas import Usage, largest_dossiers, largest_people
from formengine.services.files.uploads import FileStore, store_upload
from formengine.storage.models.files_and_notes import StoredFile
from tests.services.conftest import MakeCase, make_case, paper
from tests.support.concurrency import at_once
from tests.support.databases import database_kind
from tests.support.people import People
from tests.support.platforms import MakePlatform, acting_on
from tests.support.server import running

__all__ = ["database_kind", "make_case"]
pytestmark = pytest.mark.site("casework")
PERSON: Final = "you may store"
DOSSIER: Final = "a dossier may hold"


def text(number: int, size: int = 100) -> Upload:
    return Upload(f"{number}.txt", "text/plain", io.BytesIO(f"{number:x<{size}}".encode()))


def stored(platform: Platform) -> tuple[int, int]:
    """How many files there are: rows, and contents."""
    with platform.database.reading() as session:
        rows = session.scalar(select(func.count()).select_from(StoredFile)) or 0
    return rows, len(list(platform.blobs.list()))


@pytest.mark.parametrize("limits", [{"person_files": 3}, {"person_bytes": 399}])
def test_person_uploads_until_the_quota(make_platform: MakePlatform, people: People, limits: dict[str, int]) -> None:
    """T38: then a sentence, no row and no content; others go on."""
    platform = make_platform(**limits)
    for number in range(3):
        with acting_on(platform, people("maya")) as work:
            store_upload(work, text(number))
    with acting_on(platform, people("maya")) as work, pytest.raises(QuotaExceeded, match=PERSON):
        store_upload(work, text(3))
    assert stored(platform) == (3, 3)
    with acting_on(platform, people("cleo")) as work:
        store_upload(work, text(4))
    assert stored(platform) == (4, 4)


def test_files_of_one_request_count_together(make_platform: MakePlatform, people: People) -> None:
    """T38: also before they are written."""
    platform = make_platform(person_files=2)
    with acting_on(platform, people("maya")) as work:
        for number in range(2):
            FileStore(work).save(text(number))
        with pytest.raises(QuotaExceeded, match=PERSON):
            FileStore(work).save(text(2))
    assert stored(platform) == (2, 2)


def test_dossier_holds_no_more_than_its_quota(make_platform: MakePlatform, make_case: MakeCase) -> None:
    """T38: whoever adds to it; what the engine itself stores is not refused."""
    case = make_case()
    with case.platform.database.reading() as session:
        held = session.scalar(select(func.count()).where(StoredFile.dossier_id == case.dossier.id)) or 0
    case.platform = make_platform(dossier_files=held + 1)
    case("paul", attach_files, [text(1)])
    before = stored(case.platform)
    with pytest.raises(QuotaExceeded, match=DOSSIER):
        case("paul", attach_files, [text(2)])
    assert stored(case.platform) == before
    case(None, attach_files, [text(3)])


def test_two_uploads_for_the_last_room(make_platform: MakePlatform, people: People) -> None:
    """T38: one of two that were admitted at the same moment is refused, and has no row."""
    platform = make_platform(person_files=3)
    maya = people("maya").id

    def upload(number: int) -> Callable[[UnitOfWork], Any]:
        return lambda work: store_upload(work, text(number))

    with acting_on(platform, people("maya")) as work:
        for number in range(2):
            store_upload(work, text(number))
    assert sorted(at_once(platform, (maya, upload(2)), (maya, upload(3)))) == ["", "QuotaExceeded"]
    assert stored(platform)[0] == 3


def test_usage(platform: Platform, people: People, make_case: MakeCase) -> None:
    """T38: who stores most, for administrators."""
    case = make_case()
    case("paul", attach_files, [text(1, 5000), text(2, 6000)])
    paper_size = len(paper().file.read())  # that `make_case` had him add
    with acting_on(platform, None) as work:
        assert largest_people(work, 1) == [Usage(people("paul").email, 3, 11_000 + paper_size)]
        (largest,) = largest_dossiers(work, 1)
    assert (largest.owner, largest.bytes >= 11_000) == (case.reference, True)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_interrupted_upload_leaves_nothing(platform: Platform, people: People) -> None:
    """T38: a client that goes away in the middle of its body leaves no row, no content and no temporary file."""
    people("maya")
    before = stored(platform)
    head = (
        b"POST /api/v1/submissions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
        b"Content-Type: multipart/form-data; boundary=cut\r\n\r\n--cut\r\n"
        b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = make_server(platform, platform.settings, listener)
        with running(server):
            with socket.create_connection(listener.getsockname()) as client:
                client.sendall(head + b"x" * 2_000_000)
            deadline = time.monotonic() + 10
            while server.active_channels and time.monotonic() < deadline:
                time.sleep(0.05)
            assert not server.active_channels
    assert stored(platform) == before
    folder = Path(platform.settings.storage_url.removeprefix("file:"))
    assert list((folder / "incoming").iterdir()) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_content_that_breaks_off_leaves_nothing(platform: Platform) -> None:
    """T38: a stream that fails while it is stored."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 300_000:
                raise OSError("gone")
            return super().read(min(size or 0, 300_000) if size and size > 0 else 300_000)

    before = stored(platform)
    with pytest.raises(OSError, match="gone"):
        platform.blobs.put(Broken(b"x" * 1_000_000))
    assert stored(platform) == before
    folder = Path(platform.settings.storage_url.removeprefix("file:"))
    assert list((folder / "incoming").iterdir()) == []
