"""The tests' own ground holds."""

from __future__ import annotations

from formengine.storage import Database
from formengine.storage.migrations import current, newest
from formengine.storage.people import Organisation
from tests.support.smtp import Inbox


def test_a_database_of_each_kind_is_migrated(database: Database) -> None:
    assert current(database) == newest()


def test_two_tests_do_not_share_a_database(database: Database) -> None:
    with database.transaction() as session:
        assert session.query(Organisation).count() == 0
        session.add(Organisation(short="alder", name="Alder"))


def test_two_tests_do_not_share_a_database_either(database: Database) -> None:
    with database.transaction() as session:
        assert session.query(Organisation).count() == 0
        session.add(Organisation(short="alder", name="Alder"))


def test_the_mail_server_keeps_what_it_is_given(smtp: Inbox) -> None:
    import smtplib

    with smtplib.SMTP("127.0.0.1", int(smtp.url.rsplit(":", 1)[1])) as client:
        client.sendmail("a@example.com", ["b@example.com"], "To: b@example.com\r\n\r\nhello\r\n")
    assert smtp.wait(1)[0]["To"] == "b@example.com"
