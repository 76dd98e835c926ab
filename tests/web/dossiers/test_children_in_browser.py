"""Hearings and milestones in Chromium: English and French, light and dark, 320 pixels, without JavaScript (O8, F5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.server import serving_app
from tests.web.dossiers.visitors import NDA, Opened

pytestmark = pytest.mark.browser


@pytest.fixture
def database_kind() -> str:
    """These tests are about pages; others run the services on both kinds."""
    return "sqlite"


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


def by_pointer(page: Page, name: str) -> Any:
    return page.locator(f"[data-pointer='/{name}']").first


def check(page: Page) -> None:
    """No violations in light and dark, and nothing to scroll sideways on a small phone."""
    size = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size(size or {"width": 1280, "height": 900})


def test_hearings_from_the_first_day_on(address: str, people: People, new_page: NewPage, dispute: str) -> None:
    """P18, D8: *Hearings* stands there empty; counsel adds one that the client sees; it is adjourned to the next."""
    lena, maya = new_page(), new_page(locale="fr-FR", java_script_enabled=False)
    sign_in(lena, address, people("lena").email)
    sign_in(maya, address, people("maya").email, opens=f"{address}/dossiers/{dispute}")
    maya.get_by_role("button", name="Français").click()
    maya.get_by_role("link", name="Audiences").click()
    maya.get_by_text("Quand la juridiction fixera une audience").wait_for()
    lena.goto(f"{address}/dossiers/{dispute}")
    lena.get_by_role("link", name="Hearings").click()
    lena.get_by_role("link", name="Add hearing").click()
    by_pointer(lena, "at").fill("2026-12-15T14:30")
    by_pointer(lena, "court").fill("Tribunal de commerce de Lyon")
    lena.get_by_role("button", name="Add hearing").click()
    lena.locator("[data-error-summary]").get_by_role("link", name="Say who will see it.").wait_for()
    check(lena)
    lena.get_by_label("The client too").check()
    lena.get_by_role("button", name="Add hearing").click()
    lena.get_by_role("link", name="15 December 2026 at 14:30").wait_for()
    check(lena)
    lena.get_by_role("link", name="Adjourn").click()
    by_pointer(lena, "at").fill("2027-07-06T10:00")
    lena.get_by_label("Comment").fill("The expert needs more time.")
    lena.get_by_role("button", name="Adjourn").click()
    maya.reload()
    maya.get_by_role("link", name="6 juillet 2027 à 10:00").click()
    maya.get_by_text("Tribunal de commerce de Lyon").first.wait_for()
    with maya.expect_download() as file:
        maya.get_by_role("link", name="L’ajouter à mon agenda").click()
    assert file.value.suggested_filename == f"{dispute}-hearing-2.ics"


def test_a_client_follows_milestones_and_adds_one(
    address: str, people: People, new_page: NewPage, opened: Opened
) -> None:
    """P26, D9: *Ajouter un jalon*; bars over time, with words for who does not see them."""
    reference = opened("nda", NDA)
    maya = new_page()
    sign_in(maya, address, people("maya").email, opens=f"{address}/dossiers/{reference}")
    maya.get_by_role("button", name="Français").click()
    maya.get_by_role("link", name="Jalons").click()
    maya.get_by_role("link", name="Ajouter un jalon").click()
    by_pointer(maya, "title").fill("Livraison")
    by_pointer(maya, "due").fill("2036-12-31")
    check(maya)
    maya.get_by_role("button", name="Ajouter un jalon").click()
    maya.get_by_role("img", name="Livraison: du").wait_for()
    check(maya)


def test_a_milestone_is_seen_once_it_is_made_visible(
    address: str, people: People, new_page: NewPage, opened: Opened
) -> None:
    """P27: *Make visible to client* / *Rendre visible au client*, and hidden again."""
    reference = opened("nda", NDA)
    paul, maya = new_page(java_script_enabled=False), new_page()
    sign_in(paul, address, people("paul").email)
    sign_in(maya, address, people("maya").email)
    tab = f"{address}/dossiers/{reference}?tab=children-milestone"
    paul.goto(f"{address}/dossiers/{reference}/children/milestone/new")
    by_pointer(paul, "title").fill("Review of the price")
    paul.get_by_label("The legal team alone").check()
    paul.get_by_role("button", name="Add milestone").click()
    maya.goto(tab)
    assert maya.get_by_text("Review of the price").count() == 0
    paul.get_by_role("button", name="Make visible to client").click()
    maya.reload()
    maya.get_by_role("link", name="Review of the price").wait_for()
    paul.get_by_role("button", name="Français").click()
    paul.goto(tab)
    paul.get_by_role("button", name="Cacher au client").click()
    paul.get_by_role("button", name="Rendre visible au client").wait_for()
    maya.reload()
    assert maya.get_by_text("Review of the price").count() == 0
