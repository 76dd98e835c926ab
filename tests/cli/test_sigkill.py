"""A worker killed with -9 between a submission and its mails: they go out all the same, and a repeat is known."""

from __future__ import annotations

import json
import signal
from collections import Counter

import httpx
import pytest

from tests.crash.run import CrashRun
from tests.support.server import Commands, Waiting
from tests.support.smtp import Inbox
from tests.web.dossiers.visitors import NDA

pytestmark = pytest.mark.slow
WORDS = "a few words of mine"


def submits(commands: Commands, url: str) -> str:
    """A submission over HTTP; its reference."""
    for email, role in (
        ("paul@example.com", "counsel"),
        ("ana@example.com", "counsel"),
        ("maya@example.com", "client"),
    ):
        options = ("--name", email.split("@")[0].title(), "--role", role, "--password-stdin")
        commands.run("user", "create", email, *options, text=WORDS)
    token = commands.run("token", "create", "maya@example.com", "--scope", "submit").strip()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    body = {"request_type": "nda", "answers": NDA, "accept_notice": True}
    answer = httpx.post(f"{url}/api/v1/submissions", json=body, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reference"])


def test_a_mail_outlives_the_worker_that_was_killed(site_commands: Commands, smtp: Inbox, eventually: Waiting) -> None:
    """N3, T1-T3: killed while the mail server takes its time; another worker delivers, under the same Message-ID."""
    site_commands.environment |= {"FORMENGINE_MAIL_URL": smtp.url, "FORMENGINE_MAIL_SLOTS": "4"}
    _server, url = site_commands.serve("--no-worker")
    smtp.hold()
    first = site_commands.start("worker")
    reference = submits(site_commands, url)
    eventually(lambda: smtp.held, 30)  # the worker has sent the first mail of the batch, and waits for the answer
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    smtp.release()
    site_commands.start("worker")
    recipients = {"paul@example.com", "ana@example.com", "maya@example.com"}
    eventually(lambda: {str(message["To"]).split("<")[-1].rstrip(">") for message in smtp.messages} >= recipients, 60)
    eventually(lambda: json.loads(site_commands.run("jobs", "status", "--json"))["waiting"] == 0, 30)
    kinds = Counter(str(message["Message-ID"]) for message in smtp.messages)
    assert all(message["X-Formengine-Dossier"] == reference for message in smtp.messages)
    # three mails, whatever was sent again: a repeat is known by its Message-ID
    assert len(kinds) == 3
    assert set(smtp.held) <= set(kinds)
    assert max(kinds.values()) <= 2


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_nothing_acknowledged_is_lost_when_servers_and_workers_are_killed(site_commands: Commands, smtp: Inbox) -> None:
    """T1-T4, T37: every acknowledged submission is stored once, with its file and mails (`tests/crash` plays more)."""
    run = CrashRun(site_commands, smtp, servers=1, workers=1, clients=3)
    run.play(kills=4, pause=1.0)
    assert run.acknowledged, run.summary()
    assert set(run.kills) == {"server", "worker"}
    run.drain(60)
    assert run.problems() == [], run.summary()
