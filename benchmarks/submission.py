"""A submission through the service, against the same rows written by hand: what the engine costs above the database.

    python -m benchmarks.submission [N]

On SQLite as the product sets it (WAL, synchronous FULL), one submission a transaction, one thread. The floor writes as
many rows into as many tables, with the same content, by plain INSERT statements.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from formengine.app import build_platform, close_platform
from formengine.authoring import Bundle
from formengine.cli.demo.command import make_people
from formengine.cli.demo.dossiers import read_plots
from formengine.jobs import prepare
from formengine.services.core.unit_of_work import Platform, Work
from formengine.services.intake.submissions import submit
from formengine.services.publishing.publications import publish
from formengine.settings import read_settings
from formengine.storage import open_database
from formengine.storage.migrations import upgrade
from formengine.storage.models.people import Person

ROOT = Path(__file__).parents[1]
WARM = 10


def main(count: int = 200) -> None:
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as (platform, maya):
        through = timed(count, submitting(platform, maya))
        rows = _rows_of_one(platform, maya)
        by_hand = timed(count, writing(Path(folder), rows))
    written = sum(len(content) for content in rows.values())
    print(f"a submission writes {written} rows into {len(rows)} tables")
    for name, times in (("through the service", through), ("the rows by hand", by_hand)):
        ordered = sorted(times)
        p95 = ordered[int(len(ordered) * 0.95)]
        print(f"{name:20} {statistics.median(times) * 1000:7.2f} ms median {p95 * 1000:7.2f} ms p95")
    print(f"ratio {statistics.median(through) / statistics.median(by_hand):.1f}")


@contextmanager
def site(folder: Path) -> Iterator[tuple[Platform, Person]]:
    settings = read_settings(
        {
            "formengine.environment": "development",
            "formengine.secret": "development-only",
            "formengine.password_cost": "cheap",
            "formengine.mail_url": "memory:",
            "formengine.site": str(ROOT),
            "formengine.database_url": f"sqlite:///{folder}/site.sqlite",
            "formengine.storage_url": f"file:{folder}/files",
        },
        environ={},
    )
    database = open_database(settings.database_url)
    upgrade(database)
    database.close()
    prepare(settings.database_url)
    platform = build_platform(settings)
    with platform.database.transaction() as session:
        publish(Work(platform, session, None), Bundle.from_folder(ROOT))
    yield platform, make_people(platform)["maya"]
    close_platform(platform)


def submitting(platform: Platform, maya: Person) -> Callable[[int], None]:
    """One submission of an NDA by Maya, in a transaction of its own."""
    answers = next(plot for plot in read_plots() if plot.request == "nda").varied(0).answers

    def once(number: int) -> None:
        with platform.database.transaction() as session:
            work = Work(platform, session, session.get_one(Person, maya.id))
            submit(work, "nda", dict(answers), key=f"bench-{number}", accept_notice=True)

    return once


def _rows_of_one(platform: Platform, maya: Person) -> dict[str, list[dict[str, Any]]]:
    return rows_of(platform, lambda: submitting(platform, maya)(-1))


def rows_of(platform: Platform, act: Callable[[], None]) -> dict[str, list[dict[str, Any]]]:
    """Every row that an act writes or changes, by table: found by looking before and after."""
    path = platform.settings.database_url.removeprefix("sqlite:///")
    before = contents(path)
    act()
    found: dict[str, list[dict[str, Any]]] = {}
    for table, rows in contents(path).items():
        fresh = [dict(row) for row in rows - before.get(table, set())]
        if fresh:
            found[table] = fresh
    return found


def contents(path: str) -> dict[str, set[tuple[tuple[str, Any], ...]]]:
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            found[table] = {tuple(zip(names, row, strict=True)) for row in cursor}
    connection.close()
    return found


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


def timed(count: int, once: Callable[[int], None]) -> list[float]:
    times = []
    for number in range(count + WARM):
        before = time.perf_counter()
        once(number)
        times.append(time.perf_counter() - before)
    return times[WARM:]


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
