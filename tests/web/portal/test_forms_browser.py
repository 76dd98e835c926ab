"""The request forms of the four packs in Chromium, in the served portal: with and without JavaScript, up to the
dossier."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.accessibility import unwired, violations
from tests.support.browser import NewPage, sign_in
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.server import Served

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("FORMENGINE_PICTURES")
NAMES = ["عقد.pdf", "契約.docx", "quote'\"&<b>.txt", "📜.txt"]


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


def go(page: Page, name: str) -> None:
    """Press a button that leads to another page."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_multi_page_form_is_filled_and_submitted(
    served: Served, people: People, new_page: NewPage, script: bool
) -> None:
    """F5, F7, F9: files are kept over a failed post and between pages, every answer can be changed, then submitted."""
    people("lena")
    page = new_page(java_script_enabled=script)
    sign_in(page, served.url, people("maya").email, opens=f"{served.url}/requests/new/legal_advice")
    page.get_by_label("Subject").fill("Bail de Lyon <b>")
    files = [{"name": name, "mimeType": "text/plain", "buffer": b"Words of a lease."} for name in NAMES]
    page.get_by_label("Papers").set_input_files(files)
    go(page, "Next")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert [name.inner_text() for name in page.locator(".ff-kept .ff-name").all()] == NAMES
    page.get_by_label("Area of law").select_option(label="Real estate")
    page.get_by_label("The question to decide").fill("May we end it?\nBefore June?")
    go(page, "Next")
    page.get_by_role("radiogroup", name="Is a law firm already involved?").get_by_label("Yes").check()
    if not script:
        page.get_by_role("button", name=re.compile("Update the form .Is a law firm")).click()
    page.get_by_label("Which firm").fill("Cedar LLP")
    go(page, "Back")
    expect(page.get_by_label("Subject")).to_have_value("Bail de Lyon <b>")
    assert page.locator(".ff-kept").count() == 4
    go(page, "Next")
    expect(page.get_by_label("Which firm")).to_have_value("Cedar LLP")
    country = page.locator("select[data-pointer='/countries/0']")
    country.wait_for(state="attached")
    country.select_option(label="France", force=True)
    go(page, "Next")
    go(page, "Check your answers")
    for shown in ("Bail de Lyon <b>", "Cedar LLP", "France", *NAMES):
        expect(page.get_by_role("main")).to_contain_text(shown)
    go(page, "Change Which firm")
    expect(page.get_by_label("Which firm")).to_be_focused()
    page.get_by_label("Which firm").fill("Oak LLP")
    go(page, "Next")
    go(page, "Check your answers")
    expect(page.get_by_role("main")).to_contain_text("Oak LLP")
    go(page, "Submit request")
    expect(page.get_by_role("main")).to_contain_text("MAT-")


def test_conditional_field_appears_without_reload(served: Served, people: People, page: Page) -> None:
    """F4: the other side's document is asked for as soon as the paper is theirs."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None)
    sign_in(page, served.url, people("maya").email, opens=f"{served.url}/requests/new/nda")
    page.get_by_label("Their document").first.check()
    page.locator("input[type=file]").wait_for()
    page.locator("input[type=file]").set_input_files({"name": NAMES[0], "mimeType": "application/pdf", "buffer": PDF})
    expect(page.locator(".ff-kept .ff-name")).to_have_text(NAMES[0])
    page.get_by_label("Our template").check()
    expect(page.locator("input[type=file]")).to_have_count(0)
    page.get_by_label("Their document").first.check()
    expect(page.locator(".ff-kept .ff-name")).to_have_text(NAMES[0])
    assert messages == []


def test_forms_of_the_packs_are_accessible(served: Served, people: People, new_page: NewPage, tmp_path: Path) -> None:
    """F6, O8: in both widths, light and dark, English and French, with errors: no axe violations."""
    page = new_page(viewport={"width": 1280, "height": 900})
    sign_in(page, served.url, people("maya").email)
    folder = Path(PICTURES or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(("nda", "contract_review", "legal_advice", "litigation_notice")):
        width, scheme = (1280, "light") if number % 2 else (390, "dark")
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{served.url}/requests/new/{name}")
        page.locator("form[data-live] .fe-actions button.btn-primary").click()
        page.locator("[data-error-summary]").wait_for()
        assert [name, *violations(page), *unwired(page)] == [name]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.screenshot(path=folder / f"pack-{name}.png", full_page=True)
