"""Requests at a signature provider: told on the dossier, tried again, hurried by events, with the files they end in."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.content_type import PDF
from formengine.errors import DeliveryFailed, NotFound, Refused
from formengine.jobs import drain
from formengine.registry import ProviderFile, SignatureReport
from formengine.services.approvals import provider_status, signed_copy_views
from formengine.services.approvals.provider_documents import provider_file
from formengine.services.files.uploads import open_content
from formengine.work import functions_of
from tests.services.approvals.test_signature_providers import ask_all, case, look, platform, plugin, seats
from tests.services.conftest import Case, MakeCase

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
    assert told.sentence == "It could not be sent to demo_sign: HTTP 503."
    assert (told.failed, told.may_retry) == (True, True)
    of_client = views(case, "cleo")[0]
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
    assert views(case)[0].sentence == "demo_sign does not tell how it stands: HTTP 500."
