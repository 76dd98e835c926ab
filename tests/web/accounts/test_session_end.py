"""When sessions and API tokens end: by time, with the password, everywhere at once, and by an admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update
from webtest import TestApp

from formengine.services.accounts import api_tokens, invitations
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.people import ApiToken, Person, SignIn
from tests.support.mails import mail_text, worded
from tests.support.people import PASSWORD
from tests.support.platforms import MakePlatform, acting_on
from tests.support.server import app_of
from tests.web.conftest import Visiting, _browser, link_in, post

NEW_PASSWORD = "copper lantern walrus"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def token_of(platform: Platform, person: Person, **options: Any) -> str:
    with acting_on(platform, person) as work:
        return api_tokens.create_token(work, work.person, ["read"], **options)


def is_valid(client: TestApp, token: str) -> bool:
    """Whether the API takes a token."""
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}, status="*")
    assert answer.status_int in (200, 401)
    return bool(answer.status_int == 200)


def change_password(client: TestApp, platform: Platform, maya: Person) -> None:
    post(client, client.get("/account"), "/account/password", present=PASSWORD, new=NEW_PASSWORD)


def log_out_everywhere(client: TestApp, platform: Platform, maya: Person) -> None:
    post(client, client.get("/account"), "/account/log-out-everywhere")


def reset_password(client: TestApp, platform: Platform, maya: Person) -> None:
    from formengine.storage.models.mails import Mail

    with acting_on(platform, None, address="192.0.2.9") as work:
        invitations.request_password_reset(work, maya.email)
    with platform.database.reading() as session:
        mail = session.scalars(select(Mail).where(Mail.kind == "password")).one()
        address = link_in(mail_text(worded(platform, session, mail)))
    post(client, client.get(address), address, password=NEW_PASSWORD)


@pytest.mark.parametrize("end", [change_password, log_out_everywhere, reset_password])
def test_api_tokens_end_with_the_password_and_everywhere(
    visiting: Visiting, platform: Platform, maya: Person, admin: Person, end: Callable[..., None]
) -> None:
    """T11: a token that was stolen does not outlive what its owner does against it; others' tokens do."""
    client, other_client = visiting(maya), visiting(maya)
    token, foreign = token_of(platform, maya), token_of(platform, admin)
    assert is_valid(client, token)
    end(client, platform, maya)
    assert not is_valid(client, token)
    assert is_valid(client, foreign)
    other_client.get("/account", status=303)


def test_admin_ends_the_sessions_and_tokens_of_one_person(
    visiting: Visiting, platform: Platform, maya: Person, admin: Person
) -> None:
    """T11: on the person's page, which says how many there are; the account stays open, and the history says who."""
    hers, also_hers, client = visiting(maya), visiting(maya), visiting(admin)
    token = token_of(platform, maya)
    page = client.get(f"/admin/people/{maya.id}")
    assert "Signed in on 2 devices · 1 token for programs" in page
    page = post(client, page, f"/admin/people/{maya.id}/log-out-everywhere").follow(status=200)
    assert "is signed out on every device" in page
    assert "Signed in on 0 devices · 0 tokens for programs" in page
    for browser in (hers, also_hers):
        browser.get("/account", status=303)
    assert not is_valid(hers, token)
    client.get("/account", status=200)
    visiting(maya).get("/account", status=200)
    with platform.database.reading() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "logged_out_everywhere")).one()
    assert (entry.by, entry.payload["person"]) == (admin.id, maya.id)


def test_session_in_use_ends_at_its_longest(maya: Person, make_platform: MakePlatform) -> None:
    """T11, ASVS 7.3.2: a session used every other day ends `session_max_days` after signing in, not before."""
    platform = make_platform(session_days=3, session_max_days=7)
    begun = datetime.now(UTC)
    client = _browser(app_of(platform), maya)
    for day in (2, 4, 6):
        with time_machine.travel(begun + timedelta(days=day)):
            client.get("/account", status=200)
    with time_machine.travel(begun + timedelta(days=7, minutes=1)):
        client.get("/account", status=303)


def test_session_that_is_not_used_ends_before(maya: Person, make_platform: MakePlatform) -> None:
    """T11, ASVS 7.3.1."""
    client = _browser(app_of(make_platform(session_days=3, session_max_days=7)), maya)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3, minutes=1)):
        client.get("/account", status=303)


def test_shorter_lifetime_holds_for_sessions_that_are_open(
    visiting: Visiting, platform: Platform, maya: Person, make_platform: MakePlatform
) -> None:
    """T11: the setting counts when the session is read, not only when it was opened."""
    client = visiting(maya)
    with platform.database.transaction() as session:
        session.execute(update(SignIn).values(created_at=datetime.now(UTC) - timedelta(days=2)))
    client.get("/account", status=200)
    shorter = TestApp(
        app_of(make_platform(session_max_days=1)), extra_environ=client.extra_environ, cookiejar=client.cookiejar
    )
    shorter.get("/account", status=303)


def test_browser_keeps_the_cookie_for_the_longest_that_a_session_lasts(visiting: Visiting, maya: Person) -> None:
    """U1: else a session in daily use would end with its cookie, at the idle limit."""
    client = visiting(maya)
    (cookie,) = [cookie for cookie in client.cookiejar if cookie.name == "fe_session"]
    assert cookie.expires is not None
    assert cookie.expires - datetime.now(UTC).timestamp() > 29 * 86400


@pytest.mark.parametrize(("options", "days"), [({}, 365), ({"days": 30}, 30)])
def test_api_token_expires(
    visiting: Visiting, platform: Platform, maya: Person, options: dict[str, int], days: int
) -> None:
    """X5, T11: after a year, unless said otherwise."""
    client = visiting()
    token = token_of(platform, maya, **options)
    now = datetime.now(UTC)
    with time_machine.travel(now + timedelta(days=days, minutes=-5)):
        assert is_valid(client, token)
    with time_machine.travel(now + timedelta(days=days, minutes=5)):
        assert not is_valid(client, token)


def test_lifetime_of_a_token_is_chosen_on_the_account_page(
    visiting: Visiting, platform: Platform, maya: Person
) -> None:
    """X5: from a list; another number is refused at its field, and the page says until when a token works."""
    client = visiting(maya)
    form = next(f for f in client.get("/account/tokens").forms.values() if f.action == "/account/tokens")
    form["scopes"] = ["read"]
    form["days"] = "30"
    form.submit(status=200)
    with platform.database.reading() as session:
        row = session.scalars(select(ApiToken)).one()
    assert row.expires_at is not None
    assert row.expires_at - row.created_at == timedelta(days=30)
    assert "until" in client.get("/account/tokens").html.select_one("#tokens .fe-row").text
    for wrong in ("0", "9999", "x", ""):
        page = client.post(
            "/account/tokens", {"csrf_token": form["csrf_token"].value, "scopes": "read", "days": wrong}, status=422
        )
        assert "Write a number of days from 1 to 3650." in page
