"""Requests at a signature provider: told on the dossier, tried again, hurried by events, with the files they end in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from formengine.content_type import PDF
from formengine.errors import DeliveryFailed, NotFound, Refused
from formengine.jobs import Retry, drain, list_jobs
from formengine.registry import ProviderFile, SignatureReport
from formengine.services.approvals import provider_calls, provider_status, signature_providers, signed_copy_views
from formengine.services.approvals.provider_documents import provider_file
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.uploads import open_content
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.rounds import ProviderSeat, Seat
from formengine.work import functions_of
from tests.services.approvals.test_signature_providers import ask_all, case, look, platform, plugin, seats
from tests.services.conftest import Case, MakeCase
from tests.support.concurrency import at_once

__all__ = ["case", "platform", "plugin"]
pytestmark = pytest.mark.site("casework")
SIGNED_PDF = b"%PDF-1.7\n% signed elsewhere\n%%EOF\n"
LOG = b"%PDF-1.7\n% what happened\n%%EOF\n"
REPORT = SignatureReport("signed", files=(ProviderFile("signed", SIGNED_PDF), ProviderFile("audit_log", LOG)))


def views(case: Case, who: str = "paul") -> list[provider_status.ProviderSeatView]:
    return list(case.reads(lambda work, dossier: provider_status.provider_seats(work, dossier), who).values())


def content(case: Case, sha256: str) -> bytes:
    with open_content(case.platform, sha256) as stream:
        return stream.read()


def test_the_files_of_a_provider_are_kept_as_evidence(case: Case, plugin: Any) -> None:
    """S6, S7: signed PDF and audit log of each seat are stored with the step, named by their hash in the record, and
    read by whoever reads the dossier.
    """
    ask_all(case)
    plugin.mood["status"] = REPORT
    look(case)
    assert (case.state, case.whole()) == ("done", True)
    record = case.reads(lambda work, dossier: signed_copy_views.evidence(work, dossier, "contract"), "paul")
    signature = record["signers"][0]["signature"]
    assert (signature["kind"], signature["provider"]) == ("provider", "demo_sign")
    assert signature["document_sha256"] == record["document"]["sha256"]
    assert sorted(signature["files"]) == ["audit_log", "signed"]
    seat = seats(case)[0].seat_id
    for kind, data in (("signed", SIGNED_PDF), ("audit_log", LOG)):
        file = case.reads(lambda work, dossier, kind=kind: provider_file(work, dossier, seat, kind), "paul")  # type: ignore[misc]
        assert (file.type, content(case, file.sha256)) == (PDF, data)
        assert file.sha256 == signature["files"][kind]["sha256"]
    assert list(views(case)[0].files) == ["signed", "audit_log"]
    with pytest.raises(NotFound):
        case.reads(lambda work, dossier: provider_file(work, dossier, seat, "other"), "paul")
    with pytest.raises(NotFound):
        case.reads(lambda work, dossier: provider_file(work, dossier, seat + 1000, "signed"), "paul")


def test_the_files_of_another_dossier_are_not_given(case: Case, plugin: Any, make_case: MakeCase) -> None:
    """S6, T5: the seat belongs to the dossier that is asked for it."""
    ask_all(case)
    plugin.mood["status"] = REPORT
    look(case)
    other = make_case("sale", by="cleo")
    with pytest.raises(NotFound):
        other.reads(lambda work, dossier: provider_file(work, dossier, seats(case)[0].seat_id, "signed"), "paul")


def test_a_failure_is_told_to_the_legal_side_and_tried_again(case: Case, plugin: Any) -> None:
    """S7: what the provider says is on the dossier, with Try again; the client reads how it stands."""
    plugin.mood["start"] = DeliveryFailed("HTTP 503", permanent=False)
    with pytest.raises(DeliveryFailed):
        ask_all(case)
    told = views(case)[0]
    assert told.sentence == "It could not be sent to demo_sign: its service does not work at the moment."
    assert (told.failed, told.may_retry, told.detail) == (True, True, "HTTP 503")
    of_client = views(case, "cleo")[0]
    assert of_client.detail == ""
    assert (of_client.sentence, of_client.failed, of_client.may_retry) == (
        "It is being sent to demo_sign.",
        False,
        False,
    )
    with pytest.raises((Refused, NotFound)):
        case("cleo", provider_status.retry_request, seats(case)[0].seat_id)
    plugin.mood["start"] = None
    case("paul", provider_status.retry_request, seats(case)[0].seat_id)
    with pytest.raises(Refused):
        case("paul", provider_status.retry_request, seats(case)[0].seat_id)
    with pytest.raises(NotFound):
        case("paul", provider_status.retry_request, 10**6)
    drain(case.platform.queue, functions_of(case.platform))
    assert [row.state for row in seats(case)] == ["asked", "asked"]
    assert views(case)[0].sentence == "It was sent to demo_sign, which asks the signer by mail."


def test_a_poll_that_failed_is_not_the_last_one(case: Case, plugin: Any) -> None:
    """S7: even when the job gives up, the next poll comes, under a key of its own."""
    ask_all(case)
    first = [row.next_at for row in seats(case)]
    plugin.mood["status"] = lambda _seat: (_ for _ in ()).throw(DeliveryFailed("HTTP 500", permanent=True))
    with pytest.raises(DeliveryFailed):
        look(case)
    row = seats(case)[0]
    assert row.next_at is not None
    assert first[0] is not None
    assert row.next_at > first[0]
    assert (row.state, row.error) == ("asked", "HTTP 500")
    assert views(case)[0].sentence == "demo_sign does not tell how it stands: its service does not work at the moment."


def test_two_who_try_again_at_once_send_one_request(case: Case, plugin: Any) -> None:
    """S7, T5: the second reads that nothing failed any more."""
    plugin.mood["start"] = DeliveryFailed("HTTP 503", permanent=False)
    with pytest.raises(DeliveryFailed):
        ask_all(case)
    plugin.mood["start"] = None
    seat, paul = seats(case)[0].seat_id, case.people("paul").id

    def try_again(work: UnitOfWork) -> None:
        provider_status.retry_request(work, case.reference, seat)

    assert sorted(at_once(case.platform, (paul, try_again), (paul, try_again))) == ["", "Refused"]
    jobs = [job for job in list_jobs(case.platform.queue) if job.id.startswith(f"provider-{seat}-again")]
    assert len(jobs) == 1


def test_a_job_does_not_call_a_provider_that_another_job_is_calling(case: Case, plugin: Any) -> None:
    """S7: two requests at once for one seat would be two envelopes at the provider; the second job comes again."""
    seat = seats(case)[0].seat_id
    provider = case.platform.registry.vocabulary.providers["demo_sign"].provider
    start, refused = provider.start, []

    def start_slowly(requested_round: Any, requested_seat: Any) -> None:
        try:
            signature_providers.request_signature(case.platform, seat)
        except Retry as error:
            refused.append(error)
        start(requested_round, requested_seat)

    provider.start = start_slowly
    try:
        signature_providers.request_signature(case.platform, seat)
    finally:
        provider.start = start
    assert [call[:2] for call in plugin.calls] == [("start", seat)]
    (error,) = refused
    assert 0 < error.after_seconds <= provider_calls.CALL_TIME.total_seconds()
    assert seats(case)[0].state == "asked"


def test_a_request_that_is_closed_while_it_is_made_is_withdrawn_afterwards(case: Case, plugin: Any) -> None:
    """S7: the provider is not told to withdraw what it does not have yet."""
    with case.platform.database.transaction() as session:
        for row in session.scalars(select(ProviderSeat)):
            row.next_at = datetime.now(UTC) + provider_calls.CALL_TIME
    case.step("cleo", "withdraw")
    assert [row.state for row in seats(case)] == ["withdrawing", "withdrawing"]
    with pytest.raises(Retry):
        signature_providers.recall_signature(case.platform, seats(case)[0].seat_id)
    assert plugin.calls == []


def test_the_files_of_a_seat_that_is_closed_are_not_kept(case: Case, plugin: Any) -> None:
    """S7: what proves a signature is kept with the signature alone."""
    ask_all(case)
    plugin.mood["status"] = REPORT
    with case.platform.database.transaction() as session:
        before = session.scalar(select(func.count()).select_from(StoredFile))
        session.execute(update(Seat).values(status="closed"))
    for row in seats(case):
        signature_providers.check_signature(case.platform, row.seat_id, case.now)
    with case.platform.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StoredFile)) == before


def test_the_record_of_a_provider_is_for_the_legal_side(case: Case, plugin: Any) -> None:
    """S6, T13: clients read the signed PDF; how each signer was reached is for readers of internal content."""
    ask_all(case)
    plugin.mood["status"] = REPORT
    look(case)
    seat = seats(case)[0].seat_id

    def read(kind: str, who: str) -> str:
        return case.reads(lambda work, dossier: provider_file(work, dossier, seat, kind), who).name

    assert read("audit_log", "paul")
    assert read("signed", "cleo")
    with pytest.raises(NotFound):
        read("audit_log", "cleo")
    assert list(views(case, "cleo")[0].files) == ["signed"]
