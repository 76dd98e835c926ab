"""Each error as a page and as problem+json; probes."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from webob import Request

from formengine import errors as tree
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform
from formengine.web import error_views as shown_by
from formengine.web import make_app
from tests.support.platforms import close_platform, open_platform, settings_of
from tests.web.conftest import Visiting, _browser

SAMPLES: list[tuple[Exception, int, int]] = [
    (tree.NotFound("x"), 404, 404),
    (tree.Refused(["Because."]), 403, 422),
    (tree.Stale("CTR-2026-0001", 3, 4), 409, 409),
    (tree.Invalid([]), 422, 422),
    (tree.KeyReused(), 422, 422),
    (tree.LinkSpent("expired"), 410, 410),
    (tree.TooMany(61), 429, 429),
    (tree.DocumentRefused("no"), 422, 422),
    (tree.DefinitionError("nothing published"), 503, 503),
    (tree.DatabaseBusy("the write lock is not free"), 503, 503),
    (tree.ConcurrentChange("rows changed"), 503, 503),
    (OperationalError("SELECT 1", {}, Exception("gone")), 503, 503),
    (OperationalError("INSERT", {}, Exception("database or disk is full")), 507, 507),
    (OSError(28, "No space left on device"), 507, 507),
    (ValueError("a mistake of ours"), 500, 500),
]


@pytest.mark.parametrize(("error", "page", "api"), SAMPLES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_error_has_its_status_and_words(error: Exception, page: int, api: int, language: str) -> None:
    """U1: a title and a sentence in the reader's language, by a status that says what it is."""
    meaning = next(shown_by.DESCRIPTIONS[kind] for kind in type(error).__mro__ if kind in shown_by.DESCRIPTIONS)
    for is_api, status in ((False, page), (True, api)):
        shown = meaning(error, lambda text, /, **values: say(language, text, **values), is_api)
        assert shown.status == status
        assert shown.title
    english = meaning(error, lambda text, /, **values: say("en", text, **values), False).title
    assert (shown.title == english) is (language == "en")


def test_every_error_of_the_tree_is_answered() -> None:
    """U1: a new error without a page of its own would be a 500."""
    own = {e for e in vars(tree).values() if isinstance(e, type) and issubclass(e, tree.FormengineError)}
    known = {e for e in own if any(kind in shown_by.DESCRIPTIONS for kind in e.__mro__[:-3])}
    assert own - known == {tree.FormengineError, tree.SettingError}


def test_a_missing_page_offers_a_way_on(visiting: Visiting) -> None:
    """U1: 404 as a page of the portal; under /api/ as problem+json."""
    page = visiting().get("/no/such/page", status=404)
    assert page.html.select_one("main a.btn")["href"] == "/"
    problem = visiting().get("/api/v1/no-such-thing", status=404)
    assert problem.content_type == "application/problem+json"
    assert problem.json["status"] == 404


@pytest.mark.parametrize(
    "path", ["/%ff", "/sign-in?next=%ff", "/sign-in?lang=%ff", "/invitations/%ff%fe", "/admin/%00", "/api/%ff"]
)
def test_addresses_that_are_no_text_are_no_500(app: Any, path: str) -> None:
    """U1: bad input is never an error of ours."""
    answer = Request.blank(path).get_response(app)  # WebTest itself cannot read them
    assert answer.status_int in (200, 303, 400, 404, 410)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_broken_page_says_nothing_of_its_inside(
    visiting: Visiting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """U1: the reader gets a number, the log the cause under the same number (T44)."""
    from formengine.web.ops import health as probes

    def explode(*_args: object, **_options: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(probes, "FileResponse", explode)
    with caplog.at_level(logging.ERROR):
        answer = visiting().get("/favicon.ico", status=500)
    assert "hunter2" not in answer
    assert answer.headers["X-Request-Id"] in answer
    assert "hunter2" in caplog.text


def test_an_error_page_needs_no_database(
    platform: Platform, visiting: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U1: when the database is gone, the page says so: 503, with when to come back."""

    def gone(*_args: object) -> Any:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr(type(platform.database), "session", gone)
    answer = visiting().get("/account", status=503)
    assert answer.headers["Retry-After"]


def test_before_anything_is_published_pages_say_so(database_url: str, tmp_path: Path) -> None:
    """U1: 503 rather than a sign-in page that leads nowhere; probes and the sign-in page answer all the same."""
    platform = open_platform(settings_of(database_url=database_url, storage_url=f"file:{tmp_path}/f"))
    client = _browser(make_app(platform))
    client.get("/account", status=503)
    client.get("/sign-in", status=200)
    client.get("/healthz", status=200)
    close_platform(platform)


def test_htmx_is_led_to_the_sign_in_page(visiting: Visiting) -> None:
    """U1: a part of a page cannot become a sign-in page: the whole page goes there."""
    answer = visiting().get("/account", headers={"HX-Request": "true"}, status=204)
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Faccount"


def test_probes(visiting: Visiting, platform: Platform) -> None:
    """O4: alive; ready, with what was looked at."""
    assert visiting().get("/healthz").text == "ok\n"
    ready = visiting().get("/readyz").json
    assert ready == {"ready": True, "database": "ok", "storage": "ok", "migrations": "ok", "queue_lag": 0.0}
    from sqlalchemy import text

    with platform.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    late = visiting().get("/readyz", status=503).json
    assert (late["ready"], late["migrations"]) == (False, "failing")


def test_an_id_that_a_proxy_gives_is_kept_when_it_is_one(visiting: Visiting) -> None:
    """O4: one id through all logs; nothing else gets into them."""
    client = visiting()
    assert client.get("/healthz", headers={"X-Request-Id": "abcdef-12345"}).headers["X-Request-Id"] == "abcdef-12345"
    assert client.get("/healthz", headers={"X-Request-Id": "x y"}).headers["X-Request-Id"] != "x y"


def test_secrets_in_addresses_stay_out_of_the_log(visiting: Visiting, caplog: pytest.LogCaptureFixture) -> None:
    """O4: a line names the route, not the address (T44)."""
    with caplog.at_level(logging.INFO, "formengine.web"):
        visiting().get("/invitations/very-secret-indeed", status=410)
    assert "/invitations/{secret} 410" in caplog.text
    assert "very-secret-indeed" not in caplog.text
