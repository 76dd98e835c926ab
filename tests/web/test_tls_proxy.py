"""Behind a real TLS proxy, as docs/how-to/install.md sets the portal up."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import SignIn
from tests.support.browser import NewPage
from tests.support.people import PASSWORD, People
from tests.support.platforms import MakePlatform
from tests.support.server import serving
from tests.support.tls import tls_proxy


@dataclass
class Portal:
    """A portal that is served over TLS: its public address, and its platform."""

    url: str
    port: int
    platform: Platform


@pytest.fixture(params=["localhost:{port}", "127.0.0.1:{backend}"], ids=["host-kept", "host-of-backend"])
def portal(
    request: pytest.FixtureRequest, make_platform: MakePlatform, certificate: Path, tmp_path: Path
) -> Iterator[Portal]:
    """Two ways to set a proxy up: it passes on the Host that it was asked for, or that of its backend."""
    listener = socket.create_server(("127.0.0.1", 0))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    backend = listener.getsockname()[1]
    url = f"https://localhost:{port}"
    platform = make_platform(
        environment="production", secret="s" * 40, base_url=url, trusted_proxy="127.0.0.1", rate_limits="on"
    )
    host = request.param.format(port=port, backend=backend)
    with serving(platform, listener, worker=False), tls_proxy(tmp_path, certificate, port, backend, host):
        yield Portal(url, port, platform)


@pytest.mark.browser
def test_signing_in_and_out_through_tls(portal: Portal, new_page: NewPage) -> None:
    """T11: no redirect leads to plain http, which the browser would block by the policy's form-action."""
    joe = People(portal.platform).add("joe@example.com")
    page = new_page(ignore_https_errors=True)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{portal.url}/account")
    page.locator("#email").fill(joe.email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{portal.url}/account")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert {"__Host-fe_session", "__Host-fe_device"} <= set(cookies)
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in cookies.values())
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{portal.url}/sign-in")
    assert refused == []


def test_clients_behind_the_proxy_have_their_own_addresses(portal: Portal) -> None:
    """T19: a session names the client; one address that tries too often leaves the others alone."""
    people = People(portal.platform)
    joe, ann = people.add("joe@example.com"), people.add("ann@example.com")
    assert sign_in_from(portal, "127.0.0.9", joe.email, PASSWORD) == 303
    with portal.platform.database.reading() as session:
        assert session.scalars(select(SignIn.address)).all() == ["127.0.0.9"]
    answers = [sign_in_from(portal, "127.0.0.7", f"p{n}@example.com", "wrong") for n in range(62)]
    assert answers.count(429) == 2
    assert sign_in_from(portal, "127.0.0.8", ann.email, PASSWORD) == 303


def sign_in_from(portal: Portal, source: str, email: str, password: str) -> int:
    """Post the sign-in form from an address of the loopback network, claiming another in X-Forwarded-For."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", portal.port, source_address=(source, 0), context=context, timeout=30)
    try:
        connection.request("GET", "/sign-in", headers={"Host": f"localhost:{portal.port}"})
        answer = connection.getresponse()
        cookie = next(value for name, value in answer.getheaders() if name.lower() == "set-cookie").split(";")[0]
        token = answer.read().decode().split('name="csrf_token" value="')[1].split('"')[0]
        headers = {
            "Host": f"localhost:{portal.port}",
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": "203.0.113.99",
        }
        form = urlencode({"csrf_token": token, "email": email, "password": password})
        connection.request("POST", "/sign-in", form, headers)
        return connection.getresponse().status
    finally:
        connection.close()
