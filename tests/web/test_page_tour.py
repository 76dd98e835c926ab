"""Every page, opened by a person it is meant for: accessible, translated, within its width, no console messages."""

from __future__ import annotations

import re

import pytest

from formengine.web.routes import routes
from tests.support.browser import NewPage, sign_in
from tests.web.page_tour import CROWDING, ELSEWHERE, PAGES, STRANGER, Tour, french, look, untranslated

pytestmark = pytest.mark.browser
WIDTHS = (320, 1280)
REFUSED = ("status of 404", "status of 403", "status of 410")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_translated(tour: Tour, new_page: NewPage, name: str) -> None:
    """O7, O8: no axe violations in light and dark, no overflow at 320 pixels, no control over a text, no English left,
    no CSP violations.
    """
    page = new_page(locale="fr-FR", reduced_motion="reduce")  # the longer language; colours change at once
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None)
    if name != STRANGER:
        sign_in(page, tour.url, f"{name}@example.com")
    translations, wrong = french(), []
    for address in tour.addresses(name):
        page.goto(f"{address}{'&' if '?' in address else '?'}lang=fr")
        problems = look(page) + [f"in English: {text}" for text in untranslated(page, translations)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            over = page.evaluate("document.documentElement.scrollWidth")
            problems += [f"{over} pixels wide at {width}"] if over > width else []
            problems += [f"at {width}: {line}" for line in page.evaluate(CROWDING)]
        wrong += [f"{address.removeprefix(tour.url)}: {line}" for line in problems]
    wrong += [f"console: {text}" for text in messages if not any(part in text for part in REFUSED)]
    assert wrong == [], "\n".join(wrong)


def test_the_tour_goes_to_every_page() -> None:
    """O8: a page that nobody opens on the tour, and that no other test is named for, fails the build."""
    paths = [path.partition("?")[0] for pages in PAGES.values() for path in pages]
    elsewhere = {name for names in ELSEWHERE.values() for name in names.split()}
    pages = {route.name: route.pattern for route in routes() if "GET" in route.methods and not route.is_api}
    visited = {
        name
        for name, pattern in pages.items()
        if any(re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(pattern)), path) for path in paths)
    }
    assert (pages.keys() - visited - elsewhere, elsewhere - pages.keys(), elsewhere & visited) == (set(), set(), set())


def test_a_dossier_on_paper(tour: Tour, new_page: NewPage) -> None:
    """O8: printed from a dark screen: black on white, with its reference, without menus and what is to be pressed."""
    page = new_page(color_scheme="dark")
    sign_in(page, tour.url, "ana@example.com", opens=f"{tour.url}/dossiers/{tour.places['late']}?tab=notes")
    page.emulate_media(media="print")
    assert page.get_by_text(tour.places["late"], exact=True).is_visible()
    assert page.locator(".fe-note").first.is_visible()
    seen = page.locator("header.fe-header, .fe-tabs, button, textarea, input:not([type=hidden])").all()
    assert [part.evaluate("part => part.outerHTML") for part in seen if part.is_visible()] == []
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_home_page_lists_pending_tasks(tour: Tour, new_page: NewPage) -> None:
    """P17, P24: a reply of the requester, a decision of an approver; each links to the page where it is done."""
    for name, task, title in (("cleo", "Your answer", "NDA with Vandelay BV"), ("bo", "Approval", "Licence or SaaS")):
        page = new_page()
        sign_in(page, tour.url, f"{name}@example.com")
        card = page.get_by_role("region", name="Waiting for you").get_by_role("listitem").filter(has_text=title)
        assert task in card.inner_text()
        card.get_by_role("link").click()
        page.get_by_role("heading", level=1, name=title).wait_for()
    page.get_by_role("button", name="Approve").wait_for()


def test_guests_are_shown_by_name(tour: Tour, new_page: NewPage) -> None:
    """P24, U9: on the dossier, in the mail and on the signing page, instead of their e-mail address."""
    page = new_page()
    page.goto(f"{tour.url}/act/{tour.places['link']}")
    greeted = page.get_by_text("Dear ").inner_text()
    name = greeted.removeprefix("Dear ").split(",")[0]
    assert " " in name
    assert "@" not in name
    page.goto(f"{tour.url}/dev/mail/{tour.places['a_mail']}")
    assert f"Dear {name}," in page.locator("pre").inner_text()
    sign_in(page, tour.url, "maya@example.com", opens=f"{tour.url}/dossiers/{tour.places['nda_out']}")
    assert name in page.get_by_role("region", name="Where it stands").inner_text()
