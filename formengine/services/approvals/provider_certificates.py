"""The record of a round that was signed at a provider: a page for people, sent to everybody with its PDFs (S6, S7).

The signatures are the provider's, and so is their proof. What the portal knows is what it sent, to whom, when the
provider told that they had signed, and what it sent back; the page says no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.documents.certificate_document import Row, SignerBlock
from formengine.documents.installed_fonts import with_codes
from formengine.i18n import say
from formengine.services.approvals.participants import participant_name, signing_capacity
from formengine.services.approvals.signature_certificates import moment_text, rows_of_documents, written_certificate
from formengine.services.approvals.signed_copies import is_unchanged, locked_copies
from formengine.services.approvals.signing_evidence import SignedDocument
from formengine.services.approvals.signings import Signing, load_signing, signed_seats
from formengine.services.case.provider_seats import provider_title
from formengine.services.case.repository import LoadedCase
from formengine.services.core.unit_of_work import Platform
from formengine.services.people.displayed_names import displayed_name
from formengine.services.people.lookup import known_people
from formengine.storage.models.files_and_notes import StoredFile
from formengine.workflow.engine.case import Round, Seat

FILES: Mapping[str, str] = {"signed": "Signed PDF", "audit_log": "Record of the provider"}
"""The kinds of files that a provider sends, as people read them."""


def keep_provider_files(platform: Platform, signing: Signing, args: Mapping[str, Any]) -> Signing:
    """Take the newest PDF of each document that the provider sent as its signed copy, unless another job was faster;
    returns the round with them. A provider that sends none leaves its documents without.
    """
    keys = [seat.key for seat in signed_seats(signing.round)]
    with platform.database.transaction() as session:
        rows = locked_copies(session, signing)
        if is_unchanged(rows, signing):
            for document, row in rows.items():
                row.file_id = _newest_file(signing.round, document, alone=len(rows) == 1)
                row.signatures, row.revision = keys, row.revision + 1
                row.state, row.reason = "made", None
    return load_signing(platform, args) or signing


def _newest_file(round_: Round, document: str, *, alone: bool) -> str | None:
    """The id of the signed PDF of a document that came last; `alone` says that the round is about no other."""
    ids = counterpart_ids(round_, document, alone=alone)
    return ids[-1] if ids else None


def counterpart_ids(round_: Round, document: str, *, alone: bool) -> list[str]:
    """The ids of the signed PDFs of a document that a provider sent, one of each signer, in the order of the seats."""
    ids: list[str] = []
    for seat in signed_seats(round_):
        files = seat.evidence.get("files") or {}
        file = files.get(f"signed-{document}") or (files.get("signed") if alone else None)
        ids += [file["id"]] if file else []
    return ids


def counterparts(session: Session, round_: Round) -> list[StoredFile]:
    """The signed PDFs of a round: each signer signs a counterpart of their own, so all of them are the contract."""
    kept = [seat.evidence.get("files") or {} for seat in signed_seats(round_)]
    ids = [file["id"] for files in kept for key, file in files.items() if key.startswith("signed")]
    rows = {row.id: row for row in session.scalars(select(StoredFile).where(StoredFile.id.in_(ids)))}
    return [rows[id_] for id_ in ids]


def provider_certificate(
    loaded: LoadedCase,
    round_: Round,
    documents: Sequence[SignedDocument],
    language: str,
    zone: str,
    verify_url: str,
) -> bytes:
    """The record of a round as a Word document, in a language, with times of a zone and of UTC; it is converted to
    PDF.
    """
    provider = provider_title(loaded.work, loaded.workflow.round_rule(round_.rule).provider)
    signers = [seat for seat in signed_seats(round_) if seat.at is not None]
    versions = [replace(document, signed_sha256=None) for document in documents]  # the PDFs stand with their signers
    return written_certificate(
        loaded,
        round_,
        documents,
        language,
        zone,
        verify_url,
        title=say(language, "Signed at {provider}: our record", provider=provider),
        about=[
            (say(language, "Signed at"), with_codes(provider)),
            *(row for row in rows_of_documents(loaded, versions, language) if row[1]),
        ],
        signers=[_signer(loaded, seat, documents, provider, language, zone) for seat in signers],
        meaning=_meaning(provider, language),
        verify=say(
            language,
            "Scan the code, or open {url}, and choose this record to see whether it is unchanged. The signatures are"
            " checked at {provider}.",
            url=verify_url,
            provider=provider,
        ),
    )


def _signer(
    loaded: LoadedCase, seat: Seat, documents: Sequence[SignedDocument], provider: str, language: str, zone: str
) -> SignerBlock:
    """The block of somebody who signed: to which address it was sent, when what was sent, and what came back."""
    name, at = seat.name or participant_name(loaded, seat.person), seat.at
    account = known_people(loaded.work).get(seat.person) if "@" not in seat.person else None
    titles = {document.id: document.title for document in documents}
    rows = [
        (say(language, "Role"), signing_capacity(loaded, seat)),
        (say(language, "Asked at the address"), with_codes(account.email if account is not None else seat.person)),
        *_sent_rows(seat.evidence, titles, language, zone),
        (
            say(language, "Signed, as {provider} told us", provider=provider),
            moment_text(at, language, zone) if at else "",
        ),
        *_received_rows(seat.evidence, titles, language),
    ]
    return SignerBlock(with_codes(displayed_name(name) or name), rows)


def _sent_rows(evidence: Mapping[str, Any], titles: Mapping[str, str], language: str, zone: str) -> Iterator[Row]:
    """What was sent with each request, with the fingerprint of the PDF that was made of it, else of the version."""
    for sending in evidence.get("sent") or ():
        moment = moment_text(datetime.fromisoformat(sending["at"]), language, zone)
        for document, content in sending["documents"].items():
            sha256 = (content.get("pdf") or content)["sha256"]
            yield say(language, "Sent"), f"{with_codes(titles.get(document, document))} · {moment} · SHA-256 {sha256}"


def _received_rows(evidence: Mapping[str, Any], titles: Mapping[str, str], language: str) -> Iterator[Row]:
    """The files that came back, and of each signed PDF whether it begins with what was sent."""
    for key, file in (evidence.get("files") or {}).items():
        kind, _, document = key.partition("-")
        about = f"{say(language, FILES.get(kind, kind))}{f' ({titles.get(document, document)})' if document else ''}"
        yield say(language, "Received"), f"{with_codes(about)} · SHA-256 {file['sha256']}"
        if "continues_sent" in file:
            answer = say(language, "Yes" if file["continues_sent"] else "No")
            yield say(language, "It begins with what was sent, byte for byte"), answer


def _meaning(provider: str, language: str) -> str:
    return say(
        language,
        "It was signed at {provider}. The signatures are those of {provider}, whose own record proves who signed and "
        "how they were identified. This page is our record: what we sent, to whom, and what came back. The seal of the "
        "portal keeps it from being changed unseen; it proves no signature.",
        provider=provider,
    )
