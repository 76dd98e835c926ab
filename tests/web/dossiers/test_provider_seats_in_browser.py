"""A signature at a provider in Chromium: the failure, *Try again*, and the files, accessible on a phone (S7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from formengine.errors import DeliveryFailed
from tests.services.approvals.test_provider_status import REPORT
from tests.services.approvals.test_signature_providers import ask_all, case, look, platform, plugin
from tests.services.conftest import Case, make_case
from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.server import serving_app

__all__ = ["case", "make_case", "platform", "plugin"]
pytestmark = [pytest.mark.browser, pytest.mark.site("casework")]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


def test_counsel_tries_again_and_finds_the_files(
    address: str, case: Case, plugin: Any, people: Any, new_page: NewPage
) -> None:
    """S7, S6: on a phone, in French, without JavaScript; then the signed PDF and the record of the provider."""
    plugin.mood["start"] = DeliveryFailed("HTTP 503", permanent=False)
    with pytest.raises(DeliveryFailed):
        ask_all(case)
    paul = new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    sign_in(paul, address, people("paul").email, opens=f"{address}/dossiers/{case.reference}?tab=approvals")
    paul.get_by_role("button", name="Menu").click()
    paul.get_by_role("button", name="Français").click()
    paul.goto(f"{address}/dossiers/{case.reference}?tab=approvals")
    paul.get_by_text("n’a pas pu être envoyée à demo_sign").wait_for()
    paul.get_by_text("son service ne fonctionne pas en ce moment").wait_for()
    plugin.mood["start"] = None
    paul.get_by_role("button", name="Réessayer").first.click()
    paul.get_by_text("Le prestataire est de nouveau sollicité.").wait_for()
    ask_all(case)
    plugin.mood["status"] = REPORT
    look(case)
    paul.goto(f"{address}/dossiers/{case.reference}?tab=approvals")
    with paul.expect_download() as download:
        paul.get_by_role("link", name="Journal du prestataire").first.click()
    assert download.value.suggested_filename.endswith(".pdf")
    dark = new_page(color_scheme="dark")
    sign_in(dark, address, people("paul").email, opens=f"{address}/dossiers/{case.reference}?tab=approvals")
    assert violations(dark) == []
