"""Rotation of the site's secret: softly with the old one behind the new one, else sessions and links end."""

from __future__ import annotations

import pytest
from webtest import TestApp

from formengine.services.accounts import api_tokens, invitations
from formengine.services.accounts.sign_in_throttle import device_token_of, new_device_token
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import Person
from tests.support.mails import invitation_secret
from tests.support.platforms import MakePlatform, acting_on
from tests.support.server import app_of
from tests.web.conftest import Visiting, _browser, post

OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def platform(make_platform: MakePlatform) -> Platform:
    """The platform before the rotation."""
    return make_platform(secret=OLD)


def restarted(client: TestApp, platform: Platform) -> TestApp:
    """The same browser, after the portal was started anew with other settings."""
    return TestApp(app_of(platform), extra_environ=client.extra_environ, cookiejar=client.cookiejar)


def test_new_secret_before_the_old_one_changes_nothing_for_anybody(
    visiting: Visiting, platform: Platform, maya: Person, admin: Person, make_platform: MakePlatform
) -> None:
    """T11, T17: sessions, messages of the page before, and invitations in mails that are yet to be sent stay valid;
    what is signed from now on does not need the old secret."""
    client = visiting(maya)
    post(client, client.get("/account"), "/account/profile", name="Maya Lind")
    with acting_on(platform, admin) as work:
        invitations.invite(work, "new@example.com", "New", "client")
        bearer = api_tokens.create_token(work, maya, ["read"])
    rotated = make_platform(secret=f"{NEW} {OLD}")
    client = restarted(client, rotated)
    page = client.get("/account", status=200)
    assert "Your profile was saved." in page
    assert "This one" in page
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {bearer}"}, status=200)
    address = f"/invitations/{invitation_secret(rotated)}"
    invited = _browser(app_of(rotated))
    post(invited, invited.get(address, status=200), address, password="copper lantern walrus")
    finished = make_platform(secret=NEW)
    restarted(invited, finished).get("/account", status=200)
    post(client, page, "/account/log-out-everywhere")
    client.get("/account", status=303)


def test_another_secret_ends_sessions_and_one_time_links(
    visiting: Visiting, platform: Platform, maya: Person, admin: Person, make_platform: MakePlatform
) -> None:
    """T11, T17: whoever has read the old secret has nothing; API tokens do not depend on it."""
    client = visiting(maya)
    with acting_on(platform, admin) as work:
        invitations.invite(work, "new@example.com", "New", "client")
        bearer = api_tokens.create_token(work, maya, ["read"])
    sent = invitation_secret(platform)
    replaced = make_platform(secret=NEW)
    restarted(client, replaced).get("/account", status=303)
    stranger = _browser(app_of(replaced))
    stranger.get(f"/invitations/{sent}", status=410)
    stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {bearer}"}, status=200)
    with acting_on(replaced, admin) as work:
        invitations.invite(work, "new@example.com", "New", "client")
    stranger.get(f"/invitations/{invitation_secret(replaced)}", status=200)


def test_known_device_is_known_under_each_secret(make_platform: MakePlatform) -> None:
    """T19: the owner of an account keeps the tries of a known device through a rotation."""
    before, during, after = (make_platform(secret=s).settings.secret for s in (OLD, f"{NEW} {OLD}", NEW))
    token = new_device_token(before, "maya@example.com")
    assert device_token_of(during, "maya@example.com", ["x", "é.é", token]) == token
    assert device_token_of(during, "other@example.com", [token]) is None
    assert device_token_of(after, "maya@example.com", [token]) is None
