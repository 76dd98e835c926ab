"""The pages of a document in Chromium: beside its text on a wide screen, to swipe through on a telephone, no script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.files.page_pictures import make_pages
from formengine.storage.models.page_pictures import PagedDocument
from tests.support.browser import NewPage
from tests.support.server import Served
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.guest.test_signing_browser import PHONE, database_kind, looks_right, platform, to_sign

__all__ = ["database_kind", "platform", "to_sign", "world"]
pytestmark = pytest.mark.browser
FIRST_IS_LOADED = """() => {
  const picture = document.querySelector(".fe-beside .fe-pages img");
  return picture.complete && picture.naturalWidth > 500;
}"""


def test_pages_are_seen_on_a_wide_screen_and_on_a_telephone(
    to_sign: World, served: Served, platform: Platform, new_page: NewPage
) -> None:
    """S5: the pages stand beside the text, or are swiped through; each is fetched by the browser, without a script."""
    address = f"{served.url}/act/{to_sign.link}"
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)  # which has them drawn
    with platform.database.reading() as session:
        sha256 = session.scalars(select(PagedDocument.sha256)).one()
    make_pages(platform, sha256)
    for name, options in {
        "pages-wide": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        "pages-phone": {**PHONE, "locale": "fr-FR"},
        "pages-without-script": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
    }.items():
        page = new_page(**options)
        if name == "pages-wide":  # the first picture that is asked for comes with the second request
            page.route("**/pages/*", lambda route: route.fulfill(status=503), times=1)
        page.goto(address)
        picture = page.locator(".fe-beside .fe-pages img").first
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        if name != "pages-without-script":
            page.wait_for_function(FIRST_IS_LOADED)  # after its second request, if the first is refused
            looks_right(page, name)
        pages, text = (page.locator(f".fe-beside .fe-{kind}").bounding_box() for kind in ("pages", "paper"))
        assert pages is not None
        assert text is not None
        assert (pages["y"] + pages["height"] <= text["y"]) == (name == "pages-phone")
