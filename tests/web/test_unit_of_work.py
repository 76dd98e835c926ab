"""The page's unit of work: what commits, what rolls back, and that reading writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pyramid.request import Request
from pyramid.scripting import prepare
from sqlalchemy import select, text

from formengine.errors import ConcurrentChange, DatabaseBusy
from formengine.services.access.enforcement import require_permission
from formengine.services.accounts import accounts
from formengine.services.core.unit_of_work import Guest, Platform
from formengine.storage.models.people import Organisation, Person
from tests.web.conftest import Visiting, post


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@contextmanager
def page(app: Any, method: str) -> Iterator[Any]:
    """Pyramid's request for a page of the application, as its views get it."""
    with prepare(Request.blank("/sign-in", method=method), app.registry) as env:
        yield env["request"]


def organisations(platform: Platform) -> int:
    with platform.database.reading() as session:
        return len(session.scalars(select(Organisation)).all())


def test_a_page_that_is_read_cannot_write(app: Any, platform: Platform) -> None:
    """W11: a GET never writes; whoever tries is told at once."""
    with page(app, "GET") as asked:
        asked.tm.begin()
        asked.work.session.add(Organisation(short="acme", name="Acme"))
        with pytest.raises(RuntimeError, match="let it be a POST"):
            asked.work.session.flush()
        asked.tm.abort()
    assert organisations(platform) == 0


def test_a_post_commits_what_plain_statements_wrote(app: Any, platform: Platform) -> None:
    """W11: also what no mapped object knows of, such as a job enqueued alone."""
    with page(app, "POST") as asked:
        asked.tm.begin()
        asked.work.session.execute(text("INSERT INTO fe_organisations (short, name) VALUES ('acme', 'Acme')"))
        asked.tm.commit()
    assert organisations(platform) == 1


def test_an_aborted_page_leaves_nothing(app: Any, platform: Platform) -> None:
    """W11: whatever a page had written is gone with it."""
    with page(app, "POST") as asked:
        asked.tm.begin()
        asked.work.session.add(Organisation(short="acme", name="Acme"))
        asked.work.session.flush()
        asked.tm.abort()
    assert organisations(platform) == 0


def test_a_reader_never_waits_for_a_writer(app: Any, platform: Platform) -> None:
    """W11: on SQLite a page that is read takes no write lock."""
    with platform.database.transaction() as writer, page(app, "GET") as asked:
        writer.add(Organisation(short="acme", name="Acme"))
        writer.flush()
        asked.tm.begin()
        assert asked.work.session.scalars(select(Organisation)).all() == []
        asked.tm.abort()


def test_a_stranger_is_nobody_and_not_the_engine(app: Any) -> None:
    """U7: without an account a service that asks the table fails; it is never taken for the engine itself."""
    with page(app, "GET") as asked:
        asked.tm.begin()
        assert isinstance(asked.work.actor, Guest)
        with pytest.raises(LookupError):
            require_permission(asked.work, "people.manage")
        asked.tm.abort()


def test_a_post_that_was_overtaken_is_run_again_with_its_body(
    visiting: Visiting, maya: Person, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W11: ConcurrentChange runs the whole request again, at most three times, with the form as it was posted."""
    attempts, change_profile = [], accounts.change_profile

    def overtaken_once(work: Any, **values: Any) -> None:
        attempts.append(values["name"])
        change_profile(work, **values)
        if len(attempts) == 1:
            raise ConcurrentChange("rows changed since they were read")

    browser = visiting(maya)
    monkeypatch.setattr(accounts, "change_profile", overtaken_once)
    post(browser, browser.get("/account"), "/account/profile", name="Maya Renamed")
    assert attempts == ["Maya Renamed", "Maya Renamed"]
    with platform.database.reading() as session:
        assert session.get_one(Person, maya.id).name == "Maya Renamed"


def test_a_post_that_waits_too_long_for_the_database_says_when_to_come_back(
    visiting: Visiting, maya: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W11: DatabaseBusy is a page of status 503 with Retry-After."""

    def busy(*_args: Any, **_values: Any) -> None:
        raise DatabaseBusy("the database's write lock is not free")

    browser = visiting(maya)
    page = browser.get("/account")
    monkeypatch.setattr(accounts, "change_profile", busy)
    assert post(browser, page, "/account/profile", status=503, name="Maya").headers["Retry-After"]
