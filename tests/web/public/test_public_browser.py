"""A request without an account in Chromium: from the sign-in page to the answer, in both languages."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from formengine.services.core.unit_of_work import Platform
from tests.support.browser import NewPage
from tests.support.people import People
from tests.support.server import Served, serving
from tests.web.portal.test_drafts_browser import picture
from tests.web.public.test_public_requests import Mails, link_of, mails, quick

__all__ = ["mails", "quick"]
pytestmark = [pytest.mark.browser, pytest.mark.site("public")]


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def served(platform: Platform, listening: socket.socket) -> Iterator[Served]:
    """Served without its worker: mails wait in their rows, with the secrets of their links."""
    with serving(platform, listening, worker=False) as running:
        yield running


def narrow(page: Page) -> None:
    """No page scrolls sideways at 320 px."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})


def test_from_the_form_to_the_status_page(
    served: Served, people: People, new_page: NewPage, mails: Mails, platform: Platform
) -> None:
    """F13: without scripts too; nothing of the portal's own people and dossiers is shown."""
    people("nora")
    page = new_page(java_script_enabled=False)
    page.goto(f"{served.url}/sign-in")
    page.get_by_role("link", name="Requests without an account").click()
    page.get_by_role("link", name="What do you hold about me?").click()
    page.get_by_label("To have them erased").check()
    page.get_by_label("In your words").fill("Please forget my address.")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_role("button", name="Change In your words").click()
    page.get_by_label("In your words").fill("Please forget my address and my telephone.")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Check your answers").click()
    page.get_by_label("Your name").fill("Dana Doe")
    page.get_by_label("Your e-mail address").fill("dana@people.test")
    page.get_by_label("I have read this and accept it").check()
    page.get_by_role("button", name="Submit request").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    page.goto(served.url + link_of(mails("confirm_request")[0], "public/confirmation"))
    expect(page.get_by_text("Please forget my address and my telephone.")).to_be_visible()
    page.get_by_role("button", name="Submit request").click()
    expect(page.get_by_role("heading", name="Data request: To have them erased")).to_be_visible()
    page.get_by_label("Your note").fill("I moved in 2024.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".fe-note")).to_contain_text("I moved in 2024.")


def test_the_pages_in_french(served: Served, people: People, new_page: NewPage, mails: Mails) -> None:
    """F13, O8: with scripts, at every width, without errors of accessibility."""
    people("nora")
    page = new_page(locale="fr-FR")
    page.goto(f"{served.url}/public")
    narrow(page)
    picture(page, "public")
    page.get_by_role("link", name="Quelles données détenez-vous sur moi").click()
    page.get_by_label("Accéder à mes données").check()
    page.get_by_label("Dans vos termes").fill("Tout ce que vous détenez.")
    page.get_by_role("button", name="Suivant", exact=True).click()
    page.get_by_role("button", name="Vérifier vos réponses").click()
    page.get_by_role("button", name="Soumettre la demande").click()
    expect(page.get_by_text("Indiquez votre nom.").first).to_be_visible()
    narrow(page)
    picture(page, "public-errors")
    page.get_by_label("Votre nom").fill("Dana Doe")
    page.get_by_label("Votre adresse électronique").fill("dana@people.test")
    page.get_by_label("J’ai lu").check()
    page.get_by_role("button", name="Soumettre la demande").click()
    expect(page.get_by_role("heading", name="Consultez vos e-mails")).to_be_visible()
    picture(page, "public-asked")
    text = mails("confirm_request")[0]
    assert "Bonjour," in text
    page.goto(served.url + link_of(text, "public/confirmation"))
    narrow(page)
    picture(page, "public-confirm")
    page.get_by_role("button", name="Soumettre la demande").click()
    expect(page.get_by_role("heading", name="Ce qui s’est passé")).to_be_visible()
    narrow(page)
    picture(page, "public-status")
    page.goto(f"{served.url}/public/links")
    narrow(page)
    picture(page, "public-links")
