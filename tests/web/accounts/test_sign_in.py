"""Signing in and out, and the session cookie."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from formengine.services.accounts import sign_in_throttle
from formengine.services.accounts.invitations import CONSTANT_RESPONSE_SECONDS, request_password_reset
from formengine.services.core import rate_limits as limits
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.storage.models.people import Person, SignIn
from formengine.web import make_app
from formengine.web.unit_of_work import ANONYMOUS
from tests.support.people import PASSWORD, People
from tests.support.platforms import MakePlatform
from tests.web.conftest import Visiting, _browser, form_of, post, sign_in


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def test_sign_in_returns_to_the_requested_page(visiting: Visiting, maya: Person) -> None:
    """U1: a page that requires an account redirects to the sign-in page, which redirects back."""
    stranger = visiting()
    redirect = stranger.get("/account?x=1")
    assert redirect.status_int == 303
    assert redirect.location.endswith("/sign-in?next=%2Faccount%3Fx%3D1")
    page = redirect.follow()
    form = page.forms[form_of("/sign-in", page)]
    form["email"], form["password"] = maya.email.upper(), PASSWORD
    back = form.submit()
    assert back.location.endswith("/account?x=1")
    assert maya.name in back.follow().text


def test_who_signs_in_in_another_language_than_their_account_is_told(visiting: Visiting, maya: Person) -> None:
    """F11: once, in the language that was chosen; from then on, the sign-in page is in the account's."""
    client = visiting()
    assert 'lang="fr"' in client.get("/sign-in?lang=fr").text
    page = sign_in(client, maya.email).follow()
    assert 'html lang="en"' in page.text
    assert "Votre compte est en anglais." in page.text
    post(client, page, "/sign-out")
    assert 'html lang="en"' in client.get("/sign-in").text
    assert "Votre compte" not in sign_in(client, maya.email).follow().text


def test_cookie_holds_a_random_id_and_the_database_its_hash(
    visiting: Visiting, maya: Person, platform: Platform
) -> None:
    """U1: HttpOnly, SameSite=Lax; no value in the database can be used as a cookie."""
    client = visiting()
    answer = sign_in(client, maya.email)
    cookie = next(c for c in answer.headers.getall("Set-Cookie") if c.startswith("fe_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secret = cookie.split("=", 1)[1].split(";")[0]
    assert len(secret) >= 43
    with platform.database.reading() as session:
        row = session.scalars(select(SignIn)).one()
    assert secret not in (row.id_hash, row.person_id)


def test_sign_in_replaces_the_session_id(visiting: Visiting, maya: Person) -> None:
    """U1: an id from before the sign-in is worthless afterwards (session fixation)."""
    client = visiting()
    client.set_cookie("fe_session", "planted-by-somebody-else")
    sign_in(client, maya.email)
    assert client.cookies["fe_session"] != "planted-by-somebody-else"
    first = client.cookies["fe_session"]
    thief = visiting()
    thief.set_cookie("fe_session", "planted-by-somebody-else")
    assert thief.get("/account").status_int == 303
    client.get("/sign-in", status=303)
    again = visiting()
    again.set_cookie("fe_session", first)
    sign_out_page = client.get("/account")
    post(client, sign_out_page, "/sign-out")
    assert again.get("/account").status_int == 303


def test_sign_in_replaces_the_csrf_token(visiting: Visiting, maya: Person) -> None:
    """U1: a token obtained before the sign-in is rejected afterwards."""
    client = visiting()
    before = client.get("/sign-in").forms[form_of("/sign-in", client.get("/sign-in"))]["csrf_token"].value
    sign_in(client, maya.email)
    page = client.get("/account")
    assert page.forms[form_of("/sign-out", page)]["csrf_token"].value != before


@pytest.mark.parametrize("state", ["invited", "closed"])
def test_failed_sign_ins_are_indistinguishable(
    visiting: Visiting, maya: Person, platform: Platform, state: str
) -> None:
    """U4: wrong password, unknown address, account without password, closed account: same status and text."""
    client = visiting()
    pages = [sign_in(client, maya.email, "not the password", status=422), sign_in(client, "x@example.com", status=422)]
    with platform.database.transaction() as session:
        session.get_one(Person, maya.id).state = state
    pages.append(sign_in(client, maya.email, status=422))
    texts = {page.html.select_one("[data-error-summary]").get_text() for page in pages}
    assert len(texts) == 1
    assert maya.email in pages[0].text  # typed values are kept
    assert "not the password" not in pages[0].text


def test_signing_out_ends_the_session_on_the_server(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """U1: after signing out, the old cookie is rejected."""
    client = visiting(maya)
    old = client.cookies["fe_session"]
    answer = post(client, client.get("/account"), "/sign-out")
    assert answer.location.endswith("/sign-in")
    assert "You are signed out." in answer.follow().text
    client.set_cookie("fe_session", old)
    assert client.get("/account").status_int == 303
    with platform.database.reading() as session:
        assert session.scalars(select(SignIn)).all() == []


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/\t/evil.example",
        "///e",
        "/x\r\nSet-Cookie: a=b",
        "http:evil",
        "/\x7f//e",
    ],
)
def test_sign_in_never_redirects_to_another_site(visiting: Visiting, maya: Person, evil: str) -> None:
    """U1: whatever the `next` parameter says (open redirect)."""
    client = visiting()
    page = client.get("/sign-in", params={"next": evil})
    form = page.forms[form_of("/sign-in", page)]
    form["email"], form["password"], form["next"] = maya.email, PASSWORD, evil
    location = form.submit().location
    assert location in ("http://localhost/", "http://localhost:80/")


def test_rate_limited_sign_in_answers_429(make_platform: MakePlatform) -> None:
    """U4: with Retry-After, and typed values kept; pages that send mails are limited too."""
    client = _browser(make_app(make_platform(rate_limits="on")))
    for _try in range(sign_in_throttle.ACCOUNT.tries):
        sign_in(client, "joe@example.com", "wrong", status=422)
    answer = sign_in(client, "joe@example.com", "wrong", status=429)
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert "Please wait 30 seconds, then try again." in answer
    assert answer.html.find(id="email")["value"] == "joe@example.com"
    for _try in range(limits.RESET_ACCOUNT.tries):
        post(client, client.get("/forgotten-password"), "/forgotten-password", status=200, email="joe@example.com")
    page = client.get("/forgotten-password")
    assert "Too many tries" in post(client, page, "/forgotten-password", status=429, email="joe@example.com")


def test_reset_request_takes_the_same_time_for_unknown_addresses(make_platform: MakePlatform) -> None:
    """U4: the response is delayed to a constant time, longer than either case needs (T18)."""
    platform = make_platform(password_cost="standard")
    joe = People(platform).add("joe@example.com")
    for address in (joe.email, "nobody@example.com"):
        work = UnitOfWork(platform, platform.database.sessions(), ANONYMOUS, address="192.0.2.1")
        begun = time.monotonic()
        request_password_reset(work, address)
        assert time.monotonic() - begun >= CONSTANT_RESPONSE_SECONDS
