"""How many SQL statements a warm call of the API runs, over the filled demo: no repeats, no growth with the rows.

BEGIN, COMMIT and SAVEPOINT do not count; the token and its person do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from sqlalchemy import select
from webtest import TestApp

from formengine.services.accounts.api_tokens import create_token
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import Person
from tests.support.platforms import acting_on
from tests.support.statements import StatementRecorder, recorded_statements
from tests.web.dossiers.visitors import ADVICE
from tests.web.test_statement_counts import app, check, copy, demo, in_state, references

__all__ = ["app", "copy", "demo"]

LIST: Final = 10
GET: Final = 20
SUBMIT: Final = 30
NOTE: Final = 15
STEP: Final = 30
PARTS: Final = (
    "",
    "/history",
    "/answers",
    "/transitions",
    "/notes",
    "/attachments",
    "/milestones",
    "/hearings",
    "/approvals",
    "/signatures",
    "/documents",
)
"""What `GET /dossiers/{reference}` and the addresses below it answer."""
READERS: Final = ("maya", "cleo", "paul", "sam", "theo")


def caller(app: Any, platform: Platform, name: str) -> TestApp:
    """A client with a token of somebody of the demo."""
    with platform.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email.like(f"{name}%"))).first()
    with acting_on(platform, person) as work:
        token = create_token(work, work.person, ["read", "submit", "work"])
    client = TestApp(app)
    client.authorization = ("Bearer", token)
    return client


def recorded(platform: Platform, call: Callable[[], Any]) -> StatementRecorder:
    with recorded_statements(platform.database) as recorder:
        call()
    return recorder


@pytest.mark.parametrize("name", READERS)
def test_lists(app: Any, demo: Platform, name: str) -> None:
    """A list takes as many statements for one row as for a hundred."""
    client = caller(app, demo, name)
    for address in ("/me", "/request-types"):
        client.get(f"/api/v1{address}")
        check(recorded(demo, lambda address=address: client.get(f"/api/v1{address}")), LIST, f"{name} {address}")
    counts = set()
    for limit in (2, 100):
        address = f"/api/v1/dossiers?limit={limit}"
        client.get(address)
        recorder = recorded(demo, lambda address=address: client.get(address))
        check(recorder, LIST, f"{name} {address}")
        counts.add(len(recorder.statements))
    assert len(counts) == 1


@pytest.mark.parametrize("name", READERS)
def test_dossier(app: Any, demo: Platform, name: str) -> None:
    """Everything that may be read of every dossier."""
    client = caller(app, demo, name)
    for reference in references(demo):
        for part in PARTS:
            address = f"/api/v1/dossiers/{reference}{part}"
            if client.get(address, status=(200, 404)).status_int == 404:
                break
            check(recorded(demo, lambda address=address: client.get(address)), GET, f"{name} {address}")


def test_submission(copy: Platform, app_of_copy: Any) -> None:
    client = caller(app_of_copy, copy, "maya")
    body = {"request_type": "legal_advice", "answers": ADVICE, "accept_notice": True}
    for key in ("warm", "counted"):
        recorder = recorded(
            copy,
            lambda key=key: client.post_json("/api/v1/submissions", body, headers={"Idempotency-Key": key}, status=201),
        )
    check(recorder, SUBMIT, "submission")


@pytest.mark.parametrize("name", ["maya", "paul"])
def test_note(copy: Platform, app_of_copy: Any, name: str) -> None:
    client = caller(app_of_copy, copy, name)
    address = f"/api/v1/dossiers/{in_state(copy, 'pleadings')}/notes"
    client.get(address)
    recorder = recorded(copy, lambda: client.post_json(address, {"text": "The hearing was moved."}, status=201))
    check(recorder, NOTE, name)


def test_step(copy: Platform, app_of_copy: Any) -> None:
    client = caller(app_of_copy, copy, "cleo")
    address = f"/api/v1/dossiers/{in_state(copy, 'more_information')}/transitions"
    version = client.get(address).headers["ETag"]
    body = {"transition": "answer", "comment": "All of them."}
    recorder = recorded(copy, lambda: client.post_json(address, body, headers={"If-Match": version}, status=200))
    check(recorder, STEP, "step")


def test_decision(copy: Platform, app_of_copy: Any) -> None:
    client = caller(app_of_copy, copy, "bo")
    address = f"/api/v1/dossiers/{in_state(copy, 'approval', 'Licence')}/approvals"
    document = next(item["document"] for item in client.get(address).json["rounds"] if item["status"] == "open")
    body = {"decision": "approve", "document": {"sha256": document["sha256"]}}
    recorder = recorded(copy, lambda: client.post_json(address, body, status=200))
    check(recorder, STEP, "decision")


@pytest.fixture
def app_of_copy(copy: Platform) -> Any:
    from tests.support.server import app_of

    return app_of(copy)
