"""What signers with an account opened, downloaded and read before they signed stands in the evidence (S6)."""

from __future__ import annotations

import pytest

from formengine.services.approvals import decisions
from formengine.services.approvals.document_readings import own_signing_seats, record_own_reading
from formengine.services.approvals.signed_copy_views import evidence
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.erasure import erase_content
from formengine.storage.models.files_and_notes import DocumentVersion
from tests.services.conftest import Case, MakeCase
from tests.support.concurrency import at_once

pytestmark = pytest.mark.site("casework")


def newest(work: UnitOfWork) -> DocumentVersion:
    return work.session.query(DocumentVersion).order_by(DocumentVersion.number.desc()).first()  # type: ignore[return-value]


@pytest.fixture
def asked(make_case: MakeCase) -> Case:
    """A contract that Bo and Di, of finance, are asked to sign."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    assert case.state == "signing"
    return case


def test_a_reading_of_a_signer_is_recorded_once(asked: Case) -> None:
    """S6: with the version and its hash; nobody else's reading is."""

    def tell(work: UnitOfWork, _reference: str, reading: str) -> None:
        record_own_reading(work, newest(work), reading)  # type: ignore[arg-type]

    for reading in ("opened", "opened", "read", "downloaded", "read"):
        asked("bo", tell, reading)
    asked("paul", tell, "opened")
    told = [entry for entry in asked.history() if entry.kind.startswith("document_")]
    assert [entry.kind for entry in told] == ["document_opened", "document_read", "document_downloaded"]
    assert {asked.name(entry.by or "") for entry in told} == {"bo"}
    record = asked.reads(lambda work, dossier: evidence(work, dossier, "contract"), "paul")
    seen = [event for event in record["events"] if event["event"].startswith("document_")]
    assert [event["via"] for event in seen] == ["page"] * 3
    assert {event["document_sha256"] for event in seen} == {record["document"]["sha256"]}
    assert asked.whole()


def test_who_has_signed_or_is_not_asked_reads_without_being_watched(asked: Case) -> None:
    """S6: an open seat alone makes a reading evidence."""
    assert asked.reads(lambda work, _dossier: len(own_signing_seats(work, newest(work))), "bo") == 1
    assert asked.reads(lambda work, _dossier: own_signing_seats(work, newest(work)), "cleo") == []
    asked("bo", decisions.sign, "Bo Jansen", True)
    assert asked.reads(lambda work, _dossier: own_signing_seats(work, newest(work)), "bo") == []


def test_two_tabs_of_a_signer_record_one_reading(asked: Case) -> None:
    """S6: both post at once that the contract was read; the history tells it once."""

    def tell(work: UnitOfWork) -> None:
        record_own_reading(work, newest(work), "read")

    bo = asked.people("bo").id
    assert at_once(asked.platform, (bo, tell), (bo, tell)) == ["", ""]
    assert asked.kinds().count("document_read") == 1
    assert asked.whole()


def test_the_evidence_says_what_of_it_was_erased(asked: Case) -> None:
    """S6, T45: that it happened, when and by whom, and by whose order its content was erased."""
    asked("bo", decisions.sign, "Bo Jansen", True)
    entries = {entry.kind: entry.number for entry in asked.history()}
    asked("paul", lambda work, reference: erase_content(work, reference, [entries["signed"]]))
    record = asked.reads(lambda work, dossier: evidence(work, dossier, "contract"), "paul")
    erased = [event for event in record["events"] if "erased" in event]
    assert [(event["event"], event["entry"]["number"]) for event in erased] == [("signed", entries["signed"])]
    assert erased[0]["erased"] | {"at": None} == {
        "entry": asked.history()[-1].number,
        "at": None,
        "person": asked.people("paul").name,
    }
    assert asked.whole()
