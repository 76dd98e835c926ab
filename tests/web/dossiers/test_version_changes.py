"""A contract that two sides send to and fro: a version at each turn, what changed, a clean one before signature."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import update

from formengine.documents import DOCX
from formengine.forms import Upload
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.documents import new_document_version
from formengine.services.dossiers.version_changes import COMPARISON_JOB
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.work.job_functions import functions_of
from tests.documents.conftest import word
from tests.documents.word_versions.builders import negotiated
from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.support.server import serving_app
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import NDA, SignedIn

__all__ = ["calling"]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def reference(platform: Platform, people: People) -> str:
    people.all()
    with acting_on(platform, people("maya")) as work:
        number: str = submit(work, "nda", NDA, accept_notice=True).dossier.reference
    return number


@pytest.fixture
def address(app: Any, platform: Platform) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


def compare(platform: Platform, reference: str) -> None:
    """Run the job that the page has asked for, for the two newest versions."""
    with platform.database.reading() as session:
        query = session.query(DocumentVersion).join(Document).join(Dossier).filter(Dossier.reference == reference)
        older, newer = [version.id for version in query.order_by(DocumentVersion.number)][-2:]
    functions_of(platform)[COMPARISON_JOB]({"older": older, "newer": newer})


def authors_in(docx: bytes) -> set[str]:
    """The authors of the tracked changes and comments of a Word file."""
    with ZipFile(io.BytesIO(docx)) as parts:
        xml = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    return set(re.findall('w:author="([^"]*)"', xml))


def test_clients_read_who_remarked_in_their_own_versions_alone(
    signed_in: SignedIn, calling: Calling, platform: Platform, people: People, reference: str
) -> None:
    """S3: counsel reads every author of a Word file; a client does where both versions came from the client's side."""
    for content in (word("Services", "The term is two years."), negotiated()):
        with acting_on(platform, people("paul")) as work:
            new_document_version(work, reference, "agreement", Upload("turn.docx", DOCX, io.BytesIO(content)))
    with platform.database.reading() as session:
        newest = session.query(DocumentVersion).order_by(DocumentVersion.id.desc()).first().id
    page = f"/documents/{newest}/changes"
    assert "being compared" in signed_in("paul").get(page)
    compare(platform, reference)
    assert "Bo Lind" in signed_in("paul").get(page)
    maya, answers = signed_in("maya").get(page), f"/api/v1/dossiers/{reference}/documents/agreement/changes"
    assert ("Bo Lind" in maya, "Is this net?" in maya, "without a name" in maya) == (False, True, False)
    assert {remark["by"] for remark in calling("maya").get(answers).json["remarks"]} == {""}
    assert authors_in(signed_in("maya").get(f"/documents/{newest}/changes.docx").body) == {"formengine"}
    with platform.database.transaction() as session:
        session.execute(update(DocumentVersion).values(made_by=people("maya").id))
    assert "Bo Lind" in signed_in("maya").get(page)


@pytest.mark.browser
def test_a_contract_is_uploaded_for_review_turn_by_turn(
    address: str, platform: Platform, people: People, reference: str, new_page: NewPage, tmp_path: Path
) -> None:
    """P22, S2, S3: a version per turn; what changed, with the other side's tracked changes and comments; on a phone."""
    page = new_page(locale="en-GB", viewport={"width": 390, "height": 800})
    sign_in(page, address, people("paul").email)
    for number, content in enumerate((word("Services", "The term is two years."), negotiated()), 1):
        file = tmp_path / f"turn-{number}.docx"
        file.write_bytes(content)
        page.goto(f"{address}/dossiers/{reference}?tab=attachments")
        page.get_by_text("Upload a new version").click()
        page.get_by_label("File (Word or PDF)").set_input_files(file)
        page.get_by_role("button", name="Add version").click()
        page.get_by_role("link", name=file.name, exact=True).wait_for()
    assert page.get_by_text(
        "Version 2 still holds tracked changes, comments, hidden text or fields that change by themselves."
    ).is_visible()
    assert page.get_by_text("Clients who see the dossier read them in the file.").is_visible()
    page.get_by_role("link", name="What changed").click()
    page.get_by_text("The two versions are being compared.").wait_for()
    compare(platform, reference)
    page.get_by_role("link", name="Reload this page").click()
    assert page.locator("article ins").first.inner_text() == "three"
    assert page.get_by_text("Table 1, row 2, column 1").is_visible()
    remarks = page.locator(".fe-remarks").inner_text()
    assert "Bo Lind" in remarks
    assert "Is this net?" in remarks
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download with tracked changes (Word)").click()
    assert download.value.suggested_filename == "CTR-2026-0001 turn-2 (changes 1-2).docx"
    page.goto(f"{address}/dossiers/{reference}?tab=attachments")
    page.get_by_text("Make a clean version").click()
    page.get_by_role("button", name="Accept all and clean").click()
    assert page.get_by_text("A clean version was added.").is_visible()
    assert page.get_by_text("still holds tracked changes").count() == 0
    page.goto(f"{address}/dossiers/{reference}?tab=history")
    assert page.get_by_text("tracked changes 2 (accepted), comments 1, hidden passages 1").is_visible()
