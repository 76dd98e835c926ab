"""The catalogue in Chromium: searched as one types, by its button, and in French."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.server import Served
from tests.web.portal.test_drafts_browser import picture

pytestmark = pytest.mark.browser


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


def test_the_results_follow_what_is_typed(served: Served, people: People, new_page: NewPage) -> None:
    """P6, P7: as one types, also with a slip; by category; and what to do where nothing fits."""
    page = new_page()
    sign_in(page, served.url, people("maya").email, opens=f"{served.url}/requests/new")
    results, box = page.locator("#forms-found h3"), page.get_by_label("Search request forms")
    picture(page, "catalogue")
    expect(results).to_have_count(8)
    box.press_sequentially("bai", delay=20)
    expect(results.first).to_have_text("Review of a contract we received")
    box.fill("rupture conventionnelle")
    expect(page.get_by_role("status")).to_contain_text("1 form for “rupture conventionnelle”")
    expect(results).to_have_text(["Legal advice or question"])
    box.fill("confidentialty")
    expect(results.first).to_have_text("Non-disclosure agreement")
    picture(page, "catalogue-typed")
    box.fill("zeppelin")
    expect(page.get_by_text("No form fits your search.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="legal@example.com")).to_be_visible()
    picture(page, "catalogue-empty")
    page.get_by_role("main").get_by_role("link", name="Show all forms").last.click()
    page.get_by_role("link", name="Disputes", exact=True).click()
    expect(results).to_have_text(["Dispute or formal notice"])


def test_the_catalogue_in_french_without_scripts(served: Served, people: People, new_page: NewPage) -> None:
    """P6, P7: *Page d’accueil*, *formulaires*, *catégories*, *Recherchez des demandes*; by the plain form."""
    page = new_page(locale="fr-FR", java_script_enabled=False)
    sign_in(page, served.url, people.add("claire@example.com", language="fr").email, opens=f"{served.url}/")
    expect(page.get_by_role("navigation", name="Catégories")).to_contain_text("Contentieux")
    page.get_by_label("Recherchez des demandes").fill("bail")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator("#forms-found h3").first).to_have_text("Relecture d’un contrat reçu")
    expect(page.get_by_role("status")).to_contain_text("pour «\u00a0bail\u00a0»")
