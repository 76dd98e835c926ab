"""Every page, opened by somebody it is for: accessible, translated, within its frame, silent in the console."""

from __future__ import annotations

import pytest

from tests.support.browsing import NewPage, sign_in
from tests.web.touring import PAGES, STRANGER, Tour, french, look, untranslated

pytestmark = pytest.mark.browser
WIDTHS = (320, 1280)
REFUSED = ("status of 404", "status of 403", "status of 410")


@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_for_everybody(tour: Tour, new_page: NewPage, who: str) -> None:
    """O7, O8: axe finds nothing, in light and in dark; the frame holds at 320 pixels; nothing is left in English; the
    policy is broken by no page."""
    page = new_page(locale="fr-FR", reduced_motion="reduce")  # the longer language; colours change at once
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    if who != STRANGER:
        sign_in(page, tour.url, f"{who}@example.com")
    known, wrong = french(), []
    for address in tour.addresses(who):
        page.goto(f"{address}{'&' if '?' in address else '?'}lang=fr")
        found = look(page) + [f"in English: {text}" for text in untranslated(page, known)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            over = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{over} pixels wide at {width}"] if over > width else []
        wrong += [f"{address.removeprefix(tour.url)}: {line}" for line in found]
    wrong += [f"console: {text}" for text in said if not any(part in text for part in REFUSED)]
    assert wrong == [], "\n".join(wrong)
