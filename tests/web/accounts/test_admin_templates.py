"""The templates of the site for legal admins: the list, what the check says, a preview, the Word file (S1)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from formengine.services.core.unit_of_work import Platform
from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.server import serving_app
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, opened, signed_in

__all__ = ["opened", "signed_in"]

ROOT = Path(__file__).parents[3]
NDA_PAGE = "/admin/templates/nda/agreement"


@pytest.fixture
def site_folder() -> Path:
    """The site of the product, with its templates."""
    return ROOT


def test_every_document_that_is_drafted_is_listed(signed_in: SignedIn, people: People) -> None:
    """S1: with a preview in each of its languages."""
    people.all()
    page = signed_in("sam").get("/admin/templates")
    links = [a["href"] for a in page.html.select("a[href^='/admin/templates/']")]
    for request_type, document in (
        ("nda", "agreement"),
        ("services_agreement", "agreement"),
        ("data_processing_agreement", "agreement"),
        ("power_of_attorney", "power"),
    ):
        for language in ("en", "fr"):
            assert f"/admin/templates/{request_type}/{document}?language={language}" in links
    titles = {cell.get_text() for cell in page.html.select("td[data-label='Document']")}
    assert "Legal opinion" in titles, "the workflow names it, its request type does not"


def test_a_template_is_shown_with_the_answers_of_a_story(signed_in: SignedIn, people: People) -> None:
    """S1: in the language chosen; and as Word."""
    people.all()
    sam = signed_in("sam")
    page = sam.get(NDA_PAGE)
    assert "Nothing to mend." in page
    assert "Mutual non-disclosure agreement" in page.html.select_one("article").get_text()
    french = sam.get(f"{NDA_PAGE}?language=fr")
    article = french.html.select_one("article")
    assert article["lang"] == "fr"
    assert "9 mars 2026" in article.get_text()
    link = french.html.select_one("a[href*='/file?']")["href"]
    answer = sam.get(link)
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.body)).paragraphs)
    assert "Accord de confidentialité réciproque" in text
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_template_is_shown_with_the_answers_of_a_dossier(signed_in: SignedIn, people: People, opened: Opened) -> None:
    """S1: for example of the demo; of one that is not of this request type there is no page."""
    people.all()
    reference = opened("nda", {**NDA, "purpose": "Canary purpose"})
    sam = signed_in("sam")
    page = sam.get(f"{NDA_PAGE}?dossier={reference}")
    assert "Canary purpose" in page.html.select_one("article").get_text()
    sam.get(f"{NDA_PAGE}?dossier=CTR-1999-0001", status=404)
    sam.get(f"/admin/templates/services_agreement/agreement?dossier={reference}", status=404)


def test_templates_that_there_are_not_and_people_who_may_not(signed_in: SignedIn, people: People) -> None:
    people.all()
    sam = signed_in("sam")
    for address in ("/admin/templates/nda/minutes", "/admin/templates/none/agreement", f"{NDA_PAGE}?story=Nothing"):
        sam.get(address, status=404)
    for name in ("maya", "paul"):
        signed_in(name).get("/admin/templates", status=403)
        signed_in(name).get(NDA_PAGE, status=403)


@pytest.fixture
def address(app: Any, platform: Platform) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preview_is_accessible_and_fits(address: str, people: People, new_page: NewPage, scheme: str) -> None:
    """S1, O8: on a phone, in French, in both schemes."""
    people.all()
    page = new_page(viewport={"width": 320, "height": 800}, color_scheme=scheme, locale="fr-FR")
    sign_in(page, address, people("sam").email)
    for path in ("/admin/templates", f"{NDA_PAGE}?language=fr"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert violations(page) == [], path
