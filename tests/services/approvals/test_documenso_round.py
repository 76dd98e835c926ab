"""A round of signatures at a Documenso server, from the first request to the files that prove it."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from formengine.content_type import PDF
from formengine.documents import find_converter
from formengine.documents.page_pictures import outline
from formengine.errors import NotFound, Refused
from formengine.forms import Upload
from formengine.jobs import drain, list_jobs
from formengine.services.approvals import provider_status, signed_copy_views
from formengine.services.approvals.provider_documents import provider_file
from formengine.services.core.pdf_verification import verify_pdf
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import documents
from formengine.services.files.uploads import open_content
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.mails import Mail
from formengine.work import functions_of
from tests.documents.pdf_signing.conftest import blank_pdf
from tests.services.approvals.test_signature_providers import seats
from tests.services.conftest import Case, MakeCase
from tests.support.documenso import AUDIT_LOG, TOKEN, Documenso, documenso_server
from tests.support.platforms import ROOT, SITES, MakePlatform, publish_site
from tests.support.requirements import missing

pytestmark = pytest.mark.site("casework")
SECRET = "a secret of the webhook"


@pytest.fixture
def database_kind() -> str:
    """The databases do the same here (`test_provider_status`), and LibreOffice takes seconds."""
    return "sqlite"


@pytest.fixture
def server() -> Iterator[Documenso]:
    with documenso_server() as running:
        yield running


@pytest.fixture
def platform(make_platform: MakePlatform, tmp_path: Path, server: Documenso) -> Platform:
    """The site `signing`, whose signatures are asked for at the server."""
    if find_converter() is None:
        missing("LibreOffice")
    site = shutil.copytree(SITES / "signing", tmp_path / "site")
    shutil.copy(ROOT / "plugins" / "documenso.py", site / "plugins")
    workflow = site / "workflows" / "sale" / "workflow.yaml"
    text = workflow.read_text(encoding="utf-8")
    text = text.replace("provider: demo_sign", "provider: documenso").replace("    with: {house: paper}\n", "")
    workflow.write_text(text, encoding="utf-8")
    own = {"url": server.url, "timeout": "5", "token": TOKEN, "webhook_secret": SECRET}
    values = {f"documenso.{name}": value for name, value in own.items()}
    made = make_platform(site=site, plugins="./demo_sign ./documenso", **values)
    publish_site(made)
    return made


@pytest.fixture
def sale(make_case: MakeCase) -> Case:
    """A contract that Bo and Di sign at the server."""
    case = make_case("sale", by="cleo", with_paper=False)
    case("paul", documents.new_document_version, "contract", Upload("sale.pdf", PDF, io.BytesIO(blank_pdf())))
    case.step("paul", "send")
    return case


def event(case: Case, seat: int, secret: str = SECRET) -> None:
    body = json.dumps({"event": "DOCUMENT_COMPLETED", "payload": {"externalId": f"formengine-seat-{seat}"}}).encode()
    case(
        "paul",
        lambda work, _reference: provider_status.receive_event(work, "documenso", {"x-documenso-secret": secret}, body),
    )


def jobs(case: Case) -> list[str]:
    return [job.id for job in list_jobs(case.platform.queue) if job.id.startswith("status-")]


def test_a_contract_is_signed_at_a_documenso_server(sale: Case, server: Documenso) -> None:
    """S7, S6: sent with a field for each signer, completed by events that may come twice, stored with its audit log."""
    drain(sale.platform.queue, functions_of(sale.platform))
    assert [row.state for row in seats(sale)] == ["asked", "asked"]
    assert sorted(envelope["recipients"][0]["email"] for envelope in server.envelopes.values()) == [
        "bo@example.com",
        "di@example.com",
    ]
    (sent,) = seats(sale)[0].sent
    assert sent["documents"]["contract"]["pdf"]["size"] > len(blank_pdf())  # with the page of signatures
    field = next(iter(server.envelopes.values()))["recipients"][0]["fields"][0]
    assert field["page"] == 2  # the page of signatures, after the document
    assert 0 < field["positionX"] < field["positionX"] + field["width"] < 100
    assert 0 < field["positionY"] < field["positionY"] + field["height"] < 100
    first, second = (row.seat_id for row in seats(sale))
    sale.later(minutes=1)
    with pytest.raises(Refused, match="secret"):
        event(sale, first, "forged")
    assert jobs(sale) == []
    server.signs(first)
    event(sale, first)
    event(sale, first)
    assert len(jobs(sale)) == 1
    drain(sale.platform.queue, functions_of(sale.platform))
    assert sale.seats == {"bo": "signed", "di": "open"}
    sale.later(minutes=1)
    event(sale, first)  # of a seat that is done: nothing is asked any more
    assert len(jobs(sale)) == 1
    server.signs(second)
    event(sale, second)
    drain(sale.platform.queue, functions_of(sale.platform))
    assert (sale.state, sale.whole()) == ("done", True)
    file = sale.reads(lambda work, dossier: provider_file(work, dossier, second, "audit_log"), "paul")
    assert content_of(sale, file) == AUDIT_LOG
    check_record(sale, sent["documents"]["contract"]["pdf"]["sha256"])


def content_of(case: Case, file: StoredFile) -> bytes:
    with open_content(case.platform, file.sha256) as stream:
        return stream.read()


def check_record(case: Case, sent_sha256: str) -> None:
    """Of what was signed at the server, a page of ours says what was sent and came back, and no more; everybody is sent
    it with the PDF of the server, and it is sealed.
    """
    copy = case.reads(lambda work, dossier: signed_copy_views.signed_copies(work, dossier)["contract"], "cleo")
    assert (copy.provider, copy.is_complete, copy.has_certificate) == ("Documenso", True, True)
    signed = case.reads(lambda work, dossier: signed_copy_views.signed_file(work, dossier, "contract"), "cleo")
    record = case.reads(lambda work, dossier: signed_copy_views.certificate_file(work, dossier, "contract"), "cleo")
    with case.platform.database.reading() as session:
        mails = [mail for mail in session.query(Mail) if mail.kind == "signed_copy"]
    assert {mail.person_id for mail in mails} == {case.people(who).id for who in ("bo", "di", "cleo")}
    enclosed = {mail.person_id: [file["sha256"] for file in (mail.variables or {})["enclosures"]] for mail in mails}
    first, *rest = enclosed[case.people("cleo").id]  # Bo and Di have signed a counterpart each
    assert (first != signed.sha256, rest) == (True, [signed.sha256, record.sha256])
    assert [len(files) for files in enclosed.values()] == [3, 3, 3]

    def counterpart(number: int) -> str:
        read = partial(signed_copy_views.signed_file, document="contract", counterpart=number)
        return str(case.reads(lambda work, dossier: read(work, dossier).sha256, "cleo"))

    assert [counterpart(number) for number in (1, 2)] == [first, signed.sha256]
    with pytest.raises(NotFound, match="has 2 signed copies"):
        counterpart(3)
    assert case.kinds().count("signed_copy") == 1
    pdf = content_of(case, record)
    verified = case.reads(lambda work, _: verify_pdf(work, pdf))
    assert (verified.unchanged, [each.name for each in verified.signatures]) == (
        True,
        [f"Record of signatures · {case.reference}"],
    )
    text = "".join(" ".join(outline(pdf).texts).split())
    for expected in (
        *("Signed at Documenso: our record", "bo@example.com", "di@example.com", sent_sha256, signed.sha256),
        *(
            hashlib.sha256(AUDIT_LOG).hexdigest(),
            "Signed, as Documenso told us",
            "The signatures are those of Documenso",
        ),
    ):
        assert "".join(expected.split()) in text, expected
    drain(case.platform.queue, functions_of(case.platform))
    assert case.kinds().count("signed_copy") == 1


def test_a_round_that_ends_is_cancelled_at_the_server(sale: Case, server: Documenso) -> None:
    """S7: whoever withdraws here leaves nothing to be signed there."""
    drain(sale.platform.queue, functions_of(sale.platform))
    sale.step("cleo", "withdraw")
    drain(sale.platform.queue, functions_of(sale.platform))
    assert {envelope["status"] for envelope in server.envelopes.values()} == {"CANCELLED"}
    assert [row.state for row in seats(sale)] == ["withdrawn", "withdrawn"]
