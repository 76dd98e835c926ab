"""Security headers of every response, and limits on request bodies."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from formengine import forms
from formengine.web import make_app
from formengine.web.static_assets import STATIC_FOLDER
from tests.support.people import People
from tests.support.platforms import MakePlatform
from tests.web.conftest import Visiting, _browser, form_of, sign_in

PAGES = ["/sign-in", "/account", "/nowhere", "/admin", "/static/theme.css", "/healthz", "/dev/mail", "/favicon.ico"]


@pytest.mark.parametrize("path", PAGES)
def test_every_response_has_the_security_headers(visiting: Visiting, people: People, path: str) -> None:
    """U1: a strict CSP on pages, errors and files (T9, T12)."""
    answer = visiting(people("maya")).get(path, status="*")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["object-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Request-Id"]
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/admin", "/admin/mail", "/dev/mail", "/nowhere"])
def test_pages_have_no_inline_scripts_or_styles(visiting: Visiting, people: People, path: str) -> None:
    """O8: and declare the language of the page."""
    page = visiting(None if path == "/sign-in" else people("sam")).get(path, status="*")
    assert page.html.find_all("style") == []
    assert [script for script in page.html.find_all("script") if not script.get("src")] == []
    assert page.html.find_all(style=True) == []
    assert page.html.html["lang"] == "en"
    assert len(page.html.find_all("h1")) == 1


def test_cookies_are_secure_and_host_only_over_tls(make_platform: MakePlatform, people: People) -> None:
    """U1: Secure and `__Host-` when the base URL is https (T11)."""
    secure = make_app(make_platform(base_url="https://legal.example.com", database_url=people_url(people)))
    browser = _browser(secure, None, **{"wsgi.url_scheme": "https", "HTTP_HOST": "localhost:443"})
    people("maya")
    answer = sign_in(browser, people("maya").email, headers={"Origin": "https://legal.example.com"})
    cookies = answer.headers.getall("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-fe_session", "__Host-fe_csrf", "__Host-fe_device"}
    page, origin = browser.get("/account"), {"Origin": "https://legal.example.com"}
    cookies += page.forms[form_of("/sign-out", page)].submit(headers=origin).headers.getall("Set-Cookie")
    cookies += browser.get("/sign-in?lang=fr").headers.getall("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in cookies}
    assert {"__Host-fe_language", "__Host-fe_flash"} < names
    assert all(name.startswith("__Host-") for name in names)
    assert all("; secure" in cookie.lower() and "httponly" in cookie.lower() for cookie in cookies)
    assert all("domain=" not in cookie.lower() for cookie in cookies)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("origin", ["http://legal.example.com", "http://localhost", "https://localhost", "null"])
def test_behind_tls_forms_come_from_the_base_url_alone(make_platform: MakePlatform, origin: str) -> None:
    """U1: not from the Host header, which a client chooses, and not over plain http (T10)."""
    secure = make_app(make_platform(base_url="https://legal.example.com"))
    browser = _browser(secure, None, **{"wsgi.url_scheme": "https", "HTTP_HOST": "localhost:443"})
    assert sign_in(browser, "nobody@example.com", headers={"Origin": origin}, status="*").status_int == 400
    own = {"Origin": "https://legal.example.com"}
    assert sign_in(browser, "nobody@example.com", headers=own, status="*").status_int == 422


def test_signing_out_clears_what_scripts_kept(visiting: Visiting, people: People) -> None:
    """U1: Clear-Site-Data, which leaves the cookie of a known device alone (ASVS 5.0, 14.3.1)."""
    for action in ("/sign-out", "/account/log-out-everywhere"):
        page = visiting(people("maya")).get("/account")
        answer = page.forms[form_of(action, page)].submit(status=303)
        assert answer.headers["Clear-Site-Data"] == '"storage"'


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "legal.example.com.evil.test", "[::bad"])
def test_redirects_ignore_the_host_header(make_platform: MakePlatform, host: str) -> None:
    """U1: they are built from the configured base URL."""
    portal = _browser(make_app(make_platform(base_url="http://legal.example.com")))
    assert portal.get("/account", headers={"Host": host}).headers["Location"].startswith("http://legal.example.com/")
    response = portal.get("/account", headers={"Host": "legal.example.com"})
    assert response.headers["Location"].startswith("http://legal.example.com/sign-in")


OUTSIDE = (
    "/.git/config", "/production.ini", "/var/files", "/static", "/static/", "/static/vendor/", "/static/../routes.py",
    "/static/%2e%2e/routes.py", "/static/..%5croutes.py", "/static//etc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_only_pages_and_static_files_are_served(visiting: Visiting, path: str) -> None:
    """T22: no folder is listed, and nothing outside of the static folder is found."""
    assert visiting().get(path, status="*").status_int == 404


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/api/v1/me", "/static/theme.css"])
def test_trace_is_not_answered(visiting: Visiting, path: str) -> None:
    """T24: a request is not sent back (ASVS 5.0, 13.4.4)."""
    answer = visiting().request(path, method="TRACE", headers={"X-Canary": "echo"}, status="*")
    assert answer.status_int in (404, 405)
    assert "echo" not in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/me", "/api/v1/openapi.json", "/static/theme.css", "/readyz"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_origin_may_read_an_answer(visiting: Visiting, path: str, method: str) -> None:
    """T10: there is no sharing across origins (CORS)."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = visiting().request(path, method=method, headers=headers, status="*")
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_passwords_are_masked_and_may_be_pasted(visiting: Visiting, people: People) -> None:
    """U1: and a password manager knows which is which (ASVS 5.0, 6.2.6 and 6.2.7)."""
    pages = [visiting().get("/sign-in"), visiting(people("maya")).get("/account")]
    controls = [c for page in pages for c in page.html.find_all("input") if "password" in c.get("autocomplete", "")]
    kinds = {(control["name"], control["type"], control["autocomplete"]) for control in controls}
    present, new = ("present", "password", "current-password"), ("new", "password", "new-password")
    assert kinds == {("password", "password", "current-password"), present, new}
    assert "paste" not in (STATIC_FOLDER / "pages.js").read_text("utf-8")


def test_scripts_keep_nothing_in_the_browser(visiting: Visiting) -> None:
    """U1: our scripts use no storage and read no JSON, and htmx keeps no pages (ASVS 5.0, 14.3.3 and 15.3.6)."""
    for script in (*STATIC_FOLDER.glob("*.js"), *forms.STATIC_FOLDER.glob("*.js")):
        text = script.read_text("utf-8")
        assert not re.search(r"localStorage|sessionStorage|indexedDB|JSON\.parse|eval\(", text), script.name
        if "postMessage" in text:  # heights of frames, between origins that are compared
            assert script.name in ("embed.js", "embedded.js"), script.name
    config = json.loads(visiting().get("/sign-in").html.find("meta", attrs={"name": "htmx-config"})["content"])
    assert (config["historyCacheSize"], config["allowEval"], config["selfRequestsOnly"]) == (0, False, True)


def people_url(people: People) -> str:
    """The database of the people of the test."""
    return people._platform.database.url


def test_oversized_body_answers_413_unread(make_platform: MakePlatform) -> None:
    """U1: with a page that says what to do (T24)."""
    app: Any = make_app(make_platform(max_body=1000))
    answer = _browser(app).post("/sign-in", {"password": "x" * 2000}, status=413)
    assert "This is too large" in answer.text


def test_cache_control_of_pages_and_static_files(visiting: Visiting, people: People) -> None:
    """U1: no-store for pages; a year for static files, whose address contains their hash."""
    client = visiting(people("maya"))
    page = client.get("/account")
    assert page.headers["Cache-Control"] == "no-store"
    style = next(link["href"] for link in page.html.find_all("link") if "theme.css" in link["href"])
    assert "?v=" in style
    assert "max-age=31536000" in client.get(style).headers["Cache-Control"]
