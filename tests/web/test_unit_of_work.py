"""The unit of work of a request: commit, rollback, retry, and read-only GET requests."""

from __future__ import annotations

import logging
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
    """Pyramid's request for a page of the application, as views receive it."""
    with prepare(Request.blank("/sign-in", method=method), app.registry) as env:
        yield env["request"]


def organisations(platform: Platform) -> int:
    with platform.database.reading() as session:
        return len(session.scalars(select(Organisation)).all())


def test_get_requests_cannot_write(app: Any, platform: Platform) -> None:
    """W11: a write during a GET raises at once."""
    with page(app, "GET") as pyramid_request:
        pyramid_request.tm.begin()
        pyramid_request.work.session.add(Organisation(short="acme", name="Acme"))
        with pytest.raises(RuntimeError, match="let it be a POST"):
            pyramid_request.work.session.flush()
        pyramid_request.tm.abort()
    assert organisations(platform) == 0


def test_post_commits_core_statements(app: Any, platform: Platform) -> None:
    """W11: also changes that no mapped object shows, such as an enqueued job."""
    with page(app, "POST") as pyramid_request:
        pyramid_request.tm.begin()
        pyramid_request.work.session.execute(text("INSERT INTO fe_organisations (short, name) VALUES ('acme', 'Acme')"))
        pyramid_request.tm.commit()
    assert organisations(platform) == 1


def test_aborted_request_rolls_back(app: Any, platform: Platform) -> None:
    """W11: everything the view had written."""
    with page(app, "POST") as pyramid_request:
        pyramid_request.tm.begin()
        pyramid_request.work.session.add(Organisation(short="acme", name="Acme"))
        pyramid_request.work.session.flush()
        pyramid_request.tm.abort()
    assert organisations(platform) == 0


def test_readers_do_not_wait_for_writers(app: Any, platform: Platform) -> None:
    """W11: on SQLite a GET takes no write lock."""
    with platform.database.transaction() as writer, page(app, "GET") as pyramid_request:
        writer.add(Organisation(short="acme", name="Acme"))
        writer.flush()
        pyramid_request.tm.begin()
        assert pyramid_request.work.session.scalars(select(Organisation)).all() == []
        pyramid_request.tm.abort()


def test_anonymous_request_has_no_permissions(app: Any) -> None:
    """U7: an anonymous actor is denied, and is not mistaken for the engine (actor None)."""
    with page(app, "GET") as pyramid_request:
        pyramid_request.tm.begin()
        assert isinstance(pyramid_request.work.actor, Guest)
        with pytest.raises(LookupError):
            require_permission(pyramid_request.work, "people.manage")
        pyramid_request.tm.abort()


def test_post_is_retried_after_a_concurrent_change(
    visiting: Visiting,
    maya: Person,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """W11, O4: ConcurrentChange runs the whole request again with the same body, three times at most; the log has the
    one answer that was sent, and no error.
    """
    attempts, change_profile = [], accounts.change_profile

    def overtaken_once(work: Any, **values: Any) -> None:
        attempts.append(values["name"])
        change_profile(work, **values)
        if len(attempts) == 1:
            raise ConcurrentChange("rows changed since they were read")

    browser = visiting(maya)
    monkeypatch.setattr(accounts, "change_profile", overtaken_once)
    account = browser.get("/account")
    with caplog.at_level(logging.INFO):
        post(browser, account, "/account/profile", name="Maya Renamed")
    logged = [record.getMessage() for record in caplog.records if record.name == "formengine.web"]
    assert [line.split()[:3] for line in logged] == [["POST", "/account/profile", "303"]]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert attempts == ["Maya Renamed", "Maya Renamed"]
    with platform.database.reading() as session:
        assert session.get_one(Person, maya.id).name == "Maya Renamed"


def test_busy_database_answers_503_with_retry_after(
    visiting: Visiting, maya: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W11: DatabaseBusy."""

    def busy(*_args: Any, **_values: Any) -> None:
        raise DatabaseBusy("the database's write lock is not free")

    browser = visiting(maya)
    page = browser.get("/account")
    monkeypatch.setattr(accounts, "change_profile", busy)
    assert post(browser, page, "/account/profile", status=503, name="Maya").headers["Retry-After"]
