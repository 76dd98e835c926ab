"""How many SQL statements a write runs in a service, with unrelated rows around: none twice, and none per recipient.

A page adds its session and its person to these. BEGIN, COMMIT and savepoints do not count.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

import pytest

from formengine.forms import Upload
from formengine.mail import MemoryTransport
from formengine.services.accounts.sessions import sign_in
from formengine.services.core.unit_of_work import Platform, UnitOfWork, open_work, run_in_transaction
from formengine.services.dossiers.assignment import claim, watch
from formengine.services.dossiers.notes import add_note
from formengine.services.dossiers.timers import fire_timers
from formengine.services.intake.submissions import submit
from formengine.services.notifications.delivery import deliver_batch
from formengine.services.notifications.mails import notify
from formengine.storage.database import READ
from tests.support.people import PASSWORD, People
from tests.support.statements import recorded_statements

pytestmark = pytest.mark.site("casework")

SUBMISSION: Final = 28
STEP: Final = 28
NOTE: Final = 15
SIGN_IN: Final = 15
TIMERS: Final = 20


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def reference(platform: Platform, people: People) -> str:
    """A dossier of Maya's, with other dossiers and people around."""
    people.all()
    for number in range(3):
        submit_deal(platform, people, f"Unrelated {number}")
    return submit_deal(platform, people, "Chairs")


def submit_deal(platform: Platform, people: People, subject: str, key: str | None = None) -> str:
    return run_in_transaction(
        platform, lambda work: submit(work, "deal", {"subject": subject}, key=key).dossier.reference, people("maya").id
    )


def count(platform: Platform, act: Callable[[], object], limit: int) -> int:
    """The number of statements of an act, at most `limit`, of which none is an exact repeat."""
    with recorded_statements(platform.database) as recorder:
        act()
    assert recorder.repeats == [], recorder.report()
    assert len(recorder.statements) <= limit, recorder.report()
    return len(recorder.statements)


def write_note(platform: Platform, people: People, reference: str) -> Callable[[], object]:
    def act(work: UnitOfWork) -> object:
        return add_note(work, reference, "The chairs are blue.")

    return lambda: run_in_transaction(platform, act, people("maya").id)


def test_submission(platform: Platform, people: People, reference: str) -> None:
    before = count(platform, lambda: submit_deal(platform, people, "Tables", "key-1"), SUBMISSION)
    for number in range(5):
        submit_deal(platform, people, f"More {number}")
        people.add(f"more-{number}@example.com")
    assert count(platform, lambda: submit_deal(platform, people, "Lamps", "key-2"), SUBMISSION) == before


def test_note_with_many_watchers(platform: Platform, people: People, reference: str) -> None:
    """As many statements for ten people to be told as for one: their mails are one batch and one job."""
    before = count(platform, write_note(platform, people, reference), NOTE)
    for number in range(9):
        counsel = people.add(f"watcher-{number}@example.com", "counsel")
        run_in_transaction(platform, lambda work, who=counsel.id: watch(work, reference, who), people("ines").id)
    assert count(platform, write_note(platform, people, reference), NOTE) == before


def test_step(platform: Platform, people: People, reference: str) -> None:
    count(platform, lambda: run_in_transaction(platform, lambda work: claim(work, reference), people("paul").id), STEP)


def test_sign_in(platform: Platform, people: People, reference: str) -> None:
    def act() -> None:
        with open_work(platform, mode=READ) as work:
            sign_in(work, people("maya").email, PASSWORD)

    act()
    count(platform, act, SIGN_IN)


def test_timers(platform: Platform, people: People, reference: str) -> None:
    count(platform, lambda: run_in_transaction(platform, lambda work: fire_timers(work, reference)), TIMERS)


@pytest.mark.parametrize("mails", [2, 20])
def test_delivery(platform: Platform, reference: str, mails: int) -> None:
    """Each mail is marked as sent in a transaction of its own, by one statement; all else is read once."""
    to = [f"reader-{number}@example.com" for number in range(mails)]
    rows = run_in_transaction(platform, lambda work: notify(work, "invitation", to, {"link": "x", "days": 7}))
    transport = MemoryTransport()
    count(platform, lambda: deliver_batch(platform, transport, [mail.id for mail in rows]), 4 + mails)
    assert len(transport.sent) == mails


def test_note_with_mentions_and_files(platform: Platform, people: People, reference: str) -> None:
    """As many statements for several people mentioned and several files as for one of each."""
    lena, ana = people("lena").id, people("ana").id

    def write(mentions: list[str], files: int) -> Callable[[], object]:
        uploads = [Upload(f"{n}.txt", "text/plain", BytesIO(f"file {n} of {files}".encode())) for n in range(files)]
        return lambda: run_in_transaction(
            platform, lambda work: add_note(work, reference, "Look.", False, uploads, mentions), people("paul").id
        )

    before = count(platform, write([lena], 1), NOTE + 7)
    assert count(platform, write([lena, ana], 4), NOTE + 7) == before
