"""The page layout in Chromium: CSP, phone width, keyboard, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from formengine.services.core.unit_of_work import Platform
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.server import serving_app

pytestmark = pytest.mark.browser
PAGES = ["/account", "/admin", "/admin/people", "/admin/mail", "/dev/mail", "/nowhere"]


@pytest.fixture
def address(app: Any, platform: Platform) -> Iterator[str]:
    """The application, served in this process."""
    with serving_app(app) as url:
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_fit_320_pixels_without_csp_violations(
    address: str, people: People, new_page: NewPage, scheme: str, width: int
) -> None:
    """O8: no horizontal scrolling, and no console messages."""
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(f"{address}/sign-in")
    sign_in(page, address, people("sam").email)
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        ground, ink = page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )
        assert (_light(ground) > _light(ink)) is (scheme == "light")
    assert [text for text in messages if "status of 404" not in text] == []


def _light(colour: str) -> int:
    return sum(int(part) for part in colour[4:-1].split(","))


def test_sign_in_and_out_by_keyboard_without_javascript(address: str, people: People, new_page: NewPage) -> None:
    """F5, O8: the first focusable element skips the menu."""
    page = new_page(java_script_enabled=False)
    page.goto(f"{address}/sign-in")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.locator("#email").focus()
    page.keyboard.type(people("maya").email)
    page.keyboard.press("Tab")
    page.keyboard.type(people.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{address}/account")
    page.get_by_role("button", name="Français").click()
    page.get_by_role("heading", name="Votre compte").wait_for()
    page.get_by_role("button", name="Se déconnecter", exact=True).press("Enter")
    page.get_by_role("heading", name="Se connecter").wait_for()
