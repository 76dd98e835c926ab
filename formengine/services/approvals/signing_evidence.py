"""The evidence of a round of signatures: a record for machines and a certificate for people (S6).

Both tell the same: who was asked, when and how they signed, the hash of what they signed, and each event with the hash
of its entry in the history, by which `formengine audit verify` proves that nothing was changed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from formengine.documents.answer_document import Part, answer_document
from formengine.i18n import say
from formengine.services.approvals.participants import participant_name, role_title
from formengine.services.case.repository import LoadedCase
from formengine.services.core.audit_log import way_in
from formengine.services.people.displayed_names import displayed_name
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import ActLink
from formengine.value_format import format_date_time
from formengine.workflow.engine.case import Round, Seat

EVENTS: Final = {
    "round_opened": "Sent for signature",
    "mail": "Request mailed",
    "mail_delivered": "Request delivered to the mail server",
    "code": "Code sent to the signer’s address",
    "code_used": "Code confirmed",
    "reminded": "Reminder sent",
    "document_opened": "Document opened",
    "document_downloaded": "Document downloaded",
    "document_read": "Document read to the end",
    "question_asked": "Question asked",
    "question_answered": "Question answered",
    "link_sent": "New link sent",
    "signed": "Signed",
    "declined": "Declined",
    "forward_asked": "Asked to forward it to somebody else",
    "seat_forwarded": "Forwarded to somebody else",
    "forward_refused": "Not forwarded",
    "seat_corrected": "Name or address corrected",
    "seat_replaced": "Signer replaced",
    "delegated": "Handed over",
    "approver_added": "Signer added",
    "approver_removed": "Signer removed",
    "copy_added": "Put in copy",
    "round_closed": "Closed",
}
"""The events of the record, and how the certificate calls them."""
_OF_ROUND: Final = frozenset(EVENTS) - {"mail", "mail_delivered", "code", "code_used"}


@dataclass(frozen=True)
class Event:
    """Something that happened: a key of EVENTS, by whom, and the history entry that proves it (number and hash)."""

    event: str
    at: datetime
    person: str
    number: int | None = None
    hash: str | None = None
    via: str | None = None
    address: str | None = None
    document_sha256: str | None = None
    documents: Mapping[str, str] = field(default_factory=dict)
    """The hashes of what it was about, by document, where these are several."""
    document: str | None = None
    """Of several documents, the one that was downloaded or read."""


@dataclass(frozen=True)
class SignedDocument:
    """The document of a round: its id, title and version, the hash of what was signed and of the signed PDF."""

    id: str
    title: str
    version: int | None
    sha256: str | None
    signed_sha256: str | None


def evidence_record(
    loaded: LoadedCase, round_: Round, documents: Sequence[SignedDocument], about: str
) -> dict[str, Any]:
    """The record of a round, as JSON: times in ISO 8601, hashes as SHA-256 in hexadecimal. `document` is the one that
    it was asked for (`about`), `documents` are all of the round.
    """
    listed = {document.id: _document(document) for document in documents}
    return {
        "reference": loaded.dossier.reference,
        "document": {name: value for name, value in listed[about].items() if name != "signed_pdf"},
        "signed_pdf": listed[about]["signed_pdf"],
        "documents": list(listed.values()),
        "round": {
            "name": round_.rule,
            "number": round_.number,
            "status": round_.status,
            "opened_at": round_.opened_at.isoformat(),
            "closed_at": round_.closed_at.isoformat() if round_.closed_at else None,
        },
        "signers": [_signer(loaded, seat) for seat in _signers(round_)],
        "events": [_event(event) for event in events(loaded, round_)],
    }


def _document(document: SignedDocument) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "version": document.version,
        "sha256": document.sha256,
        "signed_pdf": {"sha256": document.signed_sha256} if document.signed_sha256 else None,
    }


def _signers(round_: Round) -> list[Seat]:
    return [seat for seat in round_.seats if seat.status in ("open", "signed", "declined")]


def _signer(loaded: LoadedCase, seat: Seat) -> dict[str, Any]:
    evidence = seat.evidence
    signature = None
    if seat.status == "signed":
        names = ("kind", "text", "picture_sha256", "values", "consent", "address", "document_sha256")
        signature = {name: evidence.get(name) for name in names}
        signature |= {name: evidence[name] for name in ("documents", "provider", "files") if name in evidence}
    return {
        "name": seat.name or participant_name(loaded, seat.person),
        "person": seat.person,
        "role": seat.role,
        "status": seat.status,
        "at": seat.at.isoformat() if seat.at else None,
        "reason": seat.comment if seat.status == "declined" else None,
        "signature": signature,
    }


def _event(event: Event) -> dict[str, Any]:
    entry = {"number": event.number, "hash": event.hash} if event.number is not None else None
    return {
        "event": event.event,
        "at": event.at.isoformat(),
        "person": event.person,
        "via": event.via,
        "entry": entry,
        "address": event.address,
        "document_sha256": event.document_sha256,
        **({"document": event.document} if event.document else {}),
        **({"documents": dict(event.documents)} if event.documents else {}),
    }


def events(loaded: LoadedCase, round_: Round) -> list[Event]:
    """What happened in a round, the oldest first: from the history, the mails to its signers, and their codes."""
    people = {seat.person for seat in round_.seats}
    happened = [*_entries(loaded, round_), *_mails(loaded, round_, people), *_codes(loaded, round_)]
    return sorted(happened, key=lambda event: (event.at, event.number or 0))


def _entries(loaded: LoadedCase, round_: Round) -> Iterable[Event]:
    query = (
        select(HistoryEntry)
        .where(HistoryEntry.dossier_id == loaded.dossier.id, HistoryEntry.kind.in_(sorted(_OF_ROUND)))
        .order_by(HistoryEntry.number)
    )
    for entry in loaded.work.session.scalars(query):
        data = entry.payload.get("data", {})
        if (data.get("rule"), data.get("number")) == (round_.rule, round_.number):
            yield _of_entry(loaded, entry, data)


def _of_entry(loaded: LoadedCase, entry: HistoryEntry, data: Mapping[str, Any]) -> Event:
    return Event(
        event=entry.kind,
        at=entry.at,
        person=participant_name(loaded, entry.by) if entry.by else "",
        number=entry.number,
        hash=entry.hash,
        via=way_in(entry.by, entry.payload),
        address=data.get("address"),
        document_sha256=data.get("document_sha256"),
        documents={name: str(version["sha256"]) for name, version in data.get("versions", {}).items()},
        document=data.get("document") if entry.kind.startswith("document_") else None,
    )


def _mails(loaded: LoadedCase, round_: Round, people: set[str]) -> Iterable[Event]:
    kinds = {"signature_asked": "mail", "signature_reminder": "mail", "code": "code"}
    query = (
        select(Mail.kind, Mail.to, Mail.person_id, Mail.created_at, Mail.sent_at)
        .where(Mail.dossier_id == loaded.dossier.id, Mail.kind.in_(sorted(kinds)))
        .order_by(Mail.id)
    )
    end = round_.closed_at
    for kind, to, person, created, sent in loaded.work.session.execute(query):
        in_round = created >= round_.opened_at and (end is None or created <= end)
        if in_round and (person in people or to in people):
            name = participant_name(loaded, person or to)
            yield Event(kinds[kind], created, name)
            if sent is not None and kind != "code":
                yield Event("mail_delivered", sent, name)


def _codes(loaded: LoadedCase, round_: Round) -> Iterable[Event]:
    seats = {seat.key: seat for seat in round_.seats if seat.key is not None}
    query = select(ActLink.seat_id, ActLink.used_at).where(
        ActLink.seat_id.in_(sorted(seats)), ActLink.used_at.is_not(None)
    )
    for seat_id, used in loaded.work.session.execute(query):
        seat = seats[seat_id or 0]
        if seat.status in ("signed", "declined") and used is not None:
            yield Event("code_used", used, seat.name or participant_name(loaded, seat.person))


def certificate_document(
    loaded: LoadedCase,
    round_: Round,
    documents: Sequence[SignedDocument],
    language: str,
    zone: str,
    verify_url: str,
) -> bytes:
    """The certificate of a round as a Word document, in a language and the times of a zone; it is converted to PDF."""
    titles = {document.id: document.title for document in documents}
    happened = [
        (format_date_time(event.at, language, zone), _sentence(event, titles, language))
        for event in events(loaded, round_)
    ]
    meaning = say(
        language,
        "An electronic signature with evidence (regulation (EU) 910/2014, article 3(10)): the portal’s certificate "
        "seals the PDF, and this page tells how each person was identified and agreed. It is no qualified signature.",
    )
    scan = say(
        language,
        "Scan the code, or open {url}, and choose the signed PDF to see whether it is unchanged.",
        url=verify_url,
    )
    parts = [
        Part(say(language, "What was signed"), rows=_about(loaded, documents, language)),
        *(Part(name, rows=rows) for name, rows in _people(loaded, round_, language, zone)),
        Part(
            say(language, "What happened"),
            rows=happened,
            note=say(language, "Times are those of the zone {zone}.", zone=zone),
        ),
        Part(say(language, "What this means"), markdown=meaning),
        Part(say(language, "Verify it"), note=scan, picture=qr_code(verify_url)),
    ]
    subtitle = say(language, "It belongs to the signed PDF; keep both together.")
    return answer_document(say(language, "Certificate of signatures"), subtitle, parts, language=language)


def _about(loaded: LoadedCase, documents: Sequence[SignedDocument], language: str) -> list[tuple[str, str]]:
    """The rows of what was signed: the reference, and each document with its fingerprints."""
    rows = [(say(language, "Reference"), f"{loaded.dossier.reference} · {loaded.dossier.title}")]
    for document in documents:
        rows += [
            (say(language, "Document"), f"{document.title} · {say(language, 'version {n}', n=document.version)}"),
            (say(language, "Fingerprint of the version (SHA-256)"), document.sha256 or ""),
            (say(language, "Fingerprint of the signed PDF (SHA-256)"), document.signed_sha256 or ""),
        ]
    return rows


def _people(
    loaded: LoadedCase, round_: Round, language: str, zone: str
) -> Iterable[tuple[str, Sequence[tuple[str, str]]]]:
    """Each signer's name with the rows of how they signed."""
    ways = {"typed": "Typed name", "drawn": "Drawn signature", "uploaded": "Picture of a signature"}
    for seat in (seat for seat in _signers(round_) if seat.status == "signed" and seat.at):
        name, evidence = seat.name or participant_name(loaded, seat.person), seat.evidence
        is_outside = "@" in seat.person
        identified = "A six-digit code, mailed to {address}" if is_outside else "Signed in to an account of the portal"
        rows = [
            (say(language, "Role"), role_title(loaded, seat.role)),
            (say(language, "Signed"), format_date_time(seat.at, language, zone) if seat.at else ""),
            (say(language, ways.get(str(evidence.get("kind")), "Typed name")), str(evidence.get("text") or "")),
            *_filled_in(evidence, language),
            (say(language, "Identified by"), say(language, identified, address=seat.person)),
            (say(language, "Agreed to sign electronically"), say(language, "Yes" if evidence.get("consent") else "No")),
            (say(language, "Network address"), str(evidence.get("address") or "–")),
        ]
        yield displayed_name(name) or name, rows


def _filled_in(evidence: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """The rows of what somebody filled in with their signature."""
    titles = {"place": "City", "initials": "Initials"}
    values = evidence.get("values") or {}
    return [(say(language, titles[kind]), str(values[kind])) for kind in titles if kind in values]


def _sentence(event: Event, titles: Mapping[str, str], language: str) -> str:
    what = say(language, EVENTS[event.event])
    if event.document is not None:
        what = f"{what} ({titles.get(event.document, event.document)})"
    words = [what, event.person, event.address or ""]
    if event.hash:
        words.append(say(language, "entry {n}: {hash}…", n=event.number, hash=event.hash[:16]))
    return " · ".join(filter(None, words))


def qr_code(text: str) -> bytes:
    """A QR code (ISO/IEC 18004) as PNG."""
    import segno

    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(stream, kind="png", scale=8)
    return stream.getvalue()
