"""The signed PDF on the pages of a dossier and in the API (S4, S6)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from formengine.services.accounts.api_tokens import create_token
from formengine.services.approvals import signed_copies as making
from formengine.services.approvals.signed_copy_views import download_address
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import Person
from formengine.storage.models.signed_copies import SignedCopy
from tests.services.conftest import Case, MakeCase, make_case, paper
from tests.support.platforms import acting_on
from tests.web.conftest import Visiting, form_of

__all__ = ["make_case"]
pytestmark = pytest.mark.site("casework")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def signed(make_case: MakeCase) -> Case:
    """A deal that is signed; its PDF is being made."""
    from formengine.services.approvals import decisions

    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    case("bo", decisions.sign, "Bo Jansen", True)
    return case


def signing(case: Case) -> making.Signing:
    value = making.load_signing(case.platform, {"dossier": case.dossier.id, "rule": "ours", "number": 1})
    assert value is not None
    return value


def tab(browser: Any, case: Case, name: str = "approvals") -> Any:
    return browser.get(f"/dossiers/{case.reference}?tab={name}")


def test_the_page_follows_the_signed_pdf(visiting: Visiting, signed: Case, people: Any) -> None:
    """S4: being made, failed with the reason and *Try again*, made: each is shown, to readers alone."""
    paul, address = visiting(people("paul")), f"/dossiers/{signed.reference}/documents/contract/signed"
    assert "Not made yet" in tab(paul, signed)  # it was signed long ago
    signing(signed)  # a job has begun
    assert "Being made" in tab(paul, signed)
    paul.get(address, status=404)
    making.fail(signed.platform, signing(signed), "converter")
    failed = tab(paul, signed)
    assert "nobody has to sign again" in failed
    assert "the program that makes PDFs failed" in failed
    assert "Being made" in failed.forms[form_of(address, failed)].submit(status=303).follow()
    making._store(signed.platform, signing(signed), {"contract": b"%PDF-1.7 signed"})
    for name in ("approvals", "attachments"):
        page = tab(paul, signed, name)
        assert "Download signed PDF" in page
        assert "Certificate being prepared" in page
        assert "Try again" not in page
    download = paul.get(address)
    assert (download.body, download.content_type) == (b"%PDF-1.7 signed", "application/pdf")
    paul.get(f"/dossiers/{signed.reference}/documents/contract/certificate", status=404)
    for tail in ("signed", "certificate", "evidence"):
        visiting(people("maya")).get(f"/dossiers/{signed.reference}/documents/contract/{tail}", status=404)


def test_what_was_signed_stays_until_all_have_signed_another(visiting: Visiting, signed: Case, people: Any) -> None:
    """S4, S6: neither an open round nor one that was declined takes the place of the signed PDF and its evidence; each
    round's own stay reachable, and are listed.
    """
    from formengine.services.approvals import decisions

    def ask_again() -> int:
        signed.step("paul", "ask", risk="low")
        for name in ("bo", "di", "ines"):
            signed(name, decisions.decide, "approve")
        return number_of_evidence()

    def number_of_evidence(**query: int) -> int:
        return int(paul.get(f"{address}/evidence", params=query).json["round"]["number"])

    paul, address = visiting(people("paul")), f"/dossiers/{signed.reference}/documents/contract"
    first = signing(signed).round_id
    making._store(signed.platform, signing(signed), {"contract": b"%PDF-1.7 signed"})
    signed.step("paul", "reopen")
    assert ask_again() == 1
    signed("bo", decisions.decline, "Not on these terms.")
    assert number_of_evidence() == 1
    assert number_of_evidence(round=first + 2) == 2  # after the approval
    assert paul.get(f"{address}/signed").body == b"%PDF-1.7 signed"
    assert ask_again() == 1
    signed("bo", decisions.sign, "Bo Jansen", True)
    assert number_of_evidence() == 3
    assert "round 1 · made of version 1" in tab(paul, signed, "attachments").html.find("main").get_text()
    approvals = tab(paul, signed)
    assert f"evidence?round={first}" in approvals
    folded = [round_.select("details .fe-seats") != [] for round_ in approvals.html.select(".fe-round")]
    assert folded == [False, False, True, True, True, True], "those that a later round of the same name has followed"
    link = tab(paul, signed, "attachments").html.select_one(f'a[href$="signed?round={first}"]')
    assert paul.get(link["href"]).body == b"%PDF-1.7 signed"


def test_the_words_are_french(visiting: Visiting, signed: Case, people: Any) -> None:
    """S4: the same in French."""
    making.fail(signed.platform, signing(signed), "settings")
    cleo = people("cleo")
    with signed.platform.database.transaction() as session:
        session.get_one(Person, cleo.id).language = "fr"
    page = tab(visiting(cleo), signed)
    for words in ("PDF signé", "Échec", "personne n’a à signer de nouveau", "Réessayer", "Preuves (JSON)"):
        assert words in page


def test_evidence_is_downloaded_as_json(visiting: Visiting, signed: Case, people: Any) -> None:
    """S6: the record tells who signed what, when and how, by the hash of the version and of each history entry."""
    answer = visiting(people("cleo")).get(f"/dossiers/{signed.reference}/documents/contract/evidence")
    record = answer.json
    assert "attachment" in answer.headers["Content-Disposition"]
    assert record["reference"] == signed.reference
    assert record["round"]["status"] == "signed"
    assert record["signed_pdf"] is None
    (signer,) = [value for value in record["signers"] if value["status"] == "signed"]
    assert signer["signature"]["document_sha256"] == record["document"]["sha256"]
    assert {"round_opened", "mail", "signed", "round_closed"} <= {event["event"] for event in record["events"]}


def test_people_without_an_account_have_an_address_of_their_own(visiting: Visiting, signed: Case) -> None:
    """S4: a signed PDF that is too large for a mail is downloaded by its address, once it was sent; no other opens."""
    making._store(signed.platform, signing(signed), {"contract": b"%PDF-1.7 signed"})
    address = signed.reads(lambda work, _: download_address(work, work.session.query(SignedCopy).one()))
    path, stranger = address.removeprefix(signed.platform.settings.base_url), visiting()
    stranger.get(path, status=404)
    with signed.platform.database.transaction() as session:
        session.query(SignedCopy).one().sent_at = signed.now
    assert stranger.get(path).body == b"%PDF-1.7 signed"
    for other in (path[:-1] + ("0" if path[-1] != "0" else "1"), path.replace("/signed/", "/signed/9"), "/signed/x/y"):
        stranger.get(other, status=404)


def test_the_api_gives_the_same(visiting: Visiting, signed: Case, people: Any) -> None:
    """S6: `format=signed`, `certificate` and `evidence` of a document, for readers of the dossier alone, once made."""

    def call(who: str, wanted: str, status: int = 200) -> Any:
        with acting_on(signed.platform, people(who)) as work:
            token = create_token(work, people(who), ["read"])
        address = f"/api/v1/dossiers/{signed.reference}/documents/contract?format={wanted}"
        return visiting().get(address, headers={"Authorization": f"Bearer {token}"}, status=status)

    assert "has it made again" in call("cleo", "signed", status=404).json["detail"]
    making._store(signed.platform, signing(signed), {"contract": b"%PDF-1.7 signed"})
    assert call("cleo", "signed").body == b"%PDF-1.7 signed"
    assert call("cleo", "evidence").json["signed_pdf"]["sha256"] == hashlib.sha256(b"%PDF-1.7 signed").hexdigest()
    call("cleo", "certificate", status=404)  # everybody is sent it in a moment
    for wanted in ("signed", "evidence", "certificate"):
        call("maya", wanted, status=404)


def test_a_paper_that_nobody_signs_here_has_none(visiting: Visiting, make_case: MakeCase, people: Any) -> None:
    case = make_case(by="cleo")
    assert "Signed PDF" not in tab(visiting(people("paul")), case)
    assert paper().name == "contract.pdf"


def test_the_page_of_a_signer_tells_what_was_read(visiting: Visiting, make_case: MakeCase, people: Any) -> None:
    """S6: by posts of the page; the download is a button whose press is evidence, and leads to the file."""
    from formengine.services.approvals import decisions

    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    bo = visiting(people("bo"))
    page = tab(bo, case)
    form = next(form for form in page.forms.values() if form.action.endswith("/readings"))
    assert form.submit(status=303).location.split("?")[0].endswith("/content")
    bo.post(form.action, {"csrf_token": form["csrf_token"].value, "what": "opened"}, status=204)
    bo.post(form.action, {"csrf_token": form["csrf_token"].value, "what": "understood"}, status=422)
    assert case.kinds()[-2:] == ["document_downloaded", "document_opened"]
    reading = form.action.replace("/readings", "/text")
    assert "recorded as evidence" in bo.get(reading)
    assert "recorded as evidence" not in visiting(people("paul")).get(reading)
    assert "Document opened before it was signed" in visiting(people("paul")).get(
        f"/dossiers/{case.reference}?tab=history"
    )


def test_a_pdf_that_was_signed_in_part_stays_reachable(visiting: Visiting, make_case: MakeCase, people: Any) -> None:
    """S3, S10: the round has ended, and its signatures count no longer; readers of the dossier alone have it."""
    from formengine.services.approvals import decisions

    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    round_id = signing(case).round_id
    case("bo", decisions.decline, "Not on these terms.")
    with case.platform.database.transaction() as session:
        row = session.query(SignedCopy).filter_by(round_id=round_id).one()
        row.file_id = session.query(StoredFile.id).order_by(StoredFile.stored_at).first()[0]
        row.signatures, row.state = [1], "made"
    paul = visiting(people("paul"))
    page = tab(paul, case, "attachments")
    link = page.html.select_one(f'a[href$="signed?round={round_id}"]')
    assert "1 signature, which no longer counts" in page
    paul.get(link["href"], status=200)
    paul.get(link["href"].replace(f"={round_id}", "=99"), status=404)
    visiting(people("maya")).get(link["href"], status=404)
