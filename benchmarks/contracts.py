"""Contracts in a row: each drafted, converted and signed by two workers, one of which is killed with -9 twice: while
they draft, and while they sign. Half of them are requested while the PDFs of the others are being signed.

    python -m benchmarks.contracts [CONTRACTS]

Prints the seconds, how long a draft took meanwhile, how long others waited for SQLite's write lock, how long workers
held it (CPU and wall) and where they held it longest, and whether each contract was drafted and signed exactly once,
verifies, and was sent to each person once. It needs LibreOffice.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
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

from sqlalchemy import Select, func, select

from formengine.app import build_platform, close_platform, upgrade_database
from formengine.authoring import Bundle
from formengine.jobs.attempts import current_attempt
from formengine.services.approvals import decisions
from formengine.services.core.pdf_verification import verify_pdf
from formengine.services.core.unit_of_work import Platform, open_work
from formengine.services.files.uploads import open_content
from formengine.services.publishing.publications import publish
from formengine.settings import read_settings
from formengine.storage import open_database
from formengine.storage.models.files_and_notes import DocumentVersion, StoredFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.signed_copies import SignedCopy
from tests.documents.conftest import word
from tests.services.conftest import Case, make_case
from tests.support import write_lock
from tests.support.people import People
from tests.support.platforms import SITES
from tests.support.server import Commands, Process, commands_on

PAUSE = 0.005
"""Seconds between two tries for the write lock."""
MARK = "[[sign:finance]]"
DRAFTED: Select[int] = select(func.count()).select_from(DocumentVersion)
SENT: Select[int] = select(func.count()).where(SignedCopy.sent_at.is_not(None))


SHARE = 3
"""A worker is killed when one of so many contracts is done."""
HOLDS = "LOCK_RECORD"
"""The environment variable with the file to which a worker writes how long it held the lock."""
TEMPLATE = "template: contract.docx, draft_on: submit"
"""What makes the contract of the site a drafted one, in place of the file that comes with the request."""


def main(contracts: int = 50) -> None:
    with tempfile.TemporaryDirectory() as name, site(Path(name)) as (platform, commands):
        make, began = inspect.unwrap(make_case)(platform, People(platform)), time.monotonic()
        workers = [commands.start("worker") for _number in range(2)]
        first = contracts // 2
        with waits_for_the_lock(Path(name) / "site.sqlite") as waits:
            cases = [make(by="cleo", with_paper=False) for _number in range(first)]
            wait_for(platform, DRAFTED, first // SHARE)
            workers += replace_worker(workers.pop(0), commands)
            wait_for(platform, DRAFTED, first)
            for case in cases:
                sign_one(case)
            drafts = []
            for number in range(first, contracts):
                requested = time.monotonic()
                cases = [*cases, make(by="cleo", with_paper=False)]
                wait_for(platform, DRAFTED, number + 1)
                drafts.append(time.monotonic() - requested)
            for case in cases[first:]:
                sign_one(case)
            wait_for(platform, SENT, contracts // SHARE)
            workers += replace_worker(workers.pop(0), commands)
            wait_for(platform, SENT, contracts)
        took = time.monotonic() - began
        commands.end()
        print(f"drafts while others are signed: half within {median(drafts):.1f} s, the longest {max(drafts):.1f} s")
        report(platform, contracts, took, waits)
        report_holds(Path(name) / "holds")


def replace_worker(worker: Process, commands: Commands) -> list[Process]:
    """Kill a worker with -9, and start another."""
    worker.send_signal(signal.SIGKILL)
    return [commands.start("worker")]


def recorded_worker() -> None:
    """`formengine worker`, which appends each hold of the write lock to a file: CPU and wall seconds, of which job, and
    where it was let go; flushed line by line, so that a worker that is killed leaves its own.
    """
    from formengine.cli import main as command

    write_lock.MAX_CPU_SECONDS = 0.005
    with Path(os.environ[HOLDS]).open("a", buffering=1, encoding="utf-8") as file:

        class Written(list[tuple[float, float, str]]):
            def append(self, hold: tuple[float, float, str]) -> None:
                attempt = current_attempt()
                file.write(json.dumps([*hold[:2], attempt.job if attempt else "", _own_frames(hold[2])]) + "\n")

        with write_lock.recorded_locks() as recorder:
            recorder.held = Written()
            command(["worker"])


@contextmanager
def site(folder: Path) -> Iterator[tuple[Platform, Commands]]:
    """The site of the tests' contracts over a new database, and commands on it."""
    source = shutil.copytree(SITES / "casework", folder / "site")
    pack = source / "workflows" / "deal"
    deal = pack / "requests" / "deal.yaml"
    deal.write_text(deal.read_text(encoding="utf-8").replace("from: paper", TEMPLATE), encoding="utf-8")
    (pack / "documents").mkdir()
    text = word("Services agreement: {{ subject }}", *["Clause of some length, as contracts have them."] * 60, MARK)
    (pack / "documents" / "contract.docx").write_bytes(text)
    commands = commands_on(f"sqlite:///{folder}/site.sqlite", source, folder)
    commands.program = (sys.executable, "-m", "benchmarks.contracts")
    commands.environment[HOLDS] = str(folder / "holds")
    names = {name: value for name, value in commands.environment.items() if name.startswith("FORMENGINE_")}
    settings = read_settings({}, environ=names)
    database = open_database(settings.database_url)
    upgrade_database(database)
    database.close()
    platform = build_platform(settings)
    with open_work(platform) as work:
        publish(work, Bundle.from_folder(source))
    yield platform, commands
    close_platform(platform)


def sign_one(case: Case) -> None:
    """Have a contract approved, and sign it in the portal; its PDF is for the workers."""
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    case("bo", decisions.sign, "Bo Jansen", True)


def wait_for(platform: Platform, query: Select[int], count: int) -> None:
    """Wait until a query counts so many; AssertionError after a long while."""
    deadline = time.monotonic() + 60 + 60 * count
    while True:
        with platform.database.reading() as session:
            done = session.scalar(query)
        if (done or 0) >= count:
            return
        assert time.monotonic() < deadline, f"{done} of {count} contracts"
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
        versions = select(func.count()).select_from(DocumentVersion).group_by(DocumentVersion.document_id)
        drafts = list(work.session.scalars(versions))
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
    print(f"drafted exactly once: {drafts.count(1)} of {contracts}")
    print(f"signed exactly once: {once} of {contracts}; mails: {len(counts)}, each once: {set(counts) == {1}}")


def report_holds(file: Path) -> None:
    """Print how long the workers held the write lock, and where they spent most CPU time under it."""
    holds = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.endswith("]")]
    for what, index in (("CPU", 0), ("wall", 1)):
        spent = sorted(1000 * hold[index] for hold in holds)
        over = sum(1 for value in spent if value > 20)
        print(
            f"held by the workers, {what}: {len(spent)} times, half below {median(spent):.1f} ms, 99 % below "
            f"{spent[len(spent) * 99 // 100]:.1f} ms, the longest {spent[-1]:.1f} ms, {over} over 20 ms"
        )
    for cpu, wall, job, frames in sorted(holds, reverse=True)[:12]:
        print(f"{cpu * 1000:.1f} ms of CPU, {wall * 1000:.1f} ms, in {job or 'no job'}: {frames}")


def _own_frames(stack: str) -> str:
    """The last functions of the product in a stack, each with its line."""
    found = re.findall(r'File "[^"]*/formengine/([^"]+)", line (\d+), in (\w+)', stack)
    frames = [f"{name}:{line} {function}" for name, line, function in found]
    return " < ".join(frame for frame in reversed(frames) if not frame.startswith(("storage", "sqlite_", "jobs/")))


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        recorded_worker()
    else:
        main(*(int(argument) for argument in sys.argv[1:2]))
