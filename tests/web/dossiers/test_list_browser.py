"""The lists in Chromium: by kind, filtered, searched, saved, and followed to a dossier, in English and in French."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.server import Served
from tests.web.dossiers.visitors import ADVICE, NDA, Opened

pytestmark = pytest.mark.browser


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


def test_a_client_follows_requests_by_kind(served: Served, opened: Opened, people: People, new_page: NewPage) -> None:
    """P12, P16, P21: matters, litigation and contracts each on their page; a dossier opens by its identifier."""
    nda, advice = opened("nda", NDA), opened("legal_advice", ADVICE)
    page = new_page()
    sign_in(page, served.url, people("maya").email, opens=served.url)
    menu = page.get_by_role("navigation", name="Main menu")
    menu.get_by_role("link", name="Matters").click()
    expect(page.get_by_role("rowheader").get_by_role("link")).to_have_text([advice])
    menu.get_by_role("link", name="Contracts").click()
    expect(page.get_by_role("rowheader").get_by_role("link")).to_have_text([nda])
    title = page.get_by_text("NDA with Globex SA").bounding_box()
    assert title is not None
    assert page.get_by_role("row").get_by_role("link", name="NDA").count() == 0  # not a second link that is read out
    page.mouse.click(title["x"] + 20, title["y"] + 10)
    expect(page).to_have_url(re.compile(f"/dossiers/{nda}$"))


def test_quick_filters_and_search(served: Served, opened: Opened, people: People, new_page: NewPage) -> None:
    """P13, D2: status, practice area and search, each with its count, taken away again by chips."""
    opened("nda", NDA)
    opened("nda", {**NDA, "counterparty": {"name": "Initech GmbH", "country": "DE"}})
    page = new_page()
    sign_in(page, served.url, people("maya").email, opens=f"{served.url}/contracts")
    status = page.get_by_role("navigation", name="Status")
    expect(status.get_by_role("link").first).to_have_text("All 2")
    page.get_by_label("Practice area").select_option("Commercial (2)")
    page.get_by_label("Search").fill("initech")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 dossier")).to_be_visible()
    chips = page.get_by_role("list", name="Filtered by")
    expect(chips.get_by_role("link", name="Practice area Commercial")).to_be_visible()
    assert violations(page) == []
    chips.get_by_role("link", name="Search “initech”").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)
    page.get_by_label("Search").fill("zeppelin")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing fits this filter.")).to_be_visible()
    page.get_by_role("link", name="Show everything").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)


def test_a_new_request_begins_at_the_list(served: Served, people: People, new_page: NewPage) -> None:
    """P15: *New request* stands on every list, also on an empty one."""
    page = new_page()
    sign_in(page, served.url, people("maya").email)
    for path in ("matters", "litigation", "contracts"):
        page.goto(f"{served.url}/{path}")
        expect(page.get_by_role("main").get_by_role("link", name="New request").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="New request").first.click()
    expect(page.get_by_role("link", name="Non-disclosure agreement")).to_be_visible()


def test_the_lists_in_french_on_a_phone_without_scripts(
    served: Served, opened: Opened, people: People, new_page: NewPage
) -> None:
    """P12, P13, P15, P21: *Dossiers*, *Contentieux*, *Contrats*; *statut*, *domaine d’activité*; *Nouvelle demande*."""
    opened("nda", NDA)
    page = new_page(
        locale="fr-FR", java_script_enabled=False, viewport={"width": 320, "height": 800}, color_scheme="dark"
    )
    sign_in(page, served.url, people("maya").email, opens=f"{served.url}/contracts")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Français").click()
    page.goto(f"{served.url}/contracts")
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="Contrats", level=1)).to_be_visible()
    expect(main.get_by_role("link", name="Nouvelle demande")).to_be_visible()
    expect(page.get_by_role("navigation", name="Statut")).to_be_visible()
    expect(main.get_by_label("Domaine du droit")).to_be_hidden()
    main.get_by_text("Rechercher et filtrer").click()
    expect(main.get_by_label("Domaine du droit")).to_be_visible()
    main.get_by_label("Rechercher").fill("accords confidentialite")
    main.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    main.get_by_text("Enregistrer la vue").first.click()
    main.get_by_label("Nom de la vue").fill("Mes accords")
    main.get_by_role("button", name="Enregistrer la vue").click()
    expect(page.get_by_role("navigation", name="Vues enregistrées")).to_contain_text("Mes accords")
    for path in ("contracts", "matters", "views", "contracts?q=zeppelin"):
        page.goto(f"{served.url}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
