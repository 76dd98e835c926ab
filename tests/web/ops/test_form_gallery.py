"""The form gallery in Chromium: wide and narrow, light and dark, in both languages, with axe checks of all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page
from webtest import TestApp

from formengine.web import make_app
from formengine.web.ops.gallery_forms import specimens
from tests.support.accessibility import unwired, violations
from tests.support.browser import NewPage
from tests.support.platforms import MakePlatform
from tests.web.conftest import Visiting, _browser
from tests.web.test_browser import address

__all__ = ["address"]
PICTURES = os.environ.get("FORMENGINE_PICTURES")
"""A folder to keep the pictures in, for people to look at."""
VARIANTS = [
    (1280, "light", "en", ("wrong",)),
    (390, "dark", "fr", ("wrong",)),
    (1280, "dark", "fr", ("filled",)),
    (390, "light", "en", ("empty",)),
]


def searchable(page: Page) -> None:
    """Wait until the search of long select lists is ready."""
    long = page.locator("select[data-long]")
    if long.count():
        page.locator("select[data-long].tomselected").nth(long.count() - 1).wait_for(state="attached")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "language", "states"), VARIANTS)
def test_every_form_in_every_state(
    address: str, new_page: NewPage, tmp_path: Path, width: int, scheme: str, language: str, states: tuple[str, ...]
) -> None:
    """F6, O8: no axe violations, labels and errors tied to controls, no horizontal scrolling, no CSP violations."""
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None)
    folder = Path(PICTURES or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    for name in specimens():
        for state in states:
            page.goto(f"{address}/dev/forms/{name}?state={state}")
            searchable(page)
            assert page.locator("html").get_attribute("lang") == language
            assert [name, *violations(page), *unwired(page)] == [name]
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            picture = folder / f"{name}-{state}-{width}-{scheme}-{language}.png"
            assert len(page.screenshot(path=picture, full_page=True)) > 10_000
    assert messages == []


@pytest.mark.browser
def test_narrow_zoomed_right_to_left_forced_colours_and_print(address: str, new_page: NewPage) -> None:
    """O8: at 320 pixels, 200 % zoom, right to left, with forced colours and in print, all content fits."""
    page = new_page(viewport={"width": 320, "height": 700}, reduced_motion="reduce", forced_colors="active")
    for name in ("kinds", "groups", "states", "lists"):
        page.goto(f"{address}/dev/forms/{name}?state=wrong")
        searchable(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    page.set_viewport_size({"width": 640, "height": 700})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.emulate_media(media="print")
    assert page.locator(".ff-op:visible").count() == 0


@pytest.mark.browser
def test_long_select_list_is_searchable(address: str, page: Page) -> None:
    """F12: typing finds a country; the hidden select has its value, and error links lead to it."""
    page.goto(f"{address}/dev/forms/kinds")
    searchable(page)
    country = page.get_by_role("combobox", name="Country").first
    country.focus()
    page.keyboard.type("leban")
    assert page.locator(".ts-wrapper.ff-typing .item:visible").count() == 0, "“Choose…” before what is typed"
    page.keyboard.press("Enter")
    select = page.locator("select[data-pointer='/counterparty/country']")
    assert select.evaluate("one => one.selectedOptions[0].text") == "Lebanon"
    page.get_by_role("button", name="Try it").click()
    page.locator("[data-error-summary]").get_by_role("link", name="Country – Answer this question.").click()
    assert (
        page.evaluate("document.activeElement.closest('.ff-field').querySelector('select').dataset.pointer")
        == "/country"
    )


def test_gallery_lists_every_form_in_every_state(shared_stranger: TestApp) -> None:
    """The front page leads to each form in each state."""
    shown = shared_stranger.get("/dev/forms")
    for name in specimens():
        assert f"/dev/forms/{name}?state=wrong" in shown
    shared_stranger.get("/dev/forms/none", status=404)


def test_posted_form_shows_data_or_errors(visiting: Visiting) -> None:
    """Valid answers are shown as JSON, invalid ones with their errors."""
    form = visiting().get("/dev/forms/conditions").forms
    posted = next(candidate for candidate in form.values() if candidate.action == "/dev/forms/conditions")
    refused = posted.submit(status=422)
    assert "data-error-summary" in refused
    again = next(candidate for candidate in refused.forms.values() if candidate.action == "/dev/forms/conditions")
    paper = refused.html.find("input", attrs={"data-pointer": "/paper"})
    again.set(paper["name"], paper["value"])
    assert '"paper": "ours"' in again.submit(status=200).html.find(id="data").text


def test_gallery_is_not_served_in_production(make_platform: MakePlatform) -> None:
    """X1: development pages answer 404."""
    served = _browser(make_app(make_platform(environment="production", secret="s" * 40)))
    for path in ("/dev/forms", "/dev/forms/kinds"):
        served.get(path, status=404)
