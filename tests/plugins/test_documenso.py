"""The plugin for Documenso servers, against a stand-in that follows its documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from formengine.app import build_registry
from formengine.errors import DeliveryFailed, PluginFailed
from formengine.jobs import Retry
from formengine.registry.signatures import report_of
from formengine.testing.providers import (
    OTHER,
    SEAT,
    asked_round,
    check_outage,
    check_provider,
    check_recall,
    check_several_documents,
    check_webhook,
)
from tests.support.documenso import AUDIT_LOG, TOKEN, Documenso, documenso_server
from tests.support.platforms import settings_of

SECRET = "a secret of the webhook"


@pytest.fixture
def server() -> Iterator[Documenso]:
    with documenso_server() as running:
        yield running


def provider_at(server: Documenso, token: str = TOKEN) -> Any:
    own = {"url": server.url, "timeout": "1", "token": token, "webhook_secret": SECRET}
    settings = settings_of(plugins="./documenso", **{f"documenso.{name}": value for name, value in own.items()})
    return build_registry(settings).vocabulary.providers["documenso"].provider


@pytest.fixture
def provider(server: Documenso) -> Any:
    return provider_at(server)


def test_it_passes_the_conformance_suite(server: Documenso, provider: Any) -> None:
    """S7: signed and rejected at the server; one envelope for each signer, however often it is asked."""
    check_provider(provider, {}, "signed", most=3, act=lambda seat: server.signs(seat.id))
    assert len(server.envelopes) == 2
    assert provider.status(SEAT).files[1].content == AUDIT_LOG
    server.envelopes.clear()
    check_provider(provider, {}, "declined", most=3, act=lambda seat: server.rejects(seat.id, "Clause 4."))
    assert provider.status(OTHER).reason == "Clause 4."
    server.envelopes.clear()
    check_recall(provider, {})
    assert [envelope["status"] for envelope in server.envelopes.values()] == ["CANCELLED", "CANCELLED"]


def test_it_sends_several_documents_in_one_envelope(server: Documenso, provider: Any) -> None:
    """S7, S11: with a field in each; the signed PDF of each comes back under its id, whatever the server's order."""
    check_several_documents(provider, {}, most=3, act=lambda seat: server.signs(seat.id))
    (envelope,) = server.envelopes.values()
    assert [item["title"] for item in envelope["envelopeItems"]] == ["2 Annex.pdf", "1 Contract.pdf"]
    assert [field["identifier"] for field in envelope["recipients"][0]["fields"]] == [0, 1]
    asked = replace(SEAT, documents=("contract", "annex"))
    signed = {file.document for file in provider.status(asked).files if file.kind == "signed"}
    assert signed == {"contract", "annex"}
    del envelope["envelopeItems"][0]
    with pytest.raises(DeliveryFailed, match="1 documents, and not 2"):
        provider.status(asked)


@pytest.mark.parametrize("broken", [0, 429, 500, 503])
def test_it_survives_an_outage(server: Documenso, provider: Any, broken: int) -> None:
    """S7: a server that hangs, is busy or fails is tried again, and has one request for the seat in the end."""

    @contextmanager
    def down() -> Iterator[None]:
        server.broken = broken
        yield
        server.broken = None
        server.release.set()

    check_outage(provider, {}, down, lambda: len(server.envelopes))


def test_its_webhook_is_a_hint_that_bears_the_secret(provider: Any) -> None:
    """S7, T3: an event names a seat of this site; anything forged names none."""
    event = {"event": "DOCUMENT_COMPLETED", "payload": {"externalId": "formengine-seat-7", "status": "COMPLETED"}}
    check_webhook(provider, {"x-documenso-secret": SECRET}, json.dumps(event).encode(), [7])
    for name in ("other-seat-7", "formengine-seat-", "formengine-seat-7x", None, 7):
        event["payload"] = {"externalId": name}
        assert provider.webhook({"x-documenso-secret": SECRET}, json.dumps(event).encode()) == []


def test_what_the_signer_is_sent(server: Documenso, provider: Any) -> None:
    """S7: the document with a signature field in its place, in the language of the document, known by the seat."""
    provider.start(asked_round(message="By Friday, please."), SEAT)
    envelope = server.of(SEAT.id)
    assert (envelope["status"], envelope["externalId"]) == ("PENDING", "formengine-seat-1")
    assert envelope["title"] == "CTR-2026-0001 Services agreement"
    assert envelope["documentMeta"] == {"language": "en", "message": "By Friday, please."}
    signer = envelope["recipients"][0]
    assert (signer["email"], signer["name"], signer["sendStatus"]) == ("ada@example.com", "Ada Park", "SENT")
    place = {name: signer["fields"][0][name] for name in ("type", "page", "positionX", "positionY", "width", "height")}
    assert place == {"type": "SIGNATURE", "page": 1, "positionX": 10, "positionY": 80, "width": 30, "height": 5}


def test_a_call_that_was_cut_off_is_taken_up_where_it_ended(server: Documenso, provider: Any) -> None:
    """S7: an envelope that was created and not sent is sent, not created again; one that is there no more is said."""
    provider.start(asked_round(), SEAT)
    server.of(SEAT.id)["status"] = "DRAFT"
    provider.start(asked_round(), SEAT)
    assert [row["status"] for row in server.envelopes.values()] == ["PENDING"]
    server.of(SEAT.id)["status"] = "DRAFT"
    provider.recall(SEAT)
    assert server.envelopes == {}
    with pytest.raises(DeliveryFailed, match="does not know"):
        provider.status(SEAT)


def test_an_envelope_is_found_among_many(server: Documenso, provider: Any) -> None:
    """S7: the server finds every name that begins alike, the newest first, and 100 on a page."""
    provider.start(asked_round(), SEAT)
    known = server.of(SEAT.id)
    for number in range(1000, 1150):
        id_ = f"envelope_{number}"
        server.envelopes[id_] = {**known, "id": id_, "externalId": f"formengine-seat-{number}", "status": "CANCELLED"}
    provider.start(asked_round(), SEAT)
    assert len(server.envelopes) == 151
    assert report_of(provider.status(SEAT)).status == "asked"


def test_what_is_cancelled_there_has_expired(server: Documenso, provider: Any) -> None:
    """S7: somebody who cancels the envelope at the server ends the round here; an older server has no audit log."""
    provider.start(asked_round(), SEAT)
    server.of(SEAT.id)["status"] = "CANCELLED"
    assert report_of(provider.status(SEAT)).status == "expired"
    provider.start(asked_round(), OTHER)
    server.without_audit_log = True
    server.signs(OTHER.id)
    assert [file.kind for file in provider.status(OTHER).files] == ["signed"]


def test_what_will_never_be_taken_is_given_up(server: Documenso) -> None:
    """S7: a wrong token is said at once, without the token; a redirect is not followed with it."""
    provider = provider_at(server, token="another-token")
    with pytest.raises(DeliveryFailed, match="HTTP 401 UNAUTHORIZED") as refused:
        provider.start(asked_round(), SEAT)
    assert refused.value.permanent
    assert "another-token" not in str(refused.value)
    server.broken = 302
    with pytest.raises(DeliveryFailed, match="HTTP 302") as moved:
        provider.start(asked_round(), SEAT)
    assert moved.value.permanent
    server.broken = 429
    with pytest.raises(Retry, match="429"):
        provider.start(asked_round(), SEAT)


def test_a_signed_pdf_that_is_none_is_refused(server: Documenso, provider: Any) -> None:
    """S7, X4: what the server says is a PDF is judged by its content."""
    provider.start(asked_round(), SEAT)
    server.signs(SEAT.id)
    server.contents[server.of(SEAT.id)["envelopeItems"][0]["id"]] = b"<html>"
    with pytest.raises(PluginFailed, match="documenso"):
        provider.status(SEAT)
