"""A mail that the server rejects permanently: shown to admins, and resent."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import Person
from tests.support.platforms import MakePlatform
from tests.support.server import Served, Waiting, serving
from tests.support.smtp import Inbox
from tests.web.conftest import Visiting, link_in, post


@pytest.fixture
def platform(make_platform: MakePlatform, smtp: Inbox) -> Platform:
    return make_platform(mail_url=smtp.url)


@pytest.fixture
def delivering(platform: Platform, listening: socket.socket) -> Iterator[Served]:
    with serving(platform, listening) as running:
        yield running


def test_rejected_invitation_is_shown_and_resent(
    delivering: Served, visiting: Visiting, admin: Person, smtp: Inbox, eventually: Waiting
) -> None:
    """N3, P2, P3, U2: status 550 is final; the admin page shows the server's error and resends under the same
    Message-ID; the link then works."""
    smtp.answers = ["550 no such mailbox here"]
    client = visiting(admin)
    post(client, client.get("/admin/people/new"), "/admin/people", email="noor@example.com", name="Noor", role="client")
    eventually(lambda: "no such mailbox here" in client.get("/admin/mail"), 20)
    page = client.get("/admin/mail")
    assert "noor@example.com" in page
    assert smtp.messages == []
    form = page.forms[next(n for n, candidate in page.forms.items() if candidate.action == "/admin/mail/resend")]
    form.submit("all", status=303)
    (arrived,) = smtp.wait(1)
    assert arrived["To"] == "noor@example.com"
    eventually(lambda: "No mail has failed" in client.get("/admin/mail"), 10)
    hers, path = visiting(), link_in(arrived.get_body(("plain",)).get_content())
    welcome = post(hers, hers.get(path), path, password="words that nobody guesses")
    assert "you are signed in" in welcome.follow()
