"""Time passing on dossiers: fired by jobs, once in effect, in due order, also after a pause of the process."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from formengine.mail import open_transport
from formengine.services.approvals import decisions as deciding
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import timers as waking
from formengine.services.dossiers.overview import overview
from formengine.services.notifications.delivery import deliver_batch
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Deadline
from formengine.work import worker_of
from tests.services.conftest import MONDAY, Case, MakeCase
from tests.support.platforms import acting_on
from tests.support.server import Waiting
from tests.support.smtp import Inbox

pytestmark = pytest.mark.site("casework")


def wake(case: Case) -> None:
    case(None, lambda work, reference: waking.fire_timers(work, reference))


def mails(case: Case) -> list[tuple[str, str]]:
    def read(work: UnitOfWork, dossier: Dossier) -> list[tuple[str, str]]:
        rows = work.session.scalars(select(Mail).where(Mail.dossier_id == dossier.id).order_by(Mail.id))
        return [(row.kind, row.to.split("@")[0]) for row in rows if row.kind.startswith(("deadline", "approval_rem"))]

    return case.reads(read)


def test_a_deadline_is_near_then_missed_then_met(make_case: MakeCase) -> None:
    """W9: Monday 10:00 and two working days: a reminder after one, missed after two, told once each."""
    case = make_case()
    assert case.deadlines == {"Turnaround": "running", "First answer": "running"}
    assert case.dossier.wake_at == MONDAY + timedelta(days=1)
    case.later(hours=23)
    wake(case)
    assert mails(case) == []
    case.later(hours=1)
    wake(case)
    wake(case)
    assert mails(case) == [("deadline_near", "paul"), ("deadline_near", "ana")]
    case.later(days=1)
    wake(case)
    wake(case)
    assert mails(case)[2:] == [("deadline_missed", "ines")]
    assert case.deadlines["First answer"] == "missed"
    assert case.kinds().count("deadline_missed") == 1
    case.step("paul", "finish")
    assert case.deadlines == {"Turnaround": "met", "First answer": "missed"}
    assert case.whole()


def test_a_pause_keeps_what_is_left(make_case: MakeCase) -> None:
    """W9: in a waiting state the dossier's deadline is shown as paused, and continues with the remaining time
    afterwards.
    """
    case = make_case()
    case.later(hours=2)
    case.step("paul", "pause")
    assert case.deadlines == {"Turnaround": "paused", "First answer": "met"}
    shown = case.reads(lambda work, dossier: overview(work, dossier).deadlines, "paul")
    assert {one.name: one.status for one in shown}["Turnaround"] == "paused"
    case.later(days=14)
    wake(case)
    case.step("paul", "resume")
    due = case.reads(
        lambda work, _: work.session.scalars(select(Deadline.due).where(Deadline.name == "Turnaround")).one()
    )
    assert due == datetime(2026, 3, 30, 8, tzinfo=UTC)  # fourteen days later, and Paris is at summer time


def test_a_deadline_follows_its_date_fact_and_moves_the_dossier(make_case: MakeCase) -> None:
    """W9: five days before the end date, at the calendar's opening hour; it moves with the date, and then moves the
    dossier.
    """
    case = make_case()
    case.step("paul", "watch", end_date="2026-03-20")
    assert case.dossier.wake_at == datetime(2026, 3, 15, 8, tzinfo=UTC)
    case.step("paul", "move_term", end_date="2026-04-20")
    case.now = datetime(2026, 3, 15, 9, tzinfo=UTC)
    wake(case)
    assert case.state == "watched"
    case.now = datetime(2026, 4, 15, 7, tzinfo=UTC)
    wake(case)
    step = [e for e in case.history() if e.kind == "step"][-1]
    assert (case.state, step.payload["transition"], step.by) == ("done", "deadline", None)


def test_what_came_due_while_nobody_looked_fires_in_due_order(make_case: MakeCase) -> None:
    """W9: the process was down for a month: the state's deadline, then the dossier's, each once."""
    case = make_case()
    case.later(days=31)
    wake(case)
    missed = [e.payload["data"]["name"] for e in case.history() if e.kind == "deadline_missed"]
    assert missed == ["First answer", "Turnaround"]
    assert case.dossier.priority == "high"
    wake(case)
    assert case.kinds().count("deadline_missed") == 2


def test_an_approval_is_reminded_then_escalated(make_case: MakeCase) -> None:
    """W7: every two working days, and after five the chief gets a seat for the same entry; a vote there counts."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    case.later(days=2)
    wake(case)
    assert mails(case) == [("approval_reminder", "bo"), ("approval_reminder", "di")]
    case.later(days=5)
    wake(case)
    assert case.seats == {"bo": "open", "di": "open", "ines": "open"}
    assert case.kinds().count("escalated") >= 1
    case("ines", deciding.decide, "approve")
    case("bo", deciding.decide, "approve")
    assert case.rounds == [("internal", 1, "open")]
    assert case.state == "approval"


def test_two_workers_race_for_one_deadline(make_case: MakeCase) -> None:
    """W9, T8: the worker that gets the row first fires the deadline; the other finds nothing due."""
    case = make_case()
    case.later(days=2)
    start, raised = Barrier(6), list[Exception]()

    def race() -> None:
        start.wait(10)
        try:
            wake(case)
        except Exception as problem:
            raised.append(problem)

    threads = [Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert raised == []
    assert case.kinds().count("deadline_missed") == 1
    assert len(mails(case)) == 1  # the reminder's time has gone by
    assert case.whole()


def test_a_worker_fires_it_when_it_starts(make_case: MakeCase, platform: Platform, eventually: Waiting) -> None:
    """W9: a deadline two days past, enqueued already and found again by the worker; in effect it fires once."""
    case = make_case(now=datetime.now(UTC))
    with acting_on(platform, None) as work:
        past = datetime.now(UTC) - timedelta(days=2)
        only = Deadline.name == "First answer"
        work.session.execute(update(Deadline).where(only).values(due=past, next_at=past))
        work.session.execute(update(Dossier).values(wake_at=past))
        assert waking.enqueue_due_dossiers(work) == 1
        waking.enqueue_due_dossiers(work)
    worker = worker_of(platform)
    worker.start()
    try:
        eventually(lambda: "deadline_missed" in case.kinds(), 20)
    finally:
        worker.stop(drain=True)
    assert case.kinds().count("deadline_missed") == 1
    assert case.deadlines["First answer"] == "missed"


def test_every_reminder_of_weeks_is_sent(make_case: MakeCase, platform: Platform, smtp: Inbox) -> None:
    """W7, N3: each has a Message-ID and an entry of its own, and reaches the mailbox."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for _ in range(21 * 24):
        case.later(hours=1)
        wake(case)
    reminded = [entry for entry in case.history() if entry.kind == "reminded"]
    expected = Counter(case.name(person) for entry in reminded for person in entry.payload["data"]["people"])
    assert expected["bo"] == expected["di"] == 7, "every two working days of fifteen"
    rows = case.reads(lambda work, _: list(work.session.scalars(select(Mail).where(Mail.kind == "approval_reminder"))))
    assert Counter(row.to.split("@")[0] for row in rows) == expected
    deliver_batch(platform, open_transport(smtp.url), [row.id for row in rows])
    assert Counter(str(message["To"]).split("@")[0] for message in smtp.messages) == expected
    assert len({str(message["Message-ID"]) for message in smtp.messages}) == len(rows)
    assert case.whole()
