"""The headers of every answer, and the limits on what is sent."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.web import make_app
from tests.support.people import People
from tests.support.platforms import MakePlatform
from tests.web.conftest import Visiting, _browser, sign_in

PAGES = ["/sign-in", "/account", "/nowhere", "/admin", "/static/theme.css", "/healthz", "/dev/mail", "/favicon.ico"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_says_what_a_browser_may_do(visiting: Visiting, people: People, path: str) -> None:
    """U1: a strict policy on pages, errors and files alike (T9, T12)."""
    answer = visiting(people("maya")).get(path, status="*")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Request-Id"]
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/admin", "/admin/mails", "/dev/mail", "/nowhere"])
def test_pages_have_no_script_and_no_style_of_their_own(visiting: Visiting, people: People, path: str) -> None:
    """O8: what the policy forbids is not there either; the language of the page is said."""
    page = visiting(None if path == "/sign-in" else people("sam")).get(path, status="*")
    assert page.html.find_all("style") == []
    assert [script for script in page.html.find_all("script") if not script.get("src")] == []
    assert page.html.find_all(style=True) == []
    assert page.html.html["lang"] == "en"
    assert len(page.html.find_all("h1")) == 1


def test_over_tls_cookies_are_bound_to_the_host(make_platform: MakePlatform, people: People) -> None:
    """U1: Secure, and `__Host-`, where the portal's address is https (T11)."""
    secure = make_app(make_platform(base_url="https://legal.example.com", database_url=people_url(people)))
    browser = _browser(secure, None, **{"wsgi.url_scheme": "https", "HTTP_HOST": "localhost:443"})
    people("maya")
    answer = sign_in(browser, people("maya").email, headers={"Origin": "https://legal.example.com"})
    cookies = answer.headers.getall("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-fe_session", "__Host-fe_csrf", "__Host-fe_device"}
    assert all("; secure" in cookie.lower() and "httponly" in cookie.lower() for cookie in cookies)
    assert all("domain=" not in cookie.lower() for cookie in cookies)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "legal.example.com.evil.test", "[::bad"])
def test_a_forged_host_leads_nowhere(make_platform: MakePlatform, host: str) -> None:
    """U1: redirects are made of the portal's own address, whatever a Host header says."""
    portal = _browser(make_app(make_platform(base_url="http://legal.example.com")))
    assert portal.get("/account", headers={"Host": host}).headers["Location"].startswith("http://legal.example.com/")
    own = portal.get("/account", headers={"Host": "legal.example.com"})
    assert own.headers["Location"].startswith("http://legal.example.com/sign-in")


def people_url(people: People) -> str:
    """The database in which the people of the test are."""
    return people._platform.database.url


def test_what_is_too_large_is_not_read(make_platform: MakePlatform) -> None:
    """U1: 413, with a page that says what to do (T24)."""
    app: Any = make_app(make_platform(max_body=1000))
    answer = _browser(app).post("/sign-in", {"password": "x" * 2000}, status=413)
    assert "This is too large" in answer.text


def test_pages_are_kept_by_nobody_and_files_for_a_year(visiting: Visiting, people: People) -> None:
    """U1: nothing of a dossier stays in a shared computer's cache; files carry their hash in the address."""
    client = visiting(people("maya"))
    page = client.get("/account")
    assert page.headers["Cache-Control"] == "no-store"
    style = next(link["href"] for link in page.html.find_all("link") if "theme.css" in link["href"])
    assert "?v=" in style
    assert "max-age=31536000" in client.get(style).headers["Cache-Control"]
