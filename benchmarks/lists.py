"""What lists cost over many dossiers: a deep page against the first, searches and counts, and each page as served.

    python -m benchmarks.lists [DATABASE_URL ...]

Without a database, a demo of DOSSIERS copies is made first, on SQLite and, where it is installed, in a PostgreSQL of
its own, which takes a while; with addresses of databases that were filled by `formengine demo --dossiers N`, those are
measured. Of pages, the least of several times counts; they are put beside the list of the client who reads the fewest
dossiers, on the same database, and the last line of each database names the page that takes longest. Times are CPU
times of this process on SQLite, and times by the clock on PostgreSQL.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select

from benchmarks.pages import asking
from benchmarks.timing import medians
from formengine.app import build_platform, close_platform, upgrade_database
from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.command import copy_dossiers
from formengine.cli.publish import publish_folder
from formengine.services.accounts.sessions import open_session
from formengine.services.core.unit_of_work import Platform, UnitOfWork, open_work, run_in_transaction
from formengine.services.dossiers.calendar_events import calendar_events
from formengine.services.dossiers.desk import desk
from formengine.services.dossiers.desk_tabs import TABS
from formengine.services.dossiers.facets import count_facets
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.settings import read_settings
from formengine.storage import open_database
from formengine.storage.models.dossiers import Involvement
from formengine.storage.models.people import Person
from formengine.web import make_app
from formengine.workflow.definition.site_roles import CLIENT_ROLES
from tests.support.postgresql_cluster import running_cluster
from tests.support.requirements import postgresql

DOSSIERS: Final = 20_000
TARGETS: Final = {"deep page": 1.3, "search, a rare word": 10, "search, a common word": 15, "counts": 40, "desk": 80}
"""How many times the first page each may cost, with 100,000 dossiers; a search takes less than 50 ms."""
SECONDS: Final = 2.0
TURNS: Final = 4
SHOWN: Final = 10
"""How many of the slowest pages are printed."""
COUNSEL: Final = "paul@example.com"
CLIENT: Final = "cleo@example.com"
CONTRACTS: Final = ListFilter(kinds=("contract",))
TEAM: Final = {
    "auditor": "theo@example.com",
    "counsel": COUNSEL,
    "general counsel": "ines@example.com",
    "legal admin": "sam@example.com",
}
PAGES: Final = (
    "/",
    "/inbox",
    "/matters",
    "/litigation",
    "/contracts",
    "/contracts?sort=title",
    "/contracts?state=done",
    "/contracts?state=open&priority=high",
    "/contracts?assignee=none",
    "/contracts?opened_from=2025-01-01",
    "/contracts?q=contract",
    "/contracts?q=contracts+review&state=open",
    "/contracts?q=zeppelin",
    "/contracts?q=lambert&sort=title",
    "/matters?q=e&state=done",
    "/litigation?q=contract",
)
DESK: Final = (
    "/desk",
    *(f"/desk?tab={tab}" for tab in TABS),
    "/desk?tab=late&q=contract",
    "/desk?tab=queue&q=contract&kind=contract",
    "/desk/ratings",
)
ADMIN: Final = ("/admin", "/admin/people", "/admin/people?q=a&role=client", "/admin/organisations", "/admin/mail")


def main(*urls: str) -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        given = urls or tuple(_new_databases(stack, folder))
        for url in given:
            platform = _platform(url, folder)
            stack.callback(close_platform, platform)
            if not urls:
                run_in_transaction(platform, lambda work: publish_folder(work, "for the benchmark"))
                copy_dossiers(platform, make_people(platform), DOSSIERS)
                if not platform.database.is_sqlite:
                    vacuum(platform)  # as autovacuum does in a minute
            print("SQLite" if platform.database.is_sqlite else "PostgreSQL")
            _measure(platform, SECONDS)
            _measure_pages(platform)


def _new_databases(stack: ExitStack, folder: str) -> Iterator[str]:
    yield f"sqlite:///{folder}/lists.sqlite"
    with suppress(pytest.skip.Exception):  # where PostgreSQL is not installed
        postgresql()
        cluster = stack.enter_context(running_cluster())
        yield cluster.url(cluster.create())


def vacuum(platform: Platform) -> None:
    with platform.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


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
        "calendar": _case(platform, calendar_events),
        "client, first page": _case(platform, partial(dossier_page, chosen=CONTRACTS), CLIENT),
        "client, a common word": _case(platform, partial(dossier_page, chosen=common), CLIENT),
        "client, counts": _case(platform, partial(count_facets, chosen=common), CLIENT),
    }
    times = medians(cases, seconds, _clock(platform))
    for name, spent in times.items():
        ratio = spent / times["first page"]
        target = f" (target {TARGETS[name]})" if name in TARGETS else ""
        print(f"{name:22} {spent / 1000:8.2f} ms, {ratio:6.2f} times the first page{target}")


def _clock(platform: Platform) -> Callable[[], float]:
    return time.process_time if platform.database.is_sqlite else time.perf_counter


def _measure_pages(platform: Platform) -> None:
    """Print the pages that take longest, as they are served."""
    app, clock = make_app(platform), _clock(platform)
    people = _readers(platform)
    cookies = {name: _cookie(platform, id) for name, id in people.items()}
    asked = {(name, page): asking(app, page, cookies[name]) for name in people for page in _pages_of(name)}
    times = {key: _least(ask, clock) for key, ask in asked.items()}
    baseline = times["client of the fewest", "/contracts"]
    slowest = sorted(times, key=lambda key: times[key], reverse=True)[:SHOWN]
    for name, page in slowest:
        print(f"{times[name, page] / baseline:5.1f} times the baseline: {page} of the {name}")
    name, page = slowest[0]
    print(f"the worst of {len(times)} pages: {page} of the {name}, {times[name, page] * 1000:.0f} ms")


def _least(ask: Callable[[], object], clock: Callable[[], float]) -> float:
    times = []
    for _ in range(TURNS):
        begun = clock()
        ask()
        times.append(clock() - begun)
    return min(times)


def _cookie(platform: Platform, person: str) -> str:
    with open_work(platform, person) as work:
        return f"fe_session={open_session(work, work.person)}; fe_csrf=0123456789abcdef"


def _readers(platform: Platform) -> dict[str, str]:
    """The account ids of the readers: of the team, and of the clients who read most, second most and fewest."""
    count = func.count(Involvement.dossier_id.distinct())
    clients = (
        select(Involvement.person_id)
        .join(Person, Person.id == Involvement.person_id)
        .where(Person.role.in_(CLIENT_ROLES))
        .group_by(Involvement.person_id)
        .order_by(count.desc(), Involvement.person_id)
    )
    with platform.database.reading() as session:
        by_email = dict(session.execute(select(Person.email, Person.id).where(Person.email.in_(TEAM.values()))).all())
        ids = session.scalars(clients).all()
    team = {name: by_email[email] for name, email in TEAM.items()}
    return {**team, "client of the most": ids[0], "second client": ids[1], "client of the fewest": ids[-1]}


def _pages_of(name: str) -> tuple[str, ...]:
    pages = (*PAGES, *(DESK if name in TEAM else ()))
    return (*pages, *ADMIN) if name == "legal admin" else pages


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
    main(*sys.argv[1:])
