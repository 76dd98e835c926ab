"""P14 in Chromium: the buttons, the progress of a long export, with and without JavaScript, at every width."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from formengine.services.core.unit_of_work import Platform
from formengine.services.exports import exports
from formengine.services.exports.exports import write_export
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.server import serving_app
from tests.web.dossiers.visitors import NDA, Opened, opened
from tests.web.page_tour import AXE, RULES

__all__ = ["opened"]
pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    """The application, served in this process."""
    with serving_app(app) as url:
        yield url


def violations(page: Page) -> list[str]:
    """What axe finds on a page."""
    page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html']}" for row in found]


def first_column(path: Path) -> list[object]:
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active
    assert sheet is not None
    return [row[0] for row in sheet.iter_rows(values_only=True)]


def test_p14_export_to_excel(
    address: str, people: People, opened: Opened, new_page: NewPage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14: the list exports to Excel as it is filtered; a long one on a page that follows it by itself."""
    references = {opened("nda", NDA), opened("nda", {**NDA, "counterparty": {"name": "Zeta", "country": "FR"}})}
    page = new_page(viewport={"width": 320, "height": 800}, color_scheme="dark")
    sign_in(page, address, people("paul").email)
    page.goto(f"{address}/contracts?q=zeta")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Export to Excel").click()
    assert download.value.suggested_filename.startswith("Contracts ")
    assert len(first_column(download.value.path())) == 2
    monkeypatch.setattr(exports, "LONG", 1)
    page.goto(f"{address}/contracts")
    page.get_by_role("button", name="Export to Excel").click()
    expect(page.get_by_text("0 of 2 dossiers")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
    write_export(platform, page.url.rsplit("/", 1)[1])
    ready = page.get_by_role("link", name="Download the Excel file")
    ready.wait_for()  # without being loaded again by hand
    with page.expect_download() as download:
        ready.click()
    assert set(first_column(download.value.path())) == {"Reference", *references}
    page.goto(f"{address}/exports")
    assert violations(page) == []


def test_p14_exporter_vers_excel_sans_javascript(
    address: str, people: People, opened: Opened, new_page: NewPage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P14: the same without JavaScript, in French."""
    monkeypatch.setattr(exports, "LONG", 0)
    opened("nda", NDA)
    page = new_page(java_script_enabled=False)
    sign_in(page, address, people("ines").email)
    page.goto(f"{address}/contracts")
    page.get_by_role("button", name="Exporter vers Excel").click()
    expect(page.get_by_text("0 dossiers sur 1")).to_be_visible()
    write_export(platform, page.url.rsplit("/", 1)[1])
    page.get_by_role("link", name="Voir où il en est").or_(
        page.get_by_role("link", name="Télécharger le fichier")
    ).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le fichier Excel").click()
    assert first_column(download.value.path())[0] == "Référence"
