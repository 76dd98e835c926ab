"""Coming in, in Chromium: invitation, sharing the address, signing up; the words of both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from formengine.services.core.unit_of_work import Platform
from tests.support.browser import NewPage, sign_in
from tests.support.people import PASSWORD, People
from tests.support.server import serving_app
from tests.support.sign_up_rules import APPROVAL, link_to, mails_to, publish_rule
from tests.web.page_tour import french, look, untranslated

pytestmark = pytest.mark.browser
NEW = "three quiet yellow doors"


@pytest.fixture
def address(app: Any, platform: Platform, site_folder: Path) -> Iterator[str]:
    """A portal where one signs up with an approval, served in this process."""
    publish_rule(platform, site_folder, APPROVAL)
    with serving_app(app) as url:
        yield url


def choose_password(page: Page, label: str, button: str) -> None:
    page.get_by_label(label).fill(NEW)
    page.get_by_role("button", name=button).click()


def test_invitation(address: str, new_page: NewPage, people: People, platform: Platform) -> None:
    """P2, P3: an administrator adds a portal user, who gets a mail in the language that was chosen, with a link to
    choose a password, and is then signed in.
    """
    admin = new_page(reduced_motion="reduce")
    sign_in(admin, address, people("sam").email, opens=f"{address}/admin")
    admin.get_by_role("link", name="Invite somebody").click()
    admin.get_by_label("E-mail address").fill("luc@globex.example")
    admin.get_by_label("Name", exact=True).fill("Luc Petit")
    admin.get_by_label("Language").select_option(label="Français")
    admin.get_by_label("What this person may do").select_option(label="Client who may approve and sign")
    admin.get_by_label("Organisation and department").select_option(label="Acme Group – Legal")
    admin.get_by_role("button", name="Send the invitation").click()
    expect(admin.get_by_role("heading", name="Luc Petit")).to_be_visible()
    expect(admin.locator("main")).to_contain_text("Acme Group")
    assert look(admin) == []
    mail = mails_to(platform, "luc@globex.example")[0]
    assert "créer votre mot de passe" in (mail.text or "")
    guest = new_page(locale="fr-FR")
    guest.goto(address + link_to(platform, "luc@globex.example", "invitations"))
    expect(guest.get_by_role("heading", name="Créez votre mot de passe")).to_be_visible()
    choose_password(guest, "Nouveau mot de passe", "Enregistrer le mot de passe")
    expect(guest.get_by_role("link", name=re.compile("Luc Petit"))).to_be_visible()


def test_the_address_of_the_portal(address: str, new_page: NewPage, people: People) -> None:
    """P4: a shared address leads to the sign-in page (*page de connexion*), and from there to where it points."""
    people("maya")
    page = new_page(locale="fr-FR")
    page.set_content(f'<a href="{address}/contracts">Portail</a>')
    page.get_by_role("link", name="Portail").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    page.get_by_label("Adresse e-mail").fill("maya@example.com")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{address}/contracts")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_sign_up(address: str, new_page: NewPage, people: People, platform: Platform, language: str) -> None:
    """P5: someone without an account chooses *Sign up* (*S’inscrire*), confirms the address, is let in by the team, and
    chooses a password; without JavaScript too.
    """
    people("paul")
    words = {"en": ("Sign up", "E-mail address", "Name", "Confirm my address", "Accept", "New password", "Save the"),
             "fr": ("S’inscrire", "Adresse e-mail", "Nom", "Confirmer mon adresse", "Accepter", "Nouveau mot de passe",
                    "Enregistrer le mot")}[language]  # fmt: skip
    locale = {"en": "en-GB", "fr": "fr-FR"}[language]
    guest = new_page(locale=locale, java_script_enabled=language == "fr", reduced_motion="reduce")
    guest.goto(f"{address}/sign-in")
    guest.get_by_role("link", name=words[0]).click()
    guest.get_by_label(words[1]).fill("kim@globex.example")
    guest.get_by_label(words[2], exact=True).fill("Kim Berg")
    guest.get_by_role("button", name=words[0]).click()
    expect(guest.locator("main")).to_contain_text("kim@globex.example")
    guest.goto(address + link_to(platform, "kim@globex.example", "sign-up"))
    assert language == "en" or [*look(guest), *untranslated(guest, french())] == []
    guest.get_by_role("button", name=words[3]).click()
    decider = new_page(locale=locale, reduced_motion="reduce")
    sign_in(
        decider,
        address,
        "paul@example.com",
        opens=f"{address}{link_to(platform, 'paul@example.com', 'sign-ups')}?lang={language}",
    )
    assert look(decider) == []
    assert language == "en" or untranslated(decider, french()) == []
    decider.get_by_role("button", name=re.compile(words[4])).click()
    guest.goto(address + link_to(platform, "kim@globex.example", "invitations"))
    choose_password(guest, words[5], words[6])
    expect(guest.get_by_role("link", name=re.compile("Kim Berg"))).to_be_visible()


def test_contact(address: str, new_page: NewPage) -> None:
    """P29: the contact address for help (*contactez-nous*) is on every page, before one signs in as well."""
    page = new_page(locale="fr-FR")
    for path in ("/sign-in", "/sign-up", "/forgotten-password", "/nowhere"):
        page.goto(address + path)
        footer = page.get_by_role("contentinfo")
        expect(footer).to_contain_text("Contactez-nous")
        assert footer.get_by_role("link", name="legal@example.com").get_attribute("href") == "mailto:legal@example.com"
