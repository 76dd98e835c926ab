"""Drafts in Chromium: saved while one types, in two tabs, and what a changed form looks like."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.server import Served
from tests.web.portal.test_changed_forms import Republish, republish

__all__ = ["republish"]
pytestmark = pytest.mark.browser
PICTURES = os.environ.get("FORMENGINE_PICTURES")
FORM = "/requests/new/legal_advice"


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


def picture(page: Page, name: str) -> None:
    """Pictures of a page, wide and narrow, where they are wanted; and no page has errors of accessibility."""
    assert violations(page) == []
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def begin(page: Page, served: Served, subject: str) -> None:
    """Type into a new form until it is saved."""
    page.goto(served.url + FORM)
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Background").fill("Signed in 2019,\nnever renewed")
    expect(page.locator("#draft")).to_contain_text("Draft saved on")
    expect(page.get_by_label("Background")).to_be_focused()


def test_a_draft_is_saved_while_one_types(served: Served, people: People, new_page: NewPage) -> None:
    """F8: after a pause, without a button; the address is the draft's then, so that a reload shows it. The later of two
    tabs is told, and saves as another draft."""
    page = new_page()
    sign_in(page, served.url, people("maya").email)
    begin(page, served, "Bail de Lyon")
    assert "?draft=" in page.url
    page.reload()
    expect(page.get_by_label("Subject")).to_have_value("Bail de Lyon")
    picture(page, "form")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Subject").fill("Bail de Paris")
    expect(other.locator("#draft input[name=_draft_version]")).to_have_value("2")
    page.get_by_label("Subject").fill("Bail de Nice")
    expect(page.locator("#draft [role=alert]")).to_contain_text("Nothing was overwritten")
    picture(page, "conflict")
    with page.expect_navigation():
        page.get_by_role("button", name="Save mine as another draft").click()
    picture(page, "saved")
    page.goto(f"{served.url}/drafts")
    expect(page.get_by_role("link", name="Resume Advice: Bail de Nice")).to_be_visible()
    page.get_by_text("Delete", exact=False).first.click()
    picture(page, "drafts")
    page.goto(served.url)
    picture(page, "home")
    page.goto(served.url + FORM)
    picture(page, "begun")


def test_a_changed_form_is_shown(served: Served, people: People, new_page: NewPage, republish: Republish) -> None:
    """F8: the note about a form that changed can be read by everybody, in both languages, light and dark."""
    page = new_page()
    sign_in(page, served.url, people("maya").email)
    begin(page, served, "Bail de Nice")
    republish("renamed", "required")
    page.goto(f"{served.url}/drafts")
    page.get_by_role("link", name="Resume Advice: Bail de Nice").click()
    expect(page.locator(".fe-changed")).to_contain_text("never renewed")
    picture(page, "changed")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # colours change at once
    picture(page, "changed-dark")
    page.locator("button[name=language][value=fr]").click()
    page.goto(f"{served.url}/drafts")
    picture(page, "drafts-fr")
    page.emulate_media(color_scheme="light")
    page.get_by_role("link", name="Reprendre Advice: Bail de Nice").click()
    picture(page, "changed-fr")
