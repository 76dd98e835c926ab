"""A dossier's page in Chromium, in the words of the portal: P16, P17, P23 and P24, in English and French."""

from __future__ import annotations

import pytest

from tests.support.browser import NewPage, sign_in
from tests.web.page_tour import Tour

pytestmark = pytest.mark.browser


def test_a_request_opens_by_its_identifier(tour: Tour, new_page: NewPage) -> None:
    """P16: clicking the identifier in the list opens the page of the request."""
    page = new_page(locale="en-GB")
    sign_in(page, tour.url, "maya@example.com", opens=f"{tour.url}/contracts")
    reference = tour.places["nda_out"]
    page.get_by_role("link", name=reference, exact=True).click()
    page.wait_for_url(f"**/dossiers/{reference}")
    page.get_by_role("region", name="The request").wait_for()


def test_where_a_request_stands(tour: Tour, new_page: NewPage) -> None:
    """P17: the state of the workflow, the people involved, the dates and the important developments, on a telephone
    and in French too; the picture opens without a script.
    """
    reference = tour.places["nda_out"]
    page = new_page(locale="en-GB", java_script_enabled=False, viewport={"width": 390, "height": 800})
    sign_in(page, tour.url, "maya@example.com", opens=f"{tour.url}/dossiers/{reference}?lang=en")
    standing = page.get_by_role("region", name="Where it stands")
    assert standing.locator("[aria-current=step]").inner_text() == "Waiting for signatures"
    question = page.get_by_role("region", name="The request")
    assert standing.bounding_box()["y"] < question.bounding_box()["y"]
    assert question.bounding_box()["y"] + question.bounding_box()["height"] < 2 * 800, "both within two screens"
    dots = [dot.bounding_box()["y"] for dot in standing.locator(".fe-line > li").all()]
    assert len(set(dots)) == 1, "the states stand in one row"
    standing.get_by_text("Picture of the workflow", exact=True).first.click()
    assert standing.get_by_role("img", name="Picture of the workflow").is_visible()
    for name in ("People involved", "Dates", "Developments"):
        assert page.get_by_role("region", name=name).is_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Contracts").click()
    page.wait_for_url(f"{tour.url}/contracts")
    page.goto(f"{tour.url}/dossiers/{reference}?lang=fr")
    for name in ("La demande", "Où en est le dossier", "Personnes concernées", "Dates", "Faits marquants"):
        assert page.get_by_role("region", name=name).is_visible(), name
    assert "En attente de signature" in page.locator("[aria-current=step]").inner_text()


@pytest.mark.parametrize(
    ("language", "details", "attachments", "attach"),
    [
        ("en", "The request", "Attachments", "Attach files"),
        ("fr", "La demande", "Pièces jointes", "Joindre des fichiers"),
    ],
)
def test_a_contract_has_details_progress_and_attachments(
    tour: Tour, new_page: NewPage, language: str, details: str, attachments: str, attach: str
) -> None:
    """P23: details, progress (a line of states), and attachments, to which the client adds a file."""
    page = new_page(locale="en-GB")
    sign_in(page, tour.url, "maya@example.com", opens=f"{tour.url}/dossiers/{tour.places['nda_out']}?lang={language}")
    assert "Globex SA" in page.get_by_role("region", name=details).inner_text()
    assert page.locator(".fe-line > li").count() >= 2
    tab = page.get_by_role("navigation").get_by_role("link", name=attachments)
    page.goto(f"{tour.url}{tab.get_attribute('href')}&lang={language}")
    page.locator("#attach-files").set_input_files(
        {"name": f"plan-{language}.txt", "mimeType": "text/plain", "buffer": b"A plan."}
    )
    page.get_by_role("button", name=attach).click()
    page.get_by_text(f"plan-{language}.txt").first.wait_for()


@pytest.mark.parametrize(
    ("language", "heading", "status"),
    [
        ("en", "Approvals and signatures", "Signature expected"),
        ("fr", "Approbations et signatures", "Signature attendue"),
    ],
)
def test_approvers_and_signers_with_the_status_of_each(
    tour: Tour, new_page: NewPage, language: str, heading: str, status: str
) -> None:
    """P24: on the overview in brief, and on a tab in detail."""
    page = new_page(locale="en-GB")
    sign_in(page, tour.url, "maya@example.com", opens=f"{tour.url}/dossiers/{tour.places['nda_out']}?lang={language}")
    brief = page.get_by_role("region", name=heading)
    assert status in brief.inner_text()
    page.goto(f"{tour.url}/dossiers/{tour.places['nda_out']}?tab=approvals&lang={language}")
    assert page.get_by_role("navigation").get_by_role("link", name=heading).get_attribute("aria-current") == "page"
    assert status in page.get_by_role("main").inner_text()


def test_the_menu_of_narrow_screens(tour: Tour, new_page: NewPage) -> None:
    """D1: folded below one row, so that the desk begins at the top; opened, every entry is on the screen, for the role
    that has most of them. Tabs stand two in a row.
    """
    page = new_page(locale="fr-FR")
    sign_in(page, tour.url, "sam@example.com")
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{tour.url}/desk?lang=fr")
        menu = page.get_by_role("navigation", name="Menu principal")
        assert page.get_by_role("banner").bounding_box()["height"] == 48
        page.get_by_role("button", name="Menu").click()
        entries = menu.get_by_role("link").all()
        assert len(entries) == 7
        for link in entries:
            box = link.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        assert not menu.is_visible()
        tabs = page.get_by_role("navigation", name="Parties du bureau").get_by_role("link").all()
        assert len({tab.bounding_box()["y"] for tab in tabs}) == 4
