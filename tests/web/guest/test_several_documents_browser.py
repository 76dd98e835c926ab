"""Somebody outside signs two documents in one act, on a telephone and without JavaScript (S11, S5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from formengine.services.approvals import guest_signing
from formengine.services.core.unit_of_work import Platform, run_in_transaction
from formengine.services.dossiers import documents
from formengine.services.files.reading_copies import make_reading_copy
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.rounds import Seat
from tests.services.approvals.test_several_documents import JOE, docx, hashes, is_approved, open_link
from tests.services.conftest import Case, MakeCase, make_case
from tests.support.browser import NewPage
from tests.support.platforms import MakePlatform
from tests.support.server import Served
from tests.web.guest.test_codes import newest_code
from tests.web.guest.test_signing_browser import PHONE, looks_right

__all__ = ["make_case"]
pytestmark = [pytest.mark.browser, pytest.mark.site("closing")]
TEXTS = {
    "contract": "The seller sells. [[sign:buyer]] [[place:buyer]]",
    "annex": "Ten chairs at 20 EUR. [[sign:buyer]]",
}


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def platform(make_platform: MakePlatform) -> Platform:
    """Mails stay readable here, codes in them too."""
    return make_platform(mail_url="dev:")


@pytest.fixture
def closing(make_case: MakeCase, platform: Platform) -> Case:
    """Two documents that are out for signature, with their reading copies."""
    case = make_case("closing", by="cleo", with_paper=False, now=datetime.now(UTC), buyer=JOE)
    for name, text in TEXTS.items():
        case("paul", documents.new_document_version, name, docx(text))
    with platform.database.reading() as session:
        contents = [version.file.sha256 for version in session.scalars(select(DocumentVersion))]
    for sha256 in contents:
        make_reading_copy(platform, sha256)
    is_approved(case)
    return case


def test_both_are_read_on_one_page_and_signed_in_one_act(
    closing: Case, served: Served, platform: Platform, new_page: NewPage
) -> None:
    """S11, S5, S6: at 390 pixels without JavaScript: each text under its title, one consent, one signature; the place
    that one of them asks for is asked once; the evidence names the hash of each.
    """
    link = open_link(closing)
    page = new_page(**PHONE, java_script_enabled=False)
    page.goto(f"{served.url}/act/{link}")
    expect(page.get_by_text("please read the 2 documents below")).to_be_visible()
    for title, text in (("Contract", "The seller sells."), ("Annex of prices", "Ten chairs at 20 EUR.")):
        expect(page.locator(".fe-asked-of").get_by_role("link", name=title)).to_be_visible()
        expect(page.get_by_role("region", name=title)).to_contain_text(text)
    run_in_transaction(platform, lambda work: guest_signing.send_code(work, link))
    page.reload()
    page.get_by_label("Your full name, as your signature").fill("Joe Martin")
    page.get_by_label("Place where you sign").fill("Lyon")
    page.get_by_label("Six-digit code").first.fill(newest_code(platform))
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Tick the box to say that you agree to sign.").first).to_be_visible(timeout=20_000)
    page.get_by_label("I have read the documents and agree to sign all of them").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you, your signature is recorded")).to_be_visible(timeout=20_000)
    with platform.database.reading() as session:
        seat = session.scalars(select(Seat).where(Seat.person == JOE["email"], Seat.status == "signed")).one()
    assert (seat.evidence["text"], seat.evidence["values"]) == ("Joe Martin", {"place": "Lyon"})
    assert seat.evidence["documents"] == hashes(closing)
    assert closing.whole()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_and_is_accessible(closing: Case, served: Served, new_page: NewPage, width: int) -> None:
    """S11, U6: in French, narrow and wide."""
    page = new_page(viewport={"width": width, "height": 900}, locale="fr-FR")
    page.goto(f"{served.url}/act/{open_link(closing)}")
    expect(page.get_by_text("veuillez lire les 2 documents ci-dessous")).to_be_visible()
    looks_right(page, f"sign-several-{width}-fr")
