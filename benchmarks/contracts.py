"""Contracts in a row: each converted and signed by two workers, one of which is killed with -9 in the middle.

    python -m benchmarks.contracts [CONTRACTS]

Prints the seconds, how long others waited for SQLite's write lock meanwhile, and whether each contract was signed
exactly once, verifies, and was sent to each person once. It needs LibreOffice.
"""

from __future__ import annotations

import inspect
import io
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from formengine.app import build_platform, close_platform, upgrade_database
from formengine.authoring import Bundle
from formengine.content_type import DOCX
from formengine.forms import Upload
from formengine.services.approvals import decisions
from formengine.services.core.pdf_verification import verify_pdf
from formengine.services.core.unit_of_work import Platform, open_work
from formengine.services.dossiers import documents
from formengine.services.files.uploads import open_content
from formengine.services.publishing.publications import publish
from formengine.settings import read_settings
from formengine.storage import open_database
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.signed_copies import SignedCopy
from tests.documents.conftest import word
from tests.services.conftest import MakeCase, make_case
from tests.support.people import People
from tests.support.platforms import SITES
from tests.support.server import Commands, commands_on

PAUSE = 0.005
"""Seconds between two tries for the write lock."""


def main(contracts: int = 50) -> None:
    with tempfile.TemporaryDirectory() as name, site(Path(name)) as (platform, commands):
        make = inspect.unwrap(make_case)(platform, People(platform))
        for _number in range(contracts):
            sign_one(make)
        workers = [commands.start("worker") for _number in range(2)]
        began = time.monotonic()
        with waits_for_the_lock(Path(name) / "site.sqlite") as waits:
            wait_for(platform, contracts // 3)
            workers[0].send_signal(signal.SIGKILL)
            workers.append(commands.start("worker"))
            wait_for(platform, contracts)
        took = time.monotonic() - began
        commands.end()
        report(platform, contracts, took, waits)


@contextmanager
def site(folder: Path) -> Iterator[tuple[Platform, Commands]]:
    """The site of the tests' contracts over a new database, and commands on it."""
    commands = commands_on(f"sqlite:///{folder}/site.sqlite", SITES / "casework", folder)
    names = {name: value for name, value in commands.environment.items() if name.startswith("FORMENGINE_")}
    settings = read_settings({}, environ=names)
    database = open_database(settings.database_url)
    upgrade_database(database)
    database.close()
    platform = build_platform(settings)
    with open_work(platform) as work:
        publish(work, Bundle.from_folder(SITES / "casework"))
    yield platform, commands
    close_platform(platform)


def sign_one(make: MakeCase) -> None:
    """A contract that was approved and signed in the portal; its PDF is for the workers."""
    case = make(by="cleo", with_paper=False)
    text = word("A services agreement.", *["Clause of some length, as contracts have them."] * 60, "[[sign:finance]]")
    case("paul", documents.new_document_version, "contract", Upload("deal.docx", DOCX, io.BytesIO(text)))
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    case("bo", decisions.sign, "Bo Jansen", True)


def wait_for(platform: Platform, count: int) -> None:
    """Wait until so many contracts were signed and sent; AssertionError after a long while."""
    deadline = time.monotonic() + 60 + 60 * count
    while True:
        with platform.database.reading() as session:
            done = session.scalar(select(func.count()).where(SignedCopy.sent_at.is_not(None)))
        if (done or 0) >= count:
            return
        assert time.monotonic() < deadline, f"{done} of {count} contracts were signed"
        time.sleep(0.2)


@contextmanager
def waits_for_the_lock(database: Path) -> Iterator[list[tuple[float, float]]]:
    """How long another writer waited for the write lock each time that it tried, and when that was, in seconds."""
    waits: list[tuple[float, float]] = []
    ended, start = threading.Event(), time.monotonic()

    def write() -> None:
        connection = sqlite3.connect(database, timeout=60, isolation_level=None)
        while not ended.wait(PAUSE):
            began = time.monotonic()
            connection.execute("BEGIN IMMEDIATE")
            waits.append((time.monotonic() - began, began - start))
            connection.execute("ROLLBACK")
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


def report(platform: Platform, contracts: int, took: float, waits: list[tuple[float, float]]) -> None:
    """Print what was measured, and what each contract came to."""
    with open_work(platform) as work:
        copies = list(work.session.scalars(select(SignedCopy)))
        files = [work.session.get_one(StoredFile, copy.file_id).sha256 for copy in copies]
        mails = select(Mail.to, Mail.dossier_id, func.count()).where(Mail.kind == "signed_copy")
        counts = [count for _to, _dossier, count in work.session.execute(mails.group_by(Mail.to, Mail.dossier_id))]
        once = 0
        for sha256 in files:
            with open_content(platform, sha256) as stream:
                found = verify_pdf(work, stream.read())
            once += found.unchanged and len(found.signatures) == 1
    lock = sorted(wait for wait, _at in waits)
    longest = ", ".join(f"{wait * 1000:.0f} ms at {at:.0f} s" for wait, at in sorted(waits)[:-6:-1])
    tail = f"99 % below {lock[len(lock) * 99 // 100] * 1000:.1f} ms; the longest: {longest}"
    print(f"{contracts} contracts in {took:.1f} s, {took / contracts:.2f} s each, by two workers, one killed")
    print(f"write lock, {len(waits)} tries: half below {median(lock) * 1000:.1f} ms, {tail}")
    print(f"signed exactly once: {once} of {contracts}; mails: {len(counts)}, each once: {set(counts) == {1}}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
