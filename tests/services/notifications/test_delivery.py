"""Mails of one transaction: one job, one connection, and each mail's own attempts, delay and end."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.errors import DeliveryFailed
from formengine.jobs import Attempt, Queue, list_jobs, retry_job
from formengine.mail import MemoryTransport, open_transport
from formengine.services.core.unit_of_work import Platform
from formengine.services.notifications.delivery import run_delivery
from formengine.services.notifications.mail_text import word_mail
from formengine.services.notifications.mails import notify
from formengine.services.notifications.secret_text import SecretText
from formengine.storage.models.mails import Mail
from formengine.work import worker_of
from tests.jobs.job_site import until
from tests.support.platforms import MakePlatform, acting_on
from tests.support.smtp import Inbox

FIRST = Attempt("mail", 1, last=False)
READERS = [f"reader-{number}@example.com" for number in range(3)]


@pytest.fixture
def queue(platform: Platform) -> Queue:
    assert isinstance(platform.queue, Queue)
    return platform.queue


def notify_readers(platform: Platform, data: dict[str, object] | None = None, entry: str = "1") -> list[int]:
    with acting_on(platform, None) as work:
        data = data or {"link": "http://localhost/x", "days": 7}
        mails = notify(work, "invitation", READERS, data, entry=entry)
    return [mail.id for mail in mails]


def states(platform: Platform) -> list[tuple[str, int, str | None]]:
    with platform.database.reading() as session:
        return [(mail.state, mail.attempts, mail.error) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def test_all_mails_of_a_transaction_are_one_job(platform: Platform, queue: Queue) -> None:
    ids = notify_readers(platform)
    (job,) = list_jobs(queue)
    assert (job.kind, job.args) == ("deliver_mail", {"mails": ids})


def test_the_job_engine_is_imported_before_the_commit(platform: Platform, queue: Queue) -> None:
    """At the commit, under SQLite's write lock, the first mail of a process would make everybody wait for it."""
    with acting_on(platform, None) as work:
        notify(work, "invitation", READERS, {"link": "http://localhost/x", "days": 7})
        assert "client" in vars(queue)


def test_the_same_cause_writes_no_second_mail(platform: Platform) -> None:
    assert (len(notify_readers(platform)), len(notify_readers(platform))) == (3, 0)


def test_mails_of_a_savepoint_that_was_rolled_back_are_not_delivered(platform: Platform, queue: Queue) -> None:
    with acting_on(platform, None) as work:
        (kept,) = notify(work, "invitation", READERS[:1], {"link": "x", "days": 7})
        savepoint = work.session.begin_nested()
        notify(work, "invitation", READERS[1:2], {"link": "x", "days": 7})
        work.session.flush()
        savepoint.rollback()
    assert [job.args for job in list_jobs(queue)] == [{"mail": kept.id}]


def test_a_batch_is_sent_over_one_connection(platform: Platform, smtp: Inbox, counter: list[int]) -> None:
    ids = notify_readers(platform)
    run_delivery(platform, open_transport(smtp.url), {"mails": ids}, FIRST)
    assert [str(message["To"]) for message in smtp.messages] == READERS
    assert states(platform) == [("sent", 1, None)] * 3
    assert len(counter) == 1


def test_a_mail_of_a_batch_that_fails_gets_a_job_of_its_own(platform: Platform, queue: Queue, smtp: Inbox) -> None:
    """N3: 550 is dead at once and 451 is tried again, while the others are delivered; run again, nothing doubles."""
    ids = notify_readers(platform)
    smtp.answers = ["550 no such user", "451 try later"]
    for _time in range(2):
        run_delivery(platform, open_transport(smtp.url), {"mails": ids}, FIRST)
    assert [(state, attempts) for state, attempts, _error in states(platform)] == [
        ("failed", 1),
        ("retrying", 1),
        ("sent", 1),
    ]
    assert [str(message["To"]) for message in smtp.messages] == READERS[2:]
    jobs = {job.id: job for job in list_jobs(queue) if "mail" in job.args}
    refused, deferred = jobs[f"mail-{ids[0]}-1"], jobs[f"mail-{ids[1]}-1"]
    assert refused.args == {"mail": ids[0], "refused": True}
    assert (deferred.state, deferred.attempts, deferred.error) == ("retrying", 1, "451 try later")
    with pytest.raises(DeliveryFailed, match="no such user") as failure:
        run_delivery(platform, open_transport(smtp.url), refused.args, FIRST)
    assert failure.value.permanent


def test_a_refused_mail_is_a_dead_job_that_can_be_retried(
    platform: Platform, queue: Queue, smtp: Inbox, make_platform: MakePlatform
) -> None:
    mailing = make_platform(mail_url=smtp.url, database_url=platform.settings.database_url)
    smtp.answers = ["250 taken", "550 no such user"]
    ids = notify_readers(platform)
    with running(mailing):
        until(lambda: [job.id for job in list_jobs(queue, "dead")] == [f"mail-{ids[1]}-1"], 20)
        retry_job(queue, f"mail-{ids[1]}-1")
        until(lambda: [state for state, _attempts, _error in states(platform)] == ["sent"] * 3, 20)
    assert len({str(message["Message-ID"]) for message in smtp.messages}) == len(smtp.messages) == 3


def test_an_unreachable_server_is_tried_once_for_a_batch(platform: Platform, queue: Queue) -> None:
    ids = notify_readers(platform)
    run_delivery(platform, open_transport("smtp://127.0.0.1:1"), {"mails": ids}, FIRST)
    assert [(state, attempts) for state, attempts, _error in states(platform)] == [("retrying", 1)] * 3
    assert {job.state for job in list_jobs(queue) if "mail" in job.args} == {"retrying"}


def test_a_secret_lies_in_no_row_before_or_after_delivery(platform: Platform) -> None:
    """T17: the mail that goes out has the link; the row has a recipe before, and a mask after."""
    link = SecretText(platform.settings.secret, "http://localhost/invitations/")
    (first, *_others) = notify_readers(platform, {"link": link, "days": 7})
    with platform.database.reading() as session:
        mail = session.get_one(Mail, first)
        assert link.secret not in f"{mail.variables} {mail.subject} {mail.text}"
        assert link in word_mail(platform, session, mail)[1]
        assert link.secret not in word_mail(platform, session, mail, mask=True)[1]
    transport = MemoryTransport()
    run_delivery(platform, transport, {"mail": first}, FIRST)
    assert link in str(transport.sent[0].body)
    with platform.database.reading() as session:
        mail = session.get_one(Mail, first)
        assert "http://localhost/invitations/…" in str(mail.text)
        assert not {link.secret, link.nonce} & set(f"{mail.variables} {mail.text}".replace("'", " ").split())


def test_a_preview_keeps_its_links(platform: Platform) -> None:
    """With `dev:` nothing goes out: what /dev/mail shows is the mail."""
    link = SecretText(platform.settings.secret, "http://localhost/invitations/")
    (first, *_others) = notify_readers(platform, {"link": link, "days": 7})
    run_delivery(platform, open_transport("dev:"), {"mail": first}, FIRST)
    with platform.database.reading() as session:
        assert link in str(session.get_one(Mail, first).text)


def test_a_wording_that_fails_gives_way_to_plain_words(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = notify_readers(platform)
    monkeypatch.setattr("formengine.services.notifications.mail_text.render_mail", _fail)
    transport = MemoryTransport()
    run_delivery(platform, transport, {"mails": ids}, FIRST)
    assert "http://localhost/x" in str(transport.sent[0].body)
    assert states(platform) == [("sent", 1, None)] * 3


def test_a_mail_of_an_earlier_version_is_sent_as_it_was_written(platform: Platform) -> None:
    (first, *_others) = notify_readers(platform)
    with platform.database.transaction() as session:
        mail = session.get_one(Mail, first)
        mail.variables, mail.subject, mail.text = None, "Written long ago", "As it was."
    transport = MemoryTransport()
    run_delivery(platform, transport, {"mail": first}, FIRST)
    assert (transport.sent[0].subject, str(transport.sent[0].body).partition("\n\n-- \n")[0]) == (
        "Written long ago",
        "As it was.",
    )


def _fail(*_arguments: object) -> tuple[str, str]:
    raise ValueError("no words")


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One item for each connection that is opened."""
    from formengine.mail import transports

    opened: list[int] = []
    connect = transports._Smtp.connect

    def count(self: transports._Smtp, *args: object, **values: object) -> object:
        opened.append(1)
        return connect(self, *args, **values)

    monkeypatch.setattr(transports._Smtp, "connect", count)
    return opened


class running:
    """A worker of this process, while the context lasts."""

    def __init__(self, platform: Platform) -> None:
        self._worker = worker_of(platform)

    def __enter__(self) -> None:
        self._worker.start()

    def __exit__(self, *_error: object) -> None:
        self._worker.stop(timeout=5)
