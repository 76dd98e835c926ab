"""Important developments in Chromium: counsel marks one in English, the client reads it in French (P17, D7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from formengine.services.dossiers import notes
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import serving_app
from tests.web.dossiers.test_children_in_browser import check
from tests.web.dossiers.visitors import ADVICE, Opened

pytestmark = pytest.mark.browser


@pytest.fixture
def database_kind() -> str:
    """This test is about pages; others run the services on both kinds."""
    return "sqlite"


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


def mark(page: Page, words: str) -> None:
    """Mark the last entry of the history that can be marked."""
    entry = page.locator(".fe-timeline li").filter(has=page.get_by_text("Mark as important")).last
    entry.get_by_text("Mark as important").click()
    entry.get_by_role("textbox").fill(words)
    entry.get_by_role("button", name="Show to the client as important").click()
    page.get_by_text("The client reads it among the developments.").wait_for()


def test_an_important_development_reaches_the_client(
    address: str, people: People, acting: Acting, opened: Opened, new_page: NewPage
) -> None:
    """P17, D7, O8: state, people, dates and important developments; counsel unmarks it, and it is gone."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("paul")) as work:
        notes.add_note(work, reference, "Clause 4 is weak.", internal=True)
    paul, maya = new_page(), new_page(locale="fr-FR", java_script_enabled=False)
    sign_in(paul, address, people("paul").email)
    sign_in(maya, address, people("maya").email)
    paul.goto(f"{address}/dossiers/{reference}")
    paul.get_by_role("link", name="Mark more of the history as important").click()
    mark(paul, "We have looked at the liability: the risk is small.")
    check(paul)
    maya.goto(f"{address}/dossiers/{reference}")
    maya.get_by_role("button", name="Français").click()
    read = maya.get_by_role("region", name="Faits marquants")
    read.get_by_text("We have looked at the liability: the risk is small.").wait_for()
    assert read.get_by_role("listitem").first.inner_text().startswith("Important")
    assert "Clause 4" not in maya.content()
    for part in ("Où en est le dossier", "Personnes concernées", "Dates"):
        maya.get_by_role("heading", name=part).first.wait_for()
    paul.get_by_text("Change the words").click()
    paul.get_by_role("button", name="Unmark").click()
    paul.get_by_text("It is no longer an important development.").wait_for()
    maya.reload()
    assert "We have looked at" not in maya.content()
