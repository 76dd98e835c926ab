"""Tests of the test fixtures."""

from __future__ import annotations

import smtplib

import pytest
from playwright.sync_api import Page

from formengine.services.core.unit_of_work import Platform
from formengine.storage import Database
from formengine.storage.migrations import current, newest
from formengine.storage.models.people import Department, Organisation
from tests.support.browser import sign_in
from tests.support.people import People
from tests.support.server import Served
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


def test_mail_server_stores_mails(smtp: Inbox) -> None:
    with smtplib.SMTP("127.0.0.1", int(smtp.url.rsplit(":", 1)[1])) as client:
        client.sendmail("a@example.com", ["b@example.com"], "To: b@example.com\r\n\r\nhello\r\n")
    assert smtp.wait(1)[0]["To"] == "b@example.com"


def test_people_have_departments_and_managers(platform: Platform, people: People) -> None:
    maya = people("maya")
    assert maya.manager_id == people("cleo").id
    assert maya.state == "active"
    with platform.database.reading() as session:
        department = session.get_one(Department, maya.department_id)
    assert (department.short, department.head_id) == ("sales", people("cleo").id)


@pytest.mark.browser
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_sign_in_to_the_served_portal(served: Served, people: People, page: Page) -> None:
    """U1: the whole application, a real browser, a real session."""
    sign_in(page, served.url, people("maya").email)
    page.get_by_role("link", name="New request").first.wait_for()
