"""Time passing on dossiers: fired by jobs, once in effect, in due order, also after a pause of the process."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from formengine.authoring import Bundle
from formengine.errors import Refused
from formengine.jobs import drain
from formengine.mail import open_transport
from formengine.services.approvals import decisions as deciding
from formengine.services.case.timeline import visible_history
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import timers as waking
from formengine.services.dossiers import transitions
from formengine.services.dossiers.overview import overview
from formengine.services.notifications.delivery import deliver_batch
from formengine.services.publishing.publications import publish
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Deadline
from formengine.work import functions_of, worker_of
from tests.services.conftest import MONDAY, Case, MakeCase
from tests.support.people import People
from tests.support.platforms import SITES, acting_on
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
    """W9, W18: five days before the end date, at the end of that day; it moves with the date, and then moves the
    dossier.
    """
    case = make_case()
    case.step("paul", "watch", end_date="2026-03-20")
    assert case.dossier.wake_at == datetime(2026, 3, 15, 23, tzinfo=UTC)
    case.step("paul", "move_term", end_date="2026-04-20")
    case.now = datetime(2026, 3, 16, 9, tzinfo=UTC)
    wake(case)
    assert case.state == "watched"
    case.now = datetime(2026, 4, 15, 22, tzinfo=UTC)
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
    sentence = next(entry.text for entry in case.reads(visible_history, "paul") if entry.kind == "escalated")
    assert sentence == "Asked as well, since Bo Jansen has not answered in time: Internal approval. Inès Carrel"
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


def test_a_job_that_comes_too_early_comes_again(make_case: MakeCase, platform: Platform, eventually: Waiting) -> None:
    """W9, T8: the clock that found the deadline due was an hour ahead; it is missed in time all the same, and once."""
    case = make_case(now=datetime.now(UTC))
    due = datetime.now(UTC) + timedelta(seconds=6)
    with acting_on(platform, None) as work:
        work.session.execute(update(Deadline).where(Deadline.name == "First answer").values(due=due, next_at=due))
        work.session.execute(update(Dossier).values(wake_at=due))
    with acting_on(platform, None, now=due + timedelta(hours=1)) as work:
        assert waking.enqueue_due_dossiers(work) == 1
    assert drain(platform.queue, functions_of(platform))
    assert datetime.now(UTC) < due, "the machine is too slow for this test"
    assert "deadline_missed" not in case.kinds()
    worker = worker_of(platform)
    worker.start()
    try:
        eventually(lambda: "deadline_missed" in case.kinds(), 20)
    finally:
        worker.stop(drain=True)
    assert case.kinds().count("deadline_missed") == 1
    assert case.whole()


@pytest.fixture
def make_recurring_case(platform: Platform, people: People, make_case: MakeCase) -> MakeCase:
    """A deal whose state `watched` has a deadline that comes round, and reminders that repeat."""

    def make(words: str) -> Case:
        people.all()
        site = Bundle.from_folder(SITES / "casework")
        path = "workflows/deal/workflow.yaml"
        text = site.files[path].decode().replace("before: 5 days\n        of: end_date", words)
        text = text.replace("then: {go: done}", "then: {tell: [chief]}")
        text = text.replace("Finir}, from: draft", "Finir}, from: [draft, watched]")
        with acting_on(platform, people("sam")) as work:
            publish(work, Bundle({**site.files, path: text.encode()}))
        return make_case()

    return make


def test_what_comes_round_is_reminded_of_and_missed_each_time(
    make_recurring_case: MakeCase, platform: Platform, smtp: Inbox
) -> None:
    """W18, N3: ten weeks through jobs and the mailbox; each reminder and each miss is a mail and an entry."""
    words = "on: end_date\n        every: 2 weeks\n        remind: every 3 days\n        tell: [lead]"
    case = make_recurring_case(words)
    case.step("paul", "watch", end_date="2026-03-10")
    for _ in range(10 * 7 * 4):
        case.later(hours=6)
        wake(case)
    term = [
        e.payload["data"] for e in case.history() if e.kind == "deadline_missed" and e.payload["data"]["name"] == "Term"
    ]
    assert [data["due"][:10] for data in term] == ["2026-03-10", "2026-03-24", "2026-04-07", "2026-04-21", "2026-05-05"]
    reminded = [entry for entry in case.history() if entry.kind == "deadline_reminded"]
    assert len(reminded) == 2 + 4 * 4 + 1, "5 and 8 March, then four in each fortnight, then 9 May"
    rows = case.reads(lambda work, _: list(work.session.scalars(select(Mail).where(Mail.kind.like("deadline_%")))))
    expected = Counter(case.name(person) for entry in reminded for person in entry.payload["data"]["people"])
    assert Counter(row.to.split("@")[0] for row in rows if row.kind == "deadline_near") == expected
    deliver_batch(platform, open_transport(smtp.url), [row.id for row in rows])
    assert len({str(message["Message-ID"]) for message in smtp.messages}) == len(rows) == len(smtp.messages)
    assert case.whole()


def test_an_extension_is_recorded_and_told(make_extended_case: MakeCase, platform: Platform, smtp: Inbox) -> None:
    """W18: an entry with both days, a mail to whom the deadline tells, and the dates of the dossier."""
    case = make_extended_case()
    case("paul", transitions.perform, "extend", case.dossier.version, {}, "The court is closed.")
    entry = next(entry for entry in case.history() if entry.kind == "extended")
    assert entry.payload["comment"] == "The court is closed."
    dates = {"en": "from 2 April 2026, end of day to 2 June 2026, end of day"}
    dates["fr"] = "du 2 avril 2026, fin de journée au 2 juin 2026, fin de journée"
    for language, sentence in (
        ("en", f"Deadline extended by 2 months: Reply, {dates['en']}"),
        ("fr", f"Échéance prolongée de 2 mois\u00a0: Réponse, {dates['fr']}"),
    ):
        with acting_on(platform, case.people("paul"), now=case.now) as work:
            work.language = language
            assert sentence in [line.text for line in visible_history(work, case.row(work))]
    (view,) = [v for v in case.reads(lambda work, dossier: overview(work, dossier).deadlines, "paul") if v.extensions]
    (extension,) = view.extensions
    assert (view.last_day, extension.last_day_before, extension.length) == ("2026-06-02", "2026-04-02", "2 months")
    assert (extension.by, extension.comment) == (case.people("paul").name, "The court is closed.")
    rows = case.reads(lambda work, _: list(work.session.scalars(select(Mail).where(Mail.kind == "extended"))))
    assert [row.to.split("@")[0] for row in rows] == ["ines"]
    deliver_batch(platform, open_transport(smtp.url), [row.id for row in rows])
    text = smtp.messages[0].get_body(("plain",)).get_content()
    days = ("au 2 juin 2026, fin de journée", "auparavant fixée au 2 avril 2026, fin de journée")
    for line in (*days, "The court is closed."):
        assert line in " ".join(text.split(" ")).replace("\n", " ")
    with pytest.raises(Refused, match="extended already"):
        case("paul", transitions.perform, "extend", case.dossier.version, {}, "Again.")
    assert case.whole()


@pytest.fixture
def make_extended_case(platform: Platform, people: People, make_case: MakeCase) -> MakeCase:
    """A deal whose turnaround is a month, and a step that extends it by two, once."""

    def make() -> Case:
        people.all()
        site = Bundle.from_folder(SITES / "casework")
        path = "workflows/deal/workflow.yaml"
        text = (
            site.files[path].decode().replace("{en: Turnaround, fr: Délai}", "{en: Reply, fr: Réponse}\n    id: reply")
        )
        text = text.replace("    within: 10 working days\n", "    within: 1 month\n    tell: [lead, chief]\n", 1)
        step = "from: draft, to: draft, who: [lead], requires_comment: true"
        step += ", do: [{extend: reply, by: 2 months, at_most: 1}]"
        text = text.replace(
            "transitions:\n", f"transitions:\n  extend: {{title: {{en: Extend, fr: Prolonger}}, {step}}}\n", 1
        )
        with acting_on(platform, people("sam")) as work:
            publish(work, Bundle({**site.files, path: text.encode()}))
        return make_case()

    return make


def test_what_no_longer_applies_is_not_shown_as_running(make_recurring_case: MakeCase) -> None:
    """W18: on the page and on the desk; its answers cannot change any more."""
    case = make_recurring_case("before: 5 days\n        of: end_date\n        when: subject is Tables")
    case.step("paul", "watch", end_date="2026-03-20")
    shown = case.reads(lambda work, dossier: overview(work, dossier).deadlines, "paul")
    assert [(view.name, view.status, view.applies) for view in shown if view.name == "Term"] == [("Term", "met", False)]
    assert case.dossier.wake_at != datetime(2026, 3, 15, 23, tzinfo=UTC)


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
