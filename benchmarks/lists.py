"""What lists cost over many dossiers: a deep page against the first, searches and counts against a plain page.

    python -m benchmarks.lists [DATABASE_URL]

Without a database, a demo of DOSSIERS copies is made on SQLite first, which takes a while; with the address of one that
was filled by `formengine demo --dossiers N`, that is measured. Times are CPU times of this process on SQLite, and times
by the clock on PostgreSQL.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import select

from benchmarks.timing import medians
from formengine.app import build_platform, close_platform, upgrade_database
from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.command import copy_dossiers
from formengine.cli.publish import publish_folder
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.dossiers.desk import desk
from formengine.services.dossiers.facets import count_facets
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.settings import read_settings
from formengine.storage import open_database
from formengine.storage.models.people import Person

DOSSIERS: Final = 20_000
TARGETS: Final = {"deep page": 1.3, "search, a rare word": 10, "search, a common word": 15, "counts": 40, "desk": 80}
"""How many times the first page each may cost, with 100,000 dossiers; a search takes less than 50 ms."""
COUNSEL: Final = "paul@example.com"
CLIENT: Final = "cleo@example.com"
CONTRACTS: Final = ListFilter(kinds=("contract",))


def main(url: str | None = None, seconds: float = 2.0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        platform = _platform(url or f"sqlite:///{folder}/lists.sqlite", folder)
        if url is None:
            run_in_transaction(platform, lambda work: publish_folder(work, "for the benchmark"))
            copy_dossiers(platform, make_people(platform), DOSSIERS)
        try:
            _measure(platform, seconds)
        finally:
            close_platform(platform)


def _platform(url: str, folder: str) -> Platform:
    database = open_database(url)
    upgrade_database(database)
    database.close()
    values = {"environment": "development", "secret": "x" * 40, "mail_url": "memory:", "database_url": url}
    settings = {**values, "storage_url": f"file:{folder}/files", "site": str(Path(__file__).parents[1])}
    return build_platform(read_settings({f"formengine.{name}": value for name, value in settings.items()}, environ={}))


def _measure(platform: Platform, seconds: float) -> None:
    deep = _position_after(platform, 40)
    common, rare = replace(CONTRACTS, q="contracts"), replace(CONTRACTS, q="zeppelin")
    cases: dict[str, Callable[[], object]] = {
        "first page": _case(platform, partial(dossier_page, chosen=CONTRACTS)),
        "deep page": _case(platform, partial(dossier_page, chosen=CONTRACTS, after=deep)),
        "search, a rare word": _case(platform, partial(dossier_page, chosen=rare)),
        "search, a common word": _case(platform, partial(dossier_page, chosen=common)),
        "counts": _case(platform, partial(count_facets, chosen=CONTRACTS)),
        "counts, a common word": _case(platform, partial(count_facets, chosen=common)),
        "desk": _case(platform, partial(desk, chosen=ListFilter(tab="mine", sort="due"))),
        "client, first page": _case(platform, partial(dossier_page, chosen=CONTRACTS), CLIENT),
        "client, a common word": _case(platform, partial(dossier_page, chosen=common), CLIENT),
        "client, counts": _case(platform, partial(count_facets, chosen=common), CLIENT),
    }
    times = medians(cases, seconds, time.process_time if platform.database.is_sqlite else time.perf_counter)
    for name, spent in times.items():
        ratio = spent / times["first page"]
        target = f" (target {TARGETS[name]})" if name in TARGETS else ""
        print(f"{name:22} {spent / 1000:8.2f} ms, {ratio:6.2f} times the first page{target}")


def _case(platform: Platform, act: Callable[[UnitOfWork], object], email: str = COUNSEL) -> Callable[[], object]:
    """What somebody does, in a transaction of its own."""

    def run() -> None:
        with platform.database.reading() as session:
            person = session.scalars(select(Person).where(Person.email == email)).one()
            act(UnitOfWork(platform, session, person))

    return run


def _position_after(platform: Platform, pages: int) -> str | None:
    """The position of a page far down."""
    position: str | None = None
    with platform.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == COUNSEL)).one()
        work = UnitOfWork(platform, session, person)
        for _ in range(pages):
            position = dossier_page(work, CONTRACTS, after=position, limit=200).next or position
    return position


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
