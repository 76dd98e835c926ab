"""Concurrent requests to one server: one succeeds, the others get an explanation, and nothing is done twice."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from threading import Barrier
from typing import Any, BinaryIO

import httpx
import pytest
from sqlalchemy import func, select
from webtest import Upload

from formengine.forms import Upload as FileUpload
from formengine.services.accounts.api_tokens import create_token
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers.attachment_changes import withdraw
from formengine.services.dossiers.attachments import attach_files
from formengine.storage.database import LATE
from formengine.storage.models.dossiers import Dossier, IdempotencyKey, Submission
from formengine.storage.models.files_and_notes import Note
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Seat
from tests.support import concurrency
from tests.support.people import People
from tests.support.platforms import Acting, acting_on
from tests.support.server import app_of, serving
from tests.web.dossiers.test_transitions import add_document
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor, dossier_of


@pytest.fixture
def address(platform: Platform, listening: object) -> Iterator[str]:
    """The platform under test, served without a worker, so that no job changes the dossiers."""
    with serving(platform, listening, worker=False) as served:  # type: ignore[arg-type]
        yield served.url


SigningIn = Callable[[str], httpx.Client]


@pytest.fixture
def browser(address: str, people: People) -> Iterator[SigningIn]:
    """`browser("paul")`: an HTTP client in which Paul is signed in, closed after the test."""
    with ExitStack() as opened:

        def sign_in(name: str) -> httpx.Client:
            client = opened.enter_context(httpx.Client(base_url=address, timeout=60))
            data = {"csrf_token": hidden(client.get("/sign-in").text, "csrf_token")}
            client.post("/sign-in", data={**data, "email": people(name).email, "password": people.password})
            return client

        yield sign_in


def hidden(page: str, name: str) -> str:
    """The value of the first hidden control of that name."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match, name
    return match[1]


def at_once(calls: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """Make the calls concurrently, each in a thread of its own."""
    barrier = Barrier(len(calls))

    def wait_and(call: Callable[[], httpx.Response]) -> httpx.Response:
        barrier.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(wait_and, calls))


def test_concurrent_steps_of_two_counsel(browser: SigningIn, opened: Opened, platform: Platform) -> None:
    """W11, T5, T6: one succeeds, the other gets a page that says what changed and who changed it."""
    reference = opened("nda", NDA)
    path = f"/dossiers/{reference}/steps/ask"
    calls: list[Callable[[], httpx.Response]] = []
    for name in ("paul", "ana"):
        client = browser(name)
        page = client.get(path).text
        data = {name: hidden(page, name) for name in ("csrf_token", "version")} | {"comment": f"{name} asks."}
        calls.append(lambda client=client, data=data: client.post(path, data=data))  # type: ignore[misc]
    answers = at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    loser = next(answer for answer in answers if answer.status_code == 409).text
    winner = "Paul Whitby" if answers[0].status_code == 303 else "Ana Duarte"
    assert "Somebody was quicker" in loser
    assert winner in loser
    assert "Asked for information" in loser
    assert f'href="/dossiers/{reference}"' in loser
    assert dossier_of(platform, reference).state == "more_information"
    with platform.database.reading() as session:
        steps = session.scalar(select(func.count()).where(HistoryEntry.payload["transition"].as_string() == "ask"))
    assert steps == 1


def test_concurrent_approvals_of_one_person(
    browser: SigningIn, signed_in: SignedIn, opened: Opened, platform: Platform
) -> None:
    """T5: two tabs approve concurrently: one decision, one 409."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    add_document(paul, reference)
    asking = f"/dossiers/{reference}/steps/ask_approval"
    form = paul.form(asking, asking)
    form[form.html.find(attrs={"data-pointer": "/review_summary"})["name"]] = "Our own terms."
    form.submit(status=303)
    nora = browser("nora")
    page = nora.get(f"/dossiers/{reference}?tab=approvals").text
    data = {name: hidden(page, name) for name in ("csrf_token", "seat", "document_sha256")} | {"decision": "approve"}
    answers = at_once([lambda: nora.post(f"/dossiers/{reference}/decision", data=data)] * 2)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert "Nora Lindqvist" in next(answer for answer in answers if answer.status_code == 409).text
    with platform.database.reading() as session:
        assert Counter(session.scalars(select(Seat.status))) == {"approved": 1, "open": 1}


def test_concurrent_posts_of_one_note(browser: SigningIn, opened: Opened, platform: Platform) -> None:
    """P20: four clicks write one note, and each of them is told that it is there."""
    reference = opened("nda", NDA)
    maya = browser("maya")
    page = maya.get(f"/dossiers/{reference}?tab=notes").text
    data = {name: hidden(page, name) for name in ("csrf_token", "_once")} | {"text": "Is Friday possible?"}
    answers = at_once([lambda: maya.post(f"/dossiers/{reference}/notes", data=data)] * 4)
    assert [answer.status_code for answer in answers] == [303] * 4
    with platform.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Note)) == 1


def test_concurrent_submissions_with_one_idempotency_key(
    address: str, people: People, platform: Platform, acting: Acting
) -> None:
    """T4: 20 concurrent submissions make one row, and all get the same response."""
    people.several("paul", "ana", "ines")
    with acting(people("maya")) as work:
        token = create_token(work, work.person, ["submit"])
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "order-17"}
    body = {"request_type": "nda", "answers": NDA, "accept_notice": True}
    with httpx.Client(base_url=address, headers=headers, timeout=60, limits=httpx.Limits(max_connections=20)) as client:
        answers = at_once([lambda: client.post("/api/v1/submissions", json=body)] * 20)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert len({answer.text for answer in answers}) == 1
    with platform.database.reading() as session:
        for table in (Submission, Dossier, IdempotencyKey):
            assert session.scalar(select(func.count()).select_from(table)) == 1


class WatchedBlobs:
    """The files of a platform; notes for each that is stored how many dossiers are locked meanwhile (PostgreSQL)."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self.locked = platform, list[int]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._platform.blobs, name)

    def put(self, stream: BinaryIO) -> Any:
        with self._platform.database.session(LATE) as other:
            free = other.scalars(select(Dossier.id).with_for_update(skip_locked=True, key_share=True)).all()
            self.locked.append(len(other.scalars(select(Dossier.id)).all()) - len(free))
        return self._platform.blobs.put(stream)


def test_files_are_stored_before_their_dossier_is_locked(platform: Platform, people: People, opened: Opened) -> None:
    """T1: a slow storage keeps nobody from the dossier: a version of an attachment, a step with a file."""
    reference, blobs = opened("nda", NDA), WatchedBlobs(platform)
    paul = Visitor(app_of(replace(platform, blobs=blobs))).sign_in(people("paul"), people.password)
    tab = f"/dossiers/{reference}?tab=attachments"
    form = paul.form(tab, f"/dossiers/{reference}/attachments")
    form["files"], form["visibility"] = [Upload("plan.txt", b"a plan", "text/plain")], "client"
    number = form.submit(status=303).follow().html.find("a", string="plan.txt")["href"].rsplit("/", 1)[1]
    form = paul.form(tab, f"/dossiers/{reference}/attachments/{number}/versions")
    form["files"] = Upload("plan 2.txt", b"a better plan", "text/plain")
    form.submit(status=303)
    address = f"/dossiers/{reference}/steps/ask"
    form = paul.form(address, address)
    form["comment"], form["step_files"] = "Which of them?", [Upload("list.txt", b"a list", "text/plain")]
    form.submit(status=303)
    assert blobs.locked == [0, 0, 0]
    assert dossier_of(platform, reference).state == "more_information"
    assert "list.txt" in paul.get(tab).text


def test_two_who_withdraw_a_file_at_once_withdraw_it_once(platform: Platform, people: People, opened: Opened) -> None:
    """D6, T5: the second reads that it was withdrawn; the service locks the dossier itself, whatever the post holds."""
    reference, paul = opened("nda", NDA), people("paul").id
    with acting_on(platform, people("paul")) as work:
        (row,) = attach_files(work, reference, [FileUpload("plan.txt", "text/plain", io.BytesIO(b"a plan"))])
        work.session.flush()
        number = row.id

    def withdraw_it(work: UnitOfWork) -> None:
        withdraw(work, reference, number, "The wrong one.")

    assert sorted(concurrency.at_once(platform, (paul, withdraw_it), (paul, withdraw_it))) == ["", "Refused"]
