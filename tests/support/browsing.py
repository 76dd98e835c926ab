"""Chromium, through playwright: one browser for a module, a fresh context for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.needs import chromium
from tests.support.people import PASSWORD

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the module, closed with it: its event loop must not outlive the tests that use it."""
    path = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(path), args=ARGUMENTS)
        yield launched
        launched.close()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """`new_page(locale="fr-FR", java_script_enabled=False, ...)`: a page of a browser of its own, without cookies."""
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
    """A page of a browser without cookies, in English."""
    return new_page()


def sign_in(page: Page, url: str, email: str, password: str = PASSWORD) -> None:
    """Sign in by the form, in English or French."""
    page.goto(f"{url}/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
