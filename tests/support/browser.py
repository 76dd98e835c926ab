"""Chromium through playwright: one browser per session of a process, a new context per test."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.people import PASSWORD
from tests.support.requirements import chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-features=SpareRendererForSitePerProcess,PaintHolding,BackForwardCache",  # nothing is prepared in advance
    "--site-per-process",  # as the whole browser does, and the headless shell only when asked
]


class Chromium:
    """A browser, and the event loop that drives it: playwright leaves it running in the thread of the tests.

    No other loop can run meanwhile (`asyncio.run` cannot), so it is put aside between the modules that use the browser.
    """

    def __init__(self) -> None:
        self._playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        self._launched: list[Browser] = []

    @contextmanager
    def in_use(self) -> Iterator[Browser]:
        """The browser, within the block; a new one where it has died."""
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self._loop)
        try:
            if not self._launched or not self._launched[-1].is_connected():
                path = str(chromium())
                self._launched.append(self._playwright.chromium.launch(executable_path=path, args=ARGUMENTS))
            yield self._launched[-1]
        finally:
            asyncio._set_running_loop(before)

    def close(self) -> None:
        """End the browser and its driver."""
        asyncio._set_running_loop(self._loop)
        for browser in self._launched:
            browser.close()
        self._playwright.stop()


@pytest.fixture(scope="session")
def chromium_of_session() -> Iterator[Chromium]:
    """The browser of the session, started for the first test that needs it."""
    chromium()
    started = Chromium()
    yield started
    started.close()


@pytest.fixture(scope="module")
def browser(chromium_of_session: Chromium) -> Iterator[Browser]:
    """The browser, while the tests of a module use it."""
    with chromium_of_session.in_use() as running:
        yield running


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """`new_page(locale="fr-FR", java_script_enabled=False, ...)`: a page in a new browser context, without cookies."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        chosen = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(**chosen)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page in a new browser context, in English."""
    return new_page()


def sign_in(page: Page, url: str, email: str, password: str = PASSWORD, opens: str = "") -> None:
    """Sign in and open an address, else the home page; posts the sign-in form without rendering it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.request.get(f"{url}/sign-in").text())
    assert token
    fields = {"csrf_token": token[1], "email": email, "password": password}
    answer = page.request.post(f"{url}/sign-in", form=fields, max_redirects=0)
    assert answer.status == 303, answer.text()
    page.goto(opens or url + answer.headers["location"].removeprefix(url))
