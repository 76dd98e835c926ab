"""Each error as a page and as problem+json; health checks; request ids in the log."""

from __future__ import annotations

import logging
import shutil
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from webob import Request

from formengine import errors as tree
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.publications import Definition, Publication
from formengine.web import error_views as shown_by
from formengine.web import make_app
from formengine.web.late_posts import written_in
from formengine.web.ops.health import CHECK_SECONDS
from tests.support.platforms import close_platform, open_platform, settings_of
from tests.web.conftest import Visiting, _browser

SAMPLES: list[tuple[Exception, int, int]] = [
    (tree.NotFound("x"), 404, 404),
    (tree.Refused(["Because."]), 403, 422),
    (tree.Stale("CTR-2026-0001", 3, 4), 409, 409),
    (tree.Invalid([]), 422, 422),
    (tree.KeyReused(), 422, 422),
    (tree.LinkSpent("expired"), 410, 410),
    (tree.TooManyTries(61), 429, 429),
    (tree.DocumentRefused("no"), 422, 422),
    (tree.DefinitionError("nothing published"), 503, 503),
    (tree.DatabaseBusy("the write lock is not free"), 503, 503),
    (tree.ConcurrentChange("rows changed"), 503, 503),
    (tree.StorageUnavailable("the bucket cannot be reached"), 503, 503),
    (tree.ContentLost("the content is not in the store"), 500, 500),
    (OperationalError("SELECT 1", {}, Exception("gone")), 503, 503),
    (OperationalError("INSERT", {}, Exception("database or disk is full")), 507, 507),
    (OSError(28, "No space left on device"), 507, 507),
    (ValueError("a mistake of ours"), 500, 500),
]


@pytest.mark.parametrize(("error", "page", "api"), SAMPLES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_error_has_its_status_title_and_sentence(error: Exception, page: int, api: int, language: str) -> None:
    """U1: in the reader's language."""
    meaning = next(shown_by.DESCRIPTIONS[kind] for kind in type(error).__mro__ if kind in shown_by.DESCRIPTIONS)
    for is_api, status in ((False, page), (True, api)):
        shown = meaning(error, lambda text, /, **values: say(language, text, **values), is_api)
        assert shown.status == status
        assert shown.title
    english = meaning(error, lambda text, /, **values: say("en", text, **values), False).title
    assert (shown.title == english) is (language == "en")


def test_every_error_class_has_a_view() -> None:
    """U1: an error without one would be a 500."""
    classes = {e for e in vars(tree).values() if isinstance(e, type) and issubclass(e, tree.FormengineError)}
    handled = {e for e in classes if any(kind in shown_by.DESCRIPTIONS for kind in e.__mro__[:-3])}
    assert classes - handled == {tree.FormengineError, tree.SettingError}


def test_404_is_a_page_or_problem_json(visiting: Visiting) -> None:
    """U1: a page of the portal with links; problem+json below /api/."""
    page = visiting().get("/no/such/page", status=404)
    assert page.html.select_one("main a.btn")["href"] == "/"
    problem = visiting().get("/api/v1/no-such-thing", status=404)
    assert problem.content_type == "application/problem+json"
    assert problem.json["status"] == 404


def test_what_was_written_comes_back_and_no_answer_that_may_be_a_secret(visiting: Visiting) -> None:
    """F8, T14: what people write in a hand-written form; what they answer in a generated one only where it came too
    late, but for what is write-only. Nothing is parsed for it.
    """
    typed = {"text": "A long note ", "f-aaaaaaaa": "The secret", "f-aaaaaaaa-w": "0", "f-bbbbbbbb": "An answer"}
    page = visiting().post("/sign-in", typed, status=400)
    assert page.html.find(id="written").text == "A long note"
    post = Request.blank("/", POST=typed)
    assert written_in(post, 409) == []
    assert post.POST["f-bbbbbbbb"] == "An answer"
    for status in (404, 409, 410, 429):
        assert written_in(post, status) == ["A long note", "An answer"]
    assert written_in(post, 403) == ["A long note"]


@pytest.mark.parametrize(
    "path", ["/%ff", "/sign-in?next=%ff", "/sign-in?lang=%ff", "/invitations/%ff%fe", "/admin/%00", "/api/%ff"]
)
def test_undecodable_addresses_are_client_errors(app: Any, path: str, caplog: pytest.LogCaptureFixture) -> None:
    """U1: bytes that are not UTF-8 are a 4xx, and no traceback in the log (T44)."""
    answer = Request.blank(path).get_response(app)  # WebTest cannot decode them
    assert answer.status_int in (200, 303, 400, 404, 410)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert [record for record in caplog.records if record.exc_info] == []


def test_500_shows_only_an_id(
    visiting: Visiting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """U1: the log has the traceback under the same id (T44)."""
    from formengine.web.ops import health as probes

    def explode(*_args: object, **_options: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(probes, "FileResponse", explode)
    with caplog.at_level(logging.ERROR):
        answer = visiting().get("/favicon.ico", status=500)
    assert "hunter2" not in answer
    assert answer.headers["X-Request-Id"] in answer
    assert "hunter2" in caplog.text


def test_database_failure_answers_503(platform: Platform, visiting: Visiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """U1: the error page works without the database, with Retry-After."""

    def gone(*_args: object) -> Any:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr(type(platform.database), "session", gone)
    answer = visiting().get("/account", status=503)
    assert answer.headers["Retry-After"]


def test_pages_answer_503_before_the_first_publication(database_url: str, tmp_path: Path) -> None:
    """U1: health checks and the sign-in page work nevertheless."""
    platform = open_platform(settings_of(database_url=database_url, storage_url=f"file:{tmp_path}/f"))
    client = _browser(make_app(platform))
    client.get("/account", status=503)
    client.get("/sign-in", status=200)
    client.get("/healthz", status=200)
    close_platform(platform)


def test_htmx_request_redirects_the_whole_page_to_sign_in(visiting: Visiting) -> None:
    """U1: by HX-Redirect, so that the sign-in page does not become a fragment."""
    answer = visiting().get("/account", headers={"HX-Request": "true"}, status=204)
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Faccount"


def test_health_checks(visiting: Visiting, platform: Platform) -> None:
    """O4: /healthz, and /readyz with its checks."""
    assert visiting().get("/healthz").text == "ok\n"
    ready = visiting().get("/readyz").json
    checks = {"database": "ok", "storage": "ok", "migrations": "ok", "publication": "ok"}
    jobs = {"queue_lag": 0.0, "jobs": "ok", "oldest_running": 0.0, "workers": []}
    assert ready == {"ready": True, **checks, **jobs}
    with platform.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    late = visiting().get("/readyz", status=503).json
    assert (late["ready"], late["migrations"]) == (False, "failing")


def test_an_unreadable_publication_is_not_ready(visiting: Visiting, platform: Platform) -> None:
    """O4: where every page would be a 503, a load balancer sends nobody."""
    with platform.database.transaction() as session:
        session.execute(update(Publication).values(files={"config/portal.yaml": "0" * 64}, hash="unreadable"))
    late = visiting().get("/readyz", status=503).json
    assert (late["ready"], late["publication"], late["database"]) == (False, "failing", "ok")


def test_a_pack_that_cannot_be_compiled_is_not_ready(visiting: Visiting, platform: Platform) -> None:
    """O4: one pack of a publication that is read otherwise, such as one whose plugin is gone."""
    broken = b"states: {}\n"
    with platform.database.transaction() as session:
        files = session.scalars(select(Publication.files)).one()
        session.add(Definition(sha256=sha256(broken).hexdigest(), content=broken))
        files = {**files, "workflows/lease/workflow.yaml": sha256(broken).hexdigest()}
        session.execute(update(Publication).values(files=files, hash="one pack broken"))
    late = visiting().get("/readyz", status=503).json
    assert (late["ready"], late["publication"], late["database"]) == (False, "failing", "ok")


def test_a_missing_store_is_not_ready(visiting: Visiting, platform: Platform) -> None:
    """O4: the folder of files is gone, or its disk is not mounted."""
    shutil.rmtree(platform.settings.storage_url.removeprefix("file:"))
    late = visiting().get("/readyz", status=503).json
    assert (late["ready"], late["storage"]) == (False, "failing")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_database_that_hangs_is_not_ready(visiting: Visiting, platform: Platform) -> None:
    """T7, O4: a probe is answered in time, and so is the next one, while a table is locked for as long as it takes."""
    client, began = visiting(), time.monotonic()
    with platform.database.transaction() as session:
        session.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        late = client.get("/readyz", status=503).json
        assert (late["ready"], late["migrations"], late["database"]) == (False, "failing", "ok")
        assert client.get("/readyz", status=503).json["ready"] is False
    assert time.monotonic() - began < 4 * CHECK_SECONDS
    assert client.get("/readyz", status=200).json["ready"] is True


def test_well_formed_request_id_of_a_proxy_is_kept(visiting: Visiting) -> None:
    """O4: one id through all logs; a malformed one is replaced."""
    client = visiting()
    assert client.get("/healthz", headers={"X-Request-Id": "abcdef-12345"}).headers["X-Request-Id"] == "abcdef-12345"
    assert client.get("/healthz", headers={"X-Request-Id": "x y"}).headers["X-Request-Id"] != "x y"


def test_access_log_has_the_route_pattern_not_the_address(visiting: Visiting, caplog: pytest.LogCaptureFixture) -> None:
    """O4: addresses can contain secrets (T44)."""
    with caplog.at_level(logging.INFO, "formengine.web"):
        visiting().get("/invitations/very-secret-indeed", status=410)
    assert "/invitations/{secret} 410" in caplog.text
    assert "very-secret-indeed" not in caplog.text
