"""Log lines name the request, the client and the person, in requests and in the jobs that they cause."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest

from formengine.jobs import drain
from formengine.jobs.queue import CAUSED_BY
from formengine.log_context import ContextFilter, JsonFormatter, TextFormatter, configure_logging, log_context
from formengine.services.core.unit_of_work import Platform
from tests.support.people import PASSWORD, People
from tests.support.platforms import settings_of
from tests.web.dossiers.visitors import Visitor, app

__all__ = ["app"]


@pytest.fixture
def database_kind() -> str:
    """The lines are alike on every database."""
    return "sqlite"


@pytest.fixture
def lines() -> Iterator[list[dict[str, str]]]:
    """The JSON lines that are logged during a test, in order."""
    written: list[dict[str, str]] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(self.format(record)))

    handler = Lines()
    handler.addFilter(ContextFilter())
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("formengine")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_a_line_outside_of_a_request_has_dashes(lines: list[dict[str, str]]) -> None:
    """O4: the members are always there."""
    logging.getLogger("formengine.jobs").warning("late")
    assert {lines[0][name] for name in ("request_id", "address", "person", "job")} == {"-"}


@pytest.mark.parametrize("formatter", [TextFormatter("%(message)s"), JsonFormatter()], ids=["text", "json"])
def test_a_message_has_one_line(formatter: logging.Formatter) -> None:
    """T44: what somebody sent cannot write a line of its own, or move a terminal's cursor (ASVS 5.0, 16.4.1)."""
    record = logging.LogRecord("formengine", logging.INFO, "", 1, "refused: %s", ("a\r\nb\x1b[2Jé",), None)
    assert formatter.format(record).splitlines() == [formatter.format(record)]
    assert "\x1b" not in formatter.format(record)
    assert "é" in formatter.format(record)


def test_times_have_a_zone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """O4: and every line goes to standard error (ASVS 5.0, 16.2.2 and 16.2.3)."""
    root = logging.getLogger()
    handlers, level, own = root.handlers[:], root.level, logging.getLogger("formengine").level
    try:
        configure_logging(settings_of(log_format="json"))
        logging.getLogger("formengine.web").warning("late")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("formengine").setLevel(own)
    written = capsys.readouterr()
    assert written.out == ""
    assert datetime.strptime(json.loads(written.err)["at"], "%Y-%m-%dT%H:%M:%S%z").tzinfo is not None


def test_security_events_are_logged(app: object, people: People, lines: list[dict[str, str]]) -> None:
    """T50: signing in and not, what was refused to whom, and forms without a token; never a password."""
    maya, paul = people("maya"), people("paul")
    stranger = Visitor(app)
    form = stranger.form("/sign-in", "/sign-in")
    form["email"], form["password"] = paul.email, "not my password"
    form.submit(status=422)
    visitor = Visitor(app).sign_in(maya, PASSWORD)
    visitor.get("/admin", status=403)
    visitor.post("/account/profile", {"name": "Eve"}, status=400)
    password = visitor.form("/account", "/account/password")
    password["present"], password["new"] = "not my password", "a long and new one of four words"
    password.submit(status=422)
    messages = " | ".join(line["message"] for line in lines)
    for text in (
        "sign-in refused",
        f"signed in by password: {maya.id}",
        "access denied: people.manage",
        "a form was refused: no valid token",
        f"a present password was refused: {maya.id}",
    ):
        assert text in messages
    assert "not my password" not in messages
    denied = next(line for line in lines if line["message"].startswith("access denied"))
    assert denied["person"] == maya.id


def test_every_line_of_a_request_names_it(app: object, people: People, lines: list[dict[str, str]]) -> None:
    """T50: the number of an incident is that of its log lines, with who asked from where."""
    maya = people("maya")
    visitor = Visitor(app).sign_in(maya, PASSWORD)
    page = visitor.get("/dossiers/CTR-1999-0001", status=404, headers={"X-Request-Id": "incident-77"})
    assert page.headers["X-Request-Id"] == "incident-77"
    line = next(line for line in lines if line["request_id"] == "incident-77")
    assert line["person"] == maya.id
    assert line["logger"] == "formengine.web"


def test_a_job_carries_the_request_that_caused_it(platform: Platform, lines: list[dict[str, str]]) -> None:
    """T50: the lines of a job name the request id, the address and the person of its cause."""
    cause = {"request_id": "incident-78", "address": "203.0.113.7", "person": "maya"}
    with log_context(cause), platform.database.transaction() as session:
        platform.queue.enqueue(session, "tidy", {}, key="tidy-78")
    row = platform.queue.client.list_workflows(workflow_ids=["tidy-78"])[0]
    assert row.input["args"][0][CAUSED_BY] == cause
    received: list[dict[str, object]] = []

    def tidy(args: dict[str, object]) -> None:
        received.append(args)
        logging.getLogger("formengine.services").warning("tidied")

    assert drain(platform.queue, {"tidy": tidy}, timeout=15)
    assert received == [{}]
    line = next(line for line in lines if line["message"] == "tidied")
    assert {name: line[name] for name in cause} == cause
    assert line["job"] == "tidy-78"
