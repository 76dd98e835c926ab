"""The example plugin that posts to another system: a real server on loopback, its failures, and a worker killed."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from formengine.errors import PluginFailed
from formengine.jobs import Job, drain, list_jobs
from formengine.services.case.timeline import visible_history
from formengine.services.core.unit_of_work import Platform
from formengine.work import functions_of
from tests.services.conftest import Case, MakeCase, make_case
from tests.support.people import People
from tests.support.platforms import ROOT, SITES, MakePlatform, publish_site
from tests.support.postgresql_cluster import until
from tests.support.server import commands_on
from tests.support.warm_process import WarmProcess

__all__ = ["make_case"]
pytestmark = pytest.mark.site("casework")
WORKER_START = 40
"""Seconds within which a worker process runs jobs, on a busy machine."""


@dataclass
class Matters:
    """The other system: what was posted to it, and the statuses that it answers, the last one for ever."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [201])
    posts: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _ in self.posts]


@pytest.fixture
def matters() -> Iterator[Matters]:
    system = Matters()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = system.statuses.pop(0) if len(system.statuses) > 1 else system.statuses[0]
            system.posts.append((dict(self.headers), body))
            if status == 0:  # hangs
                system.release.wait(60)
                return
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    system.url = f"http://127.0.0.1:{server.server_address[1]}/matters"
    yield system
    system.release.set()
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The site `signing`, whose step *acted* posts."""
    folder = tmp_path / "site"
    shutil.copytree(SITES / "signing", folder)
    shutil.copy(ROOT / "plugins/matters.py", folder / "plugins")
    path = folder / "workflows/sale/workflow.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{use: careless}", "{use: post_to_matters, with: {facts: [subject]}}"), "utf-8")
    return folder


@pytest.fixture
def platform(make_platform: MakePlatform, site: Path, matters: Matters) -> Platform:
    texts = {"matters.url": matters.url, "matters.token": "t0ken"}
    made = make_platform(site=site, plugins="./demo_sign ./matters", **texts)
    publish_site(made)
    return made


@pytest.fixture
def case(platform: Platform, people: People, make_case: MakeCase) -> Case:
    return make_case("sale", by="cleo")


def run_jobs(case: Case) -> None:
    assert drain(case.platform.queue, functions_of(case.platform), 30)  # type: ignore[arg-type]  # a real Queue


def jobs_of(case: Case) -> list[Job]:
    return [job for job in list_jobs(case.platform.queue) if job.kind == "post_matter"]  # type: ignore[arg-type]


def test_a_step_posts_once_it_is_committed(case: Case, matters: Matters) -> None:
    """T2: the job is enqueued with the step, is told the payload, the settings and the dossier's facts."""
    case.step("paul", "acted")
    assert (case.state, matters.posts) == ("done", [])
    run_jobs(case)
    [(headers, body)] = matters.posts
    assert headers["Authorization"] == "Bearer t0ken"
    title = case.dossier.title
    assert body == {"reference": case.reference, "title": title, "state": "done", "facts": {"subject": "Chairs"}}
    [job] = jobs_of(case)
    assert (job.state, job.dossier, job.id) == ("done", case.reference, matters.keys[0])


def test_what_is_rolled_back_posts_nothing(case: Case, matters: Matters, monkeypatch: pytest.MonkeyPatch) -> None:
    """T2: a step that fails after its action leaves no job."""
    action = case.platform.registry.vocabulary.actions["post_to_matters"]
    jobs = [("post_matter", {"facts": []}), ("post_mater", {})]
    monkeypatch.setitem(action.__dict__, "action", lambda subject, options: jobs)
    with pytest.raises(PluginFailed, match="which the log tells"):
        case.step("paul", "acted")
    run_jobs(case)
    assert (case.state, matters.posts) == ("draft", [])


def test_a_failure_is_tried_again_with_the_same_key(case: Case, matters: Matters) -> None:
    """T4: the key lets the other system tell a repeated post from another one."""
    matters.statuses = [503, 429, 201]
    case.step("paul", "acted")
    until(lambda: (run_jobs(case), len(matters.posts) == 3)[1], 30, 0.1)
    assert len(set(matters.keys)) == 1
    until(lambda: jobs_of(case)[0].state == "done", 10, 0.1)
    assert "job_failed" not in case.kinds()


def test_a_refusal_is_told_to_the_team(case: Case, matters: Matters, people: People) -> None:
    """T50: dead at once, in the history of the dossier for the team, and not for the client."""
    matters.statuses = [422]
    case.step("paul", "acted")
    run_jobs(case)
    [job] = jobs_of(case)
    assert (job.state, job.error, len(matters.posts)) == ("dead", "DeliveryFailed: HTTP 422", 1)
    texts = {who: [entry.text for entry in case.reads(visible_history, who)] for who in ("paul", "cleo")}
    sentence = "What was to be sent to another system has failed: post_matter"
    assert sentence in texts["paul"]
    assert sentence not in texts["cleo"]
    assert case.whole()


def test_the_text_of_an_exception_is_for_the_log(
    case: Case, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """T44: neither the list of jobs nor the history has what a plugin's exception says, which may hold a secret."""

    def fail(*_: Any) -> None:
        raise ValueError("secret canary")

    monkeypatch.setattr(sys.modules["formengine_site_plugins_matters"], "post", fail)
    case.step("paul", "acted")
    caplog.set_level(logging.WARNING)
    run_jobs(case)
    [job] = jobs_of(case)
    assert job.state == "retrying"
    assert "it raised an error, which the log tells" in str(job.error)
    assert "canary" not in str(job.error)
    assert "canary" in caplog.text


@pytest.mark.slow
def test_a_worker_killed_while_it_posts_loses_nothing(
    case: Case, matters: Matters, published_url: str, site: Path, tmp_path: Path, warm_process: WarmProcess
) -> None:
    """T2, T3: the next worker posts again, with the same key."""
    matters.statuses = [0, 201]
    case.step("paul", "acted")
    commands = commands_on(published_url, site, tmp_path, warm_process)
    commands.environment |= {"FORMENGINE_PLUGINS": "./demo_sign ./matters", "FORMENGINE_MATTERS__URL": matters.url}
    try:
        first = commands.start("worker")
        until(lambda: len(matters.posts) == 1, WORKER_START, 0.1)
        first.kill()
        first.wait(10)
        commands.start("worker")
        until(lambda: len(matters.posts) == 2, WORKER_START, 0.1)
        until(lambda: jobs_of(case)[0].state == "done", 20, 0.1)
    finally:
        commands.end()
    assert len(set(matters.keys)) == 1
