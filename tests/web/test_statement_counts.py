"""How many SQL statements a warm request runs, over the filled demo: each role, every tab, lists, posts and the API.

BEGIN, COMMIT and SAVEPOINT do not count; session and person do. No statement may run twice with the same parameters
in one request, and the number may not grow with the rows around, nor with those that the page shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select
from webtest import TestApp

from formengine.app import build_platform
from formengine.services.accounts.calendar_feeds import calendar_address, renew_calendar_address
from formengine.services.case.guest_links import new_link
from formengine.services.core.unit_of_work import Platform, open_work
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Round, Seat
from formengine.web.warm_up import warm_up
from formengine.workflow.engine import api as engine
from tests.support.databases import Templates
from tests.support.more_rows import triple_rows
from tests.support.platforms import ROOT, close_platform, open_platform, settings_of
from tests.support.server import app_of
from tests.support.statements import StatementRecorder, recorded_statements
from tests.support.thorough import examples
from tests.web.dossiers.visitors import Visitor
from tests.web.page_tour import filled_demo

DOSSIER_PAGE: Final = 20
LIST_PAGE: Final = 10
DESK_PAGE: Final = 11
CALENDAR: Final = 10
TABS: Final = ("overview", "notes", "attachments", "approvals", "answers", "people", "history")
READERS: Final = ("maya", "cleo", "lena", "paul", "ines", "sam", "theo")
"""Two clients, two counsel, an approver, a legal admin and an auditor."""


@pytest.fixture(scope="module")
def demo(templates: Templates, demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The filled demo: dossiers in every state, with notes, files, rounds, children and deadlines."""
    url = filled_demo(templates, demo_folder, tmp_path_factory.mktemp("counted"))
    platform = open_platform(settings_of(database_url=url, storage_url=f"file:{demo_folder}/files", site=ROOT))
    yield platform
    close_platform(platform)


@pytest.fixture
def app(demo: Platform) -> Any:
    return app_of(demo)


def browser_of(app: Any, platform: Platform, name: str) -> Visitor:
    """A browser in which somebody of the cast is signed in."""
    with platform.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email.like(f"{name}%"))).first()
    assert person is not None
    from tests.support.people import PASSWORD

    return Visitor(app).sign_in(person, PASSWORD)


def references(platform: Platform) -> list[str]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Dossier.reference).order_by(Dossier.id)))


def counted(platform: Platform, browser: TestApp, address: str, limit: int | None = None) -> StatementRecorder:
    """The statements of a warm GET: the page is opened once before, unless it keeps the limit without that."""
    with recorded_statements(platform.database) as recorder:
        browser.get(address, status=(200, 404))
    if limit is not None and len(recorder.statements) <= limit and not recorder.repeats:
        return recorder
    with recorded_statements(platform.database) as recorder:
        browser.get(address, status=(200, 404))
    return recorder


def check(recorder: StatementRecorder, limit: int, what: str) -> None:
    assert len(recorder.statements) <= limit, f"{what}: {len(recorder.statements)}\n{recorder.report()}"
    assert recorder.repeats == [], f"{what}\n{recorder.report()}"


@pytest.mark.parametrize("name", READERS)
def test_dossier_page(app: Any, demo: Platform, name: str) -> None:
    """Every dossier that somebody may read, and of its tabs every third; each tab is read by others of the readers.

    With `EVERY_ROUND=1` each reader opens every tab.
    """
    browser, interval = browser_of(app, demo, name), examples(3, 1)
    for number, reference in enumerate(references(demo), READERS.index(name)):
        address = f"/dossiers/{reference}"
        page = browser.get(address, status=(200, 404))
        if page.status_int == 404:
            continue
        children = set(re.findall(r'tab=(children-[\w-]+)"', page.text))
        for tab in (*TABS, *sorted(children))[number % interval :: interval]:
            recorder = counted(demo, browser, f"{address}?tab={tab}", DOSSIER_PAGE)
            check(recorder, DOSSIER_PAGE, f"{name} {reference} {tab}")


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("address", ["/matters", "/litigation", "/contracts", "/matters?q=lease&state=open"])
def test_list_page(app: Any, demo: Platform, name: str, address: str) -> None:
    check(counted(demo, browser_of(app, demo, name), address, LIST_PAGE), LIST_PAGE, f"{name} {address}")


@pytest.mark.parametrize("name", READERS)
def test_home(app: Any, demo: Platform, name: str) -> None:
    """The dossiers that wait for a client are loaded together."""
    check(counted(demo, browser_of(app, demo, name), "/", DOSSIER_PAGE), DOSSIER_PAGE, name)


@pytest.mark.parametrize("name", ["lena", "paul", "sam", "theo"])
@pytest.mark.parametrize("tab", ["mine", "queue", "unassigned", "waiting", "decisions", "late"])
def test_desk(app: Any, demo: Platform, name: str, tab: str) -> None:
    """Forms that several people fill in stand beside unassigned dossiers, and are loaded in one statement."""
    check(counted(demo, browser_of(app, demo, name), f"/desk?tab={tab}", DESK_PAGE), DESK_PAGE, f"{name} {tab}")


LISTS: Final = ("/matters", "/litigation", "/contracts", "/matters?q=lease&state=open")
DESK: Final = tuple(f"/desk?tab={tab}" for tab in ("mine", "queue", "unassigned", "waiting", "decisions", "late"))
ADMIN: Final = (
    "/admin",
    "/admin/people",
    "/admin/people?q=a&role=client&organisation=northwind",
    "/admin/people/new",
    "/admin/organisations",
    "/admin/organisations/1",
    "/sign-ups",
    "/admin/mail",
    "/admin/templates",
    "/admin/templates/nda/agreement",
)


@pytest.mark.parametrize("name", ["cleo", "paul", "sam"])
def test_counts_do_not_grow_with_the_rows(copy: Platform, name: str) -> None:
    """A page runs as many statements with three times as many people, dossiers, notes, files, seats and hearings."""
    browser = browser_of(app_of(copy), copy, name)
    dossiers = [in_state(copy, state) for state in ("approval", "signature", "pleadings", "more_information")]
    tabs = (*TABS, "children-hearing", "children-milestone")
    addresses = [f"/dossiers/{reference}?tab={tab}" for reference in dossiers if reference for tab in tabs]
    addresses += ["/", *LISTS, *(DESK if name != "cleo" else ()), *(ADMIN if name == "sam" else ())]
    before = counts_of_pages(copy, browser, addresses)
    triple_rows(copy.database)
    assert counts_of_pages(copy, browser, addresses, before) == before


def test_counts_of_a_link_do_not_grow_with_the_rows(copy: Platform) -> None:
    """The page of somebody without an account, who signs by a link."""
    browser = Visitor(app_of(copy))
    first = counts_of_pages(copy, browser, [guest_address(copy)])
    triple_rows(copy.database)
    # the copies are newer versions of the document, so that the first link no longer holds
    second = counts_of_pages(copy, browser, [guest_address(copy)])
    assert list(first.values()) == list(second.values())


def test_counts_of_a_calendar_do_not_grow_with_its_entries(copy: Platform) -> None:
    """D8: the feed that calendar programs read, however many hearings, deadlines and milestones are in it."""
    address, browser = calendar_of(copy, "lena"), Visitor(app_of(copy))
    before, entries = counts_of_pages(copy, browser, [address]), entries_of(browser, address)
    assert before[address] <= CALENDAR
    assert entries
    triple_rows(copy.database)
    assert entries_of(browser, address) > entries
    assert counts_of_pages(copy, browser, [address]) == before


def calendar_of(platform: Platform, name: str) -> str:
    """The private address of the calendar of somebody of the cast, without its host."""
    with open_work(platform) as work:
        person = work.session.scalars(select(Person).where(Person.email.like(f"{name}%"))).first()
        assert person is not None
        reader = replace(work, actor=person)
        renew_calendar_address(reader)
        work.session.flush()
        shown = calendar_address(reader)
        assert shown is not None
        return "/calendar/" + shown.url.rpartition("/")[2]


def entries_of(browser: TestApp, address: str) -> int:
    return int(browser.get(address).text.count("BEGIN:VEVENT"))


def counts_of_pages(
    platform: Platform, browser: TestApp, addresses: list[str], before: Mapping[str, int] | None = None
) -> dict[str, int]:
    """The number of statements of each page, none of which may repeat one; a page that needs no more than `before` is
    not opened again to see whether it is cold.
    """
    counts = {}
    for address in addresses:
        recorder = counted(platform, browser, address, (before or {}).get(address))
        assert recorder.repeats == [], f"{address}\n{recorder.report()}"
        counts[address] = len(recorder.statements)
    return counts


def guest_address(platform: Platform) -> str:
    """The address of a new link for the first open seat of somebody without an account."""
    with open_work(platform) as work:
        query = select(Seat).join(Round).where(Seat.status == "open", Round.status == "open", Seat.person.contains("@"))
        seat = work.session.scalars(query.order_by(Seat.id)).first()
        assert seat is not None
        return f"/act/{new_link(work, seat).secret}"


STEP_POST: Final = 30
NOTE_POST: Final = 15
"""Two of them see that the same post is carried out once (`web/repeated_posts.py`)."""


@pytest.fixture
def copy(demo_folder: Path, templates: Templates, tmp_path: Path) -> Iterator[Platform]:
    """A copy of the filled demo, to be written to."""
    url = filled_demo(templates, demo_folder, tmp_path)
    platform = open_platform(settings_of(database_url=url, storage_url=f"file:{tmp_path}/files", site=ROOT))
    yield platform
    close_platform(platform)


def in_state(platform: Platform, state: str, title: str = "") -> str:
    """The reference of a dossier of the demo that stands in a state."""
    with platform.database.reading() as session:
        query = select(Dossier.reference).where(Dossier.state == state, Dossier.title.startswith(title))
        return session.scalars(query).first() or ""


def test_step_post(copy: Platform) -> None:
    """A step with a form, taken by a client."""
    browser = browser_of(app_of(copy), copy, "cleo")
    reference = in_state(copy, "more_information")
    address = f"/dossiers/{reference}/steps/answer"
    form = browser.form(address, address)
    form["comment"] = "All of them."
    with recorded_statements(copy.database) as recorder:
        form.submit(status=303)
    check(recorder, STEP_POST, reference)


def test_step_form_is_built_once(copy: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form that reads the posted step is the one that judges it."""
    browser, reference = browser_of(app_of(copy), copy, "cleo"), in_state(copy, "more_information")
    address = f"/dossiers/{reference}/steps/answer"
    form, built = browser.form(address, address), []
    form["comment"] = "All of them."
    inputs = engine.transition_inputs

    def record(*args: Any) -> Any:
        built.append(args)
        return inputs(*args)

    monkeypatch.setattr(engine, "transition_inputs", record)
    form.submit(status=303)
    assert len(built) == 1


def test_decision_post(copy: Platform) -> None:
    """An approval by somebody with an open seat."""
    browser = browser_of(app_of(copy), copy, "bo")
    reference = in_state(copy, "approval", "Licence")
    form = browser.form(f"/dossiers/{reference}?tab=approvals", f"/dossiers/{reference}/decision")
    with recorded_statements(copy.database) as recorder:
        form.submit("decision", value="approve", status=303)
    check(recorder, STEP_POST, reference)


@pytest.mark.parametrize("name", ["maya", "lena"])
def test_note_post(copy: Platform, name: str) -> None:
    browser = browser_of(app_of(copy), copy, name)
    reference = in_state(copy, "pleadings")
    form = browser.form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
    form["text"] = "The hearing was moved."
    if name == "lena":
        form["internal"] = "no"
    with recorded_statements(copy.database) as recorder:
        form.submit(status=303)
    check(recorder, NOTE_POST, reference)


def test_a_process_that_was_warmed_up_reads_no_definition_for_its_first_pages(demo: Platform) -> None:
    """T49: people who sign in just after a start do not wait for workflows to be read and templates to be compiled."""
    platform = build_platform(demo.settings)  # which shares nothing with the platforms of other tests
    try:
        app = app_of(platform)
        warm_up(app.registry)
        with recorded_statements(platform.database) as recorder:
            for name in ("maya", "paul"):
                browser = browser_of(app, platform, name)
                for address in ("/", "/desk", "/contracts"):
                    browser.get(address, status=(200, 403))
        assert not [sql for sql, _values in recorder.statements if "fe_definitions" in sql]
    finally:
        close_platform(platform)


def test_a_process_is_warmed_up_although_nothing_is_published(templates: Templates, tmp_path: Path) -> None:
    """T49: the site may be published later."""
    url = templates.migrated("sqlite", tmp_path)
    platform = open_platform(settings_of(database_url=url, storage_url=f"file:{tmp_path}/files"))
    try:
        warm_up(app_of(platform).registry)
    finally:
        close_platform(platform)
