"""What writing costs: a submission beside its rows by hand, SQLite's write lock, submissions per second.

    python -m benchmarks.submission [N [POSTGRESQL_URL | cluster]]

`cluster` starts a PostgreSQL of its own for the time of the measurement.
On SQLite as the product sets it (WAL, synchronous FULL). The floor writes as many rows into as many tables, with the
same content, by plain INSERT statements. Lock times are wall time between BEGIN IMMEDIATE and the end of COMMIT.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from formengine.app import build_platform, close_platform, upgrade_database
from formengine.authoring import Bundle
from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.dossiers import read_demo_dossiers
from formengine.cli.demo.people import PASSWORD
from formengine.services.accounts.sessions import sign_in
from formengine.services.core.unit_of_work import Platform, open_work, run_in_transaction
from formengine.services.dossiers.assignment import claim, release
from formengine.services.dossiers.documents import draft_document
from formengine.services.dossiers.notes import add_note
from formengine.services.intake.submissions import submit
from formengine.services.publishing.publications import publish
from formengine.settings import read_settings
from formengine.sqlite_write_lock import GatedConnection
from formengine.storage import open_database
from formengine.storage.database import READ
from formengine.storage.models.people import Person
from tests.support.postgresql_cluster import running_cluster

ROOT = Path(__file__).parents[1]
WARM = 10


def main(count: int = 200, postgresql_url: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as (platform, people):
        through = timed(count, submitting(platform, people["maya"]))
        rows = _rows_of_one(platform, people["maya"])
        by_hand = timed(count, writing(Path(folder), rows))
        print(f"a submission writes {sum(len(content) for content in rows.values())} rows into {len(rows)} tables")
        cpu = timed(count, submitting(platform, people["maya"], "cpu-"), time.thread_time)
        for name, times in (("through the service", through), ("of that, CPU", cpu), ("the rows by hand", by_hand)):
            print(f"{name:20} {_ms(times)}")
        print(f"ratio {statistics.median(through) / statistics.median(by_hand):.1f}")
        print("SQLite's write lock, each time that it is held:")
        for name, act in operations(platform, people):
            print(f"{name:20} {_ms(held_by(count // 2, act))}")
        print_throughput("SQLite", platform, people["maya"], count)
    if postgresql_url:
        with ExitStack() as stack:
            if postgresql_url == "cluster":
                cluster = stack.enter_context(running_cluster())
                postgresql_url = cluster.url(cluster.create())
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            platform, people = stack.enter_context(site(Path(folder), postgresql_url))
            print_throughput("PostgreSQL", platform, people["maya"], count)


def _ms(times: list[float]) -> str:
    ordered = sorted(times)
    p95, p99 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 for share in (0.95, 0.99))
    return f"{statistics.median(times) * 1000:7.2f} ms median {p95:7.2f} ms p95 {p99:7.2f} ms p99"


def print_throughput(name: str, platform: Platform, maya: Person, count: int) -> None:
    for threads in (1, 4, 16):
        act = submitting(platform, maya, f"{threads}-")
        begun = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(act, range(count)))
        print(f"{name}, {threads:2} threads {count / (time.perf_counter() - begun):7.1f} submissions/s")


def operations(platform: Platform, people: dict[str, Person]) -> list[tuple[str, Callable[[int], object]]]:
    """One of each kind of write, as a function of its number."""
    maya, paul = people["maya"], people["paul"]
    submit_one = submitting(platform, maya, "lock-")
    reference = run_in_transaction(
        platform, lambda work: submit(work, "nda", _answers(), accept_notice=True).dossier.reference, maya.id
    )

    counts: list[int] = []

    def claim_or_release(number: int) -> None:
        act = release if len(counts) % 2 else claim
        run_in_transaction(platform, lambda work: act(work, reference), paul.id)
        counts.append(number)

    def note(number: int) -> None:
        run_in_transaction(platform, lambda work: add_note(work, reference, f"Note {number}"), paul.id)

    def enter(_number: int) -> None:
        with open_work(platform, mode=READ) as work:
            sign_in(work, maya.email, PASSWORD)

    drafted = run_in_transaction(
        platform, lambda work: submit(work, "nda", _answers(), accept_notice=True).dossier.id, maya.id
    )

    def draft_one(number: int) -> None:
        run_in_transaction(platform, lambda work: draft_document(work, drafted, "agreement", 1_000_000))

    return [
        ("submission", submit_one),
        ("step", claim_or_release),
        ("note", note),
        ("sign-in", enter),
        ("drafting job", draft_one),
    ]


def held_by(count: int, act: Callable[[int], object]) -> list[float]:
    """Seconds for which the write lock was held, each time, in `count` calls after some to warm up."""
    for number in range(WARM):
        act(-1 - number)
    with held_lock_times() as times:
        for number in range(count):
            act(number)
    return times


@contextmanager
def held_lock_times() -> Iterator[list[float]]:
    """Collects how long the write lock is held by this process, in seconds."""
    times: list[float] = []
    begun: dict[int, float] = {}
    enter, leave = GatedConnection.enter_gate, GatedConnection.leave_gate

    def enter_gate(self: GatedConnection) -> None:
        enter(self)
        begun[id(self)] = time.perf_counter()

    def leave_gate(self: GatedConnection) -> None:
        was_holding = self.holds_gate
        leave(self)
        if was_holding and not self.holds_gate:
            times.append(time.perf_counter() - begun.pop(id(self)))

    GatedConnection.enter_gate, GatedConnection.leave_gate = enter_gate, leave_gate  # type: ignore[method-assign]
    try:
        yield times
    finally:
        GatedConnection.enter_gate, GatedConnection.leave_gate = enter, leave  # type: ignore[method-assign]


@contextmanager
def site(folder: Path, database_url: str = "") -> Iterator[tuple[Platform, dict[str, Person]]]:
    """A platform with the repository's site published, and its demo people by name."""
    settings = read_settings(
        {
            "formengine.environment": "development",
            "formengine.secret": "development-only",
            "formengine.password_cost": "cheap",
            "formengine.mail_url": "memory:",
            "formengine.site": str(ROOT),
            "formengine.database_url": database_url or f"sqlite:///{folder}/site.sqlite",
            "formengine.storage_url": f"file:{folder}/files",
        },
        environ={},
    )
    database = open_database(settings.database_url)
    upgrade_database(database)
    database.close()
    platform = build_platform(settings)
    with open_work(platform) as work:
        publish(work, Bundle.from_folder(ROOT))
    yield platform, make_people(platform)
    close_platform(platform)


def submitting(platform: Platform, maya: Person, prefix: str = "") -> Callable[[int], None]:
    """One submission of an NDA by Maya, in a transaction of its own."""
    answers = _answers()

    def once(number: int) -> None:
        key = f"{prefix}{number}"
        run_in_transaction(
            platform, lambda work: submit(work, "nda", dict(answers), key=key, accept_notice=True), maya.id
        )

    return once


def _answers() -> dict[str, Any]:
    return dict(
        next(demo_dossier for demo_dossier in read_demo_dossiers() if demo_dossier.request == "nda").varied(0).answers
    )


def _rows_of_one(platform: Platform, maya: Person) -> dict[str, list[dict[str, Any]]]:
    return rows_of(platform, lambda: submitting(platform, maya)(-100))


def rows_of(platform: Platform, act: Callable[[], None]) -> dict[str, list[dict[str, Any]]]:
    """Every row that an act writes or changes, by table: found by looking before and after."""
    path = platform.settings.database_url.removeprefix("sqlite:///")
    before = contents(path)
    act()
    new_rows: dict[str, list[dict[str, Any]]] = {}
    for table, rows in contents(path).items():
        fresh = [dict(row) for row in rows - before.get(table, set())]
        if fresh:
            new_rows[table] = fresh
    return new_rows


def contents(path: str) -> dict[str, set[tuple[tuple[str, Any], ...]]]:
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows_by_table = {}
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            rows_by_table[table] = {tuple(zip(names, row, strict=True)) for row in cursor}
    connection.close()
    return rows_by_table


def writing(folder: Path, rows: dict[str, list[dict[str, Any]]]) -> Callable[[int], None]:
    """The same rows into tables of the same columns, by hand, in a file set as the product sets its own."""
    connection = sqlite3.connect(folder / "floor.sqlite", isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    statements = []
    for table, content in rows.items():
        names = [f'"{name}"' for name in content[0]]
        connection.execute(f'CREATE TABLE "{table}" (bench INTEGER PRIMARY KEY, {", ".join(f"{n} " for n in names)})')
        marks = ", ".join("?" for _ in names)
        statement = f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({marks})'
        statements += [(statement, list(row.values())) for row in content]

    def once(_number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in statements:
            connection.execute(statement, values)
        connection.execute("COMMIT")

    return once


def timed(count: int, once: Callable[[int], None], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Seconds by a clock that each call takes, after some to warm up."""
    times = []
    for number in range(count + WARM):
        before = clock()
        once(number)
        times.append(clock() - before)
    return times[WARM:]


if __name__ == "__main__":
    count, url = [*sys.argv[1:], "", ""][:2]
    main(int(count or 200), url)
