"""Behind a reverse proxy: who the client is, and where redirects lead."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from webtest import TestApp

from formengine.log_context import ContextFilter
from formengine.web import make_app
from formengine.web.reverse_proxy import client_address
from tests.support.platforms import MakePlatform

LOOPBACK = (ip_network("127.0.0.1"), ip_network("::1"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "trusted", "client"),
    [
        ("192.0.2.1", "", LOOPBACK, "192.0.2.1"),
        ("127.0.0.1", "", LOOPBACK, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", LOOPBACK, "203.0.113.7"),
        ("127.0.0.1", "198.51.100.9, 203.0.113.7", LOOPBACK, "203.0.113.7"),
        ("192.0.2.1", "203.0.113.7", LOOPBACK, "192.0.2.1"),  # this peer is no proxy of ours
        ("127.0.0.1", "203.0.113.7, 10.1.2.3", (*LOOPBACK, ip_network("10.0.0.0/8")), "203.0.113.7"),
        ("::1", "[2001:db8::7]:443", LOOPBACK, "2001:db8::7"),
        ("127.0.0.1", "203.0.113.7:51000", LOOPBACK, "203.0.113.7"),
        ("::ffff:127.0.0.1", "203.0.113.7", LOOPBACK, "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, unknown", LOOPBACK, "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", LOOPBACK, "127.0.0.1"),
    ],
)
def test_the_rightmost_address_that_is_no_proxy_counts(
    peer: str, forwarded_for: str, trusted: tuple[Any, ...], client: str
) -> None:
    """T19: what a client writes into X-Forwarded-For by itself stands left of what the proxy adds."""
    assert client_address(peer, forwarded_for, trusted) == client


@pytest.mark.parametrize("host", ["legal.example.com", "127.0.0.1:6543", "evil.example"])
def test_redirects_behind_tls_lead_to_the_base_url(make_platform: MakePlatform, host: str) -> None:
    """T20: the proxy speaks plain HTTP to us, with whatever Host; people stay on https."""
    browser = TestApp(make_app(make_platform(base_url="https://legal.example.com")))
    answer = browser.get("/account", headers={"Host": host}, status=303)
    assert answer.location == "https://legal.example.com/sign-in?next=%2Faccount"


def test_the_forwarded_client_is_logged(make_platform: MakePlatform, caplog: pytest.LogCaptureFixture) -> None:
    """T19: the address in the log, and so in rate limits and evidence, is the client's, if a trusted proxy says so."""
    caplog.set_level("INFO", "formengine.web")
    caplog.handler.addFilter(context := ContextFilter())
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    for trusted in ("127.0.0.1", ""):
        browser = TestApp(make_app(make_platform(trusted_proxy=trusted)), extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        browser.get("/sign-in", headers=forwarded)
    caplog.handler.removeFilter(context)
    addresses = [record.address for record in caplog.records if record.name == "formengine.web"]
    assert addresses == ["203.0.113.7", "127.0.0.1"]
