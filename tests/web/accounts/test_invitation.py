"""Invitations and password resets, from the admin page to the first sign-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import OneTimeLink, Person
from tests.support.mails import mail_text, worded
from tests.support.people import PASSWORD
from tests.web.conftest import Visiting, link_in, post, sign_in

NEW = "a few words of mine"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def mails_to(platform: Platform, address: str) -> list[Mail]:
    with platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.to == address).order_by(Mail.id))
        return [worded(platform, session, mail) for mail in rows.all()]


def invite(visiting: Visiting, admin: Person, email: str = "joe@example.com", **values: str) -> Any:
    client = visiting(admin)
    page = client.get("/admin/people/new")
    return post(client, page, "/admin/people", email=email, name="Joe Miller", **values).follow()


def choose(client: Any, link: str, password: str = NEW, status: int = 303) -> Any:
    return post(client, client.get(link), link, status=status, password=password)


def test_an_invited_person_chooses_a_password_and_is_signed_in(
    visiting: Visiting, admin: Person, platform: Platform
) -> None:
    """P2, P3, U2: the link in the mail opens a page to choose a password, which also signs in."""
    assert "joe@example.com was invited." in invite(visiting, admin, role="counsel", language="fr")
    mail = mails_to(platform, "joe@example.com")[0]
    assert (mail.kind, mail.language) == ("invitation", "fr")
    joe = visiting()
    response = choose(joe, link_in(mail_text(mail)))
    assert response.location == "http://localhost/"
    account = joe.get("/account")
    assert "Joe Miller" in account
    assert account.html.html["lang"] == "fr"
    sign_in(visiting(), "joe@example.com", NEW, status=303)
    with platform.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == "joe@example.com")).one()
        assert (person.state, person.role) == ("active", "counsel")
        assert list(verify_chains(session)) == []


def test_opening_a_link_does_not_consume_it(visiting: Visiting, admin: Person, platform: Platform) -> None:
    """U2: mail scanners that follow links do not invalidate them (T17)."""
    invite(visiting, admin)
    link = link_in(mail_text(mails_to(platform, "joe@example.com")[0]))
    for _time in range(3):
        visiting().get(link)
        visiting().head(link)
    weak = choose(visiting(), link, "short", status=422)
    assert "Choose at least 12 characters." in weak
    choose(visiting(), link)


def test_invalid_link_answers_410_and_offers_a_new_one(visiting: Visiting, admin: Person, platform: Platform) -> None:
    """U2: used, expired, withdrawn and unknown links."""
    invite(visiting, admin)
    first = link_in(mail_text(mails_to(platform, "joe@example.com")[0]))
    with platform.database.transaction() as session:
        session.execute(update(OneTimeLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    stranger = visiting()
    spent = stranger.get(first, status=410)
    assert "valid for a limited time" in spent
    sent = post(stranger, spent, f"{first}/renew", status=200)
    assert "a new one is on its way" in sent
    second = link_in(mail_text(mails_to(platform, "joe@example.com")[1]))
    assert second != first
    choose(stranger, second)
    assert "used already" in visiting().get(second, status=410)
    assert "withdrawn" in visiting().get(first, status=410)
    assert "not one of our links" in visiting().get("/invitations/nonsense", status=410)


def test_invitation_is_resent_or_withdrawn(visiting: Visiting, admin: Person, platform: Platform) -> None:
    """U2: a resent invitation invalidates the earlier link; a withdrawn one has no valid link."""
    invite(visiting, admin)
    client = visiting(admin)
    with platform.database.reading() as session:
        joe = session.scalars(select(Person).where(Person.email == "joe@example.com")).one()
    page = client.get(f"/admin/people/{joe.id}")
    assert "The link that was mailed works until" in page
    post(client, page, f"/admin/people/{joe.id}/invitation")
    first, second = (link_in(mail_text(mail)) for mail in mails_to(platform, "joe@example.com"))
    assert "withdrawn" in visiting().get(first, status=410)
    visiting().get(second, status=200)
    post(client, page, f"/admin/people/{joe.id}/withdraw")
    assert "withdrawn" in visiting().get(second, status=410)
    post(client, page, f"/admin/people/{joe.id}/invitation", status=403)
    invite(visiting, admin)  # accepted again: the account is reopened
    choose(visiting(), link_in(mail_text(mails_to(platform, "joe@example.com")[-1])))


def test_invalid_invitation_keeps_typed_values(visiting: Visiting, admin: Person, maya: Person) -> None:
    """U2: each error is shown at its field."""
    client = visiting(admin)
    for address, message in (("no address", "whole e-mail address"), (maya.email, "account with this address already")):
        page = post(client, client.get("/admin/people/new"), "/admin/people", status=422, email=address, name="Joe")
        field = page.html.find(id="email")
        assert field["value"] == address
        assert field["aria-invalid"] == "true"
        assert message in page.html.find(id=field["aria-describedby"]).get_text()
        assert page.html.select_one("[data-error-summary] a")["href"] == "#email"


def test_password_reset_by_link(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """U4: the link is valid for an hour; the reset ends every session."""
    other_session = visiting(maya)
    client = visiting()
    post(client, client.get("/forgotten-password"), "/forgotten-password", status=200, email=maya.email)
    mail = mails_to(platform, maya.email)[0]
    assert mail.kind == "password"
    with platform.database.reading() as session:
        link = session.scalars(select(OneTimeLink)).one()
        assert link.expires_at - link.created_at == timedelta(hours=1)
        assert link_in(mail_text(mail)).rsplit("/", 1)[1] != link.secret_hash
    choose(client, link_in(mail_text(mail)))
    assert other_session.get("/account").status_int == 303
    sign_in(visiting(), maya.email, PASSWORD, status=422)
    sign_in(visiting(), maya.email, NEW, status=303)


def test_reset_request_does_not_reveal_whether_an_account_exists(
    visiting: Visiting, maya: Person, platform: Platform
) -> None:
    """U4: the response is the same with and without an account; without one, no mail is sent (T18)."""
    client = visiting()
    texts = []
    for address in (maya.email, "nobody@example.com"):
        page = client.get("/forgotten-password")
        answer = post(client, page, "/forgotten-password", status=200, email=address)
        texts.append(answer.html.find("main").get_text().replace(address, "X"))
    assert texts[0] == texts[1]
    assert mails_to(platform, "nobody@example.com") == []


def test_forged_host_header_does_not_change_links(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """U4: links are built from the configured base URL only (T20)."""
    client = visiting(HTTP_HOST="evil.example:80", HTTP_X_FORWARDED_HOST="evil.example")
    post(client, client.get("/forgotten-password"), "/forgotten-password", status=200, email=maya.email)
    text = mail_text(mails_to(platform, maya.email)[0])
    assert "evil" not in text
    assert f"{platform.settings.base_url}/invitations/" in text
