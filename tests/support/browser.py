"""Chromium through playwright: one browser per module, a new context per test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser per module, closed with it: its event loop must not outlive the tests that use it."""
    path = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(path), args=ARGUMENTS)
        yield launched
        launched.close()


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


def sign_in(page: Page, url: str, email: str, password: str = PASSWORD) -> None:
    """Sign in and open the home page; posts the sign-in form without rendering it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.request.get(f"{url}/sign-in").text())
    assert token
    fields = {"csrf_token": token[1], "email": email, "password": password}
    answer = page.request.post(f"{url}/sign-in", form=fields, max_redirects=0)
    assert answer.status == 303, answer.text()
    page.goto(url + answer.headers["location"].removeprefix(url))
