"""Another process that asks for SQLite's write lock all the time gets it soon, whatever pages and the API are doing."""

from __future__ import annotations

from typing import Any, Final

from formengine.services.core.unit_of_work import Platform
from tests.cli.test_foreign_writer import MAX_WAIT
from tests.support.lock_seeker import lock_seeker
from tests.support.server import app_of
from tests.support.write_lock import recorded_locks
from tests.web.api.test_statement_counts import caller
from tests.web.dossiers.visitors import ADVICE
from tests.web.test_statement_counts import app, browser_of, copy, demo, in_state, references

__all__ = ["app", "copy", "demo"]

ROUNDS: Final = 8
MEDIAN_WAIT: Final = 0.1
"""Seconds; 0.02 on a machine that does nothing else."""
MAX_CPU, MEDIAN_CPU = 0.1, 0.02
"""Seconds of CPU of one transaction under the lock: they do not depend on what else the machine does."""


def use_pages(platform: Platform, site: Any) -> None:
    """Sign in, read, and post notes, a step with a form, and a decision."""
    client, counsel, approver = (browser_of(site, platform, name) for name in ("cleo", "lena", "bo"))
    for reference in references(platform)[:ROUNDS]:
        counsel.get(f"/dossiers/{reference}", status=(200, 404))
        counsel.get("/desk")
    pleadings = in_state(platform, "pleadings")
    for number in range(ROUNDS):
        form = counsel.form(f"/dossiers/{pleadings}?tab=notes", f"/dossiers/{pleadings}/notes")
        form["text"], form["internal"] = f"The hearing was moved {number} times.", "no"
        form.submit(status=303)
    step = f"/dossiers/{in_state(platform, 'more_information')}/steps/answer"
    form = client.form(step, step)
    form["comment"] = "All of them."
    form.submit(status=303)
    decided = in_state(platform, "approval", "Licence")
    form = approver.form(f"/dossiers/{decided}?tab=approvals", f"/dossiers/{decided}/decision")
    form.submit("decision", value="approve", status=303)


def use_api(platform: Platform, site: Any) -> None:
    """Submit requests, and read what they opened."""
    client = caller(site, platform, "maya")
    body = {"request_type": "legal_advice", "answers": ADVICE, "accept_notice": True}
    for number in range(ROUNDS):
        answer = client.post_json("/api/v1/submissions", body, headers={"Idempotency-Key": f"key-{number}"}, status=201)
        reference = answer.json["reference"]
        client.get(f"/api/v1/dossiers/{reference}")
        client.post_json(f"/api/v1/dossiers/{reference}/notes", {"text": "It is urgent."}, status=201)


def test_requests_leave_the_lock_to_others(copy: Platform) -> None:
    site = app_of(copy)
    path = copy.settings.database_url.removeprefix("sqlite:///")
    for use in (use_pages, use_api):
        with recorded_locks() as recorder, lock_seeker(path) as seeker:
            waits = seeker.waits_during(lambda use=use: use(copy, site))
        assert waits[-1] < MAX_WAIT, use.__name__
        assert waits[len(waits) // 2] < MEDIAN_WAIT, use.__name__
        cpu = sorted(seconds for seconds, _wall, _where in recorder.held)
        assert len(cpu) >= ROUNDS, use.__name__
        assert cpu[-1] < MAX_CPU, use.__name__
        assert cpu[len(cpu) // 2] < MEDIAN_CPU, use.__name__
