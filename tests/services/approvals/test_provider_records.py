"""The record of what was signed at a provider, of several documents, and where some signer's PDFs never came (S6)."""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from formengine.content_type import PDF
from formengine.documents import find_converter
from formengine.documents.page_pictures import outline
from formengine.forms import Upload
from formengine.jobs import drain
from formengine.registry import ProviderFile, SignatureReport
from formengine.services.approvals import signed_copy_views
from formengine.services.core.pdf_verification import verify_pdf
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import documents
from formengine.services.files.uploads import open_content
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.mails import Mail
from formengine.work import functions_of
from tests.documents.pdf_signing.conftest import blank_pdf
from tests.services.approvals.test_signature_providers import look
from tests.services.conftest import Case, MakeCase
from tests.support.platforms import SITES, MakePlatform, publish_site
from tests.support.requirements import missing

pytestmark = pytest.mark.site("casework")
NAMES = ("contract", "annex")


@pytest.fixture
def platform(make_platform: MakePlatform, tmp_path: Path) -> Platform:
    """The site `signing`, whose round at the provider is about two documents."""
    if find_converter() is None:
        missing("LibreOffice")
    site = shutil.copytree(SITES / "signing", tmp_path / "site")
    workflow, plugin = site / "workflows" / "sale" / "workflow.yaml", site / "plugins" / "demo_sign.py"
    text = workflow.read_text(encoding="utf-8")
    text = text.replace("document: contract", "document: [contract, annex]")
    text = text.replace("roles:\n", "documents: {annex: {title: {en: Annex, fr: Annexe}}}\nroles:\n", 1)
    workflow.write_text(text, encoding="utf-8")
    several = "class DemoSign:\n    several_documents = True\n"
    plugin.write_text(plugin.read_text(encoding="utf-8").replace("class DemoSign:\n", several), encoding="utf-8")
    made = make_platform(site=site, plugins="./demo_sign")
    publish_site(made)
    return made


def test_the_record_names_every_document_and_what_did_not_come(platform: Platform, make_case: MakeCase) -> None:
    """S6, S7, S11: Bo's counterparts of both documents came, Di's did not; everybody has what came, and the record."""
    case = make_case("sale", by="cleo", with_paper=False)
    for name in NAMES:
        upload = Upload(f"{name}.pdf", PDF, io.BytesIO(blank_pdf() + f"% {name}".encode()))
        case("paul", documents.new_document_version, name, upload)
    case.step("paul", "send")
    drain(platform.queue, functions_of(platform))
    files = tuple(ProviderFile("signed", blank_pdf() + f"% signed {name}".encode(), name) for name in NAMES)
    bo = case.people("bo").email

    def status(seat: Any) -> SignatureReport:
        return SignatureReport("signed", files=files if seat.email == bo else ())

    plugin = sys.modules["formengine_site_plugins_demo_sign"]
    plugin.mood["status"] = status
    case.later(minutes=5)
    look(case)
    plugin.mood["status"] = "asked"
    drain(platform.queue, functions_of(platform))
    assert case.state == "done"
    copies = case.reads(signed_copy_views.signed_copies, "cleo")
    assert {name: (copies[name].state, copies[name].has_certificate) for name in NAMES} == dict.fromkeys(
        NAMES, ("made", True)
    )
    assert content(case, signed_copy_views.signed_file, "annex") == files[1].content
    record = content(case, signed_copy_views.certificate_file, "annex")
    assert record == content(case, signed_copy_views.certificate_file, "contract")
    assert case.reads(lambda work, _: verify_pdf(work, record)).unchanged
    text = "".join("".join(outline(record).texts).split())
    came = [hashlib.sha256(file.content).hexdigest() for file in files]
    for expected in (bo, case.people("di").email, "Contract", "Annex", *came):
        assert expected in text, expected
    with platform.database.reading() as session:
        mails = [mail for mail in session.query(Mail) if mail.kind == "signed_copy"]
    assert [len((mail.variables or {})["enclosures"]) for mail in mails] == [3, 3, 3]


def content(case: Case, read: Any, document: str) -> bytes:
    """The content of a file that a service gives of a document."""
    file: StoredFile = case.reads(lambda work, dossier: read(work, dossier, document), "cleo")
    with open_content(case.platform, file.sha256) as stream:
        return stream.read()
