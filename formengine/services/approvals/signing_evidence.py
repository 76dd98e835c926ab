"""The evidence of a round of signatures: a record of all that happened, for machines (S6).

It tells who was asked, when and how they signed, the hash of what they signed, and each event with the hash of its
entry in the history, by which `formengine audit verify` proves that nothing was changed. What of it people are sent is
in `signature_certificates.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from formengine.services.approvals.participants import SIGNS_FOR, participant_name
from formengine.services.case.repository import LoadedCase
from formengine.services.core.audit_log import ERASED_PAYLOAD, ERASURE_KIND, way_in
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import ActLink
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
    "asked": "Signer added",
    "approver_removed": "Signer removed",
    "copy_added": "Put in copy",
    "round_closed": "Closed",
}
"""The events of the record, and how people read them."""
INTERNAL: Final = frozenset(
    (
        *("question_asked", "question_answered", "link_sent", "forward_asked", "forward_refused"),
        *("seat_corrected", "seat_replaced", "seat_forwarded", "delegated", "approver_added", "approver_removed"),
        "copy_added",
    )
)
"""Those that clients do not read in the history either: what a signer and the legal team settled between them."""
_OF_ROUND: Final = frozenset(EVENTS) - {"mail", "mail_delivered", "code", "code_used"}


@dataclass(frozen=True)
class Erasure:
    """The entry of the history that says so where the content of another was erased: its number, its time, and whose
    order it was ("": that of whoever runs the portal, by `formengine audit erase`).
    """

    number: int
    at: datetime
    person: str


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
    erasure: Erasure | None = None
    """By what its content was erased, so that of it no more is known than what, when and by whom."""


@dataclass(frozen=True)
class SignedDocument:
    """The document of a round: its id, title and version, the hash of what was signed and of the signed PDF."""

    id: str
    title: str
    version: int | None
    sha256: str | None
    signed_sha256: str | None


def evidence_record(
    loaded: LoadedCase,
    round_: Round,
    documents: Sequence[SignedDocument],
    about: str,
    *,
    internal: bool = True,
) -> dict[str, Any]:
    """The record of a round, as JSON: times in ISO 8601, hashes as SHA-256 in hexadecimal. `document` is the one that
    it was asked for (`about`), `documents` are all of the round. Network addresses and the events of INTERNAL are in it
    only for the legal side (`internal`).
    """
    record = _record(loaded, round_, documents, about)
    if not internal:
        record["events"] = [event for event in record["events"] if event["event"] not in INTERNAL]
        for part in (*record["events"], *(signer["signature"] for signer in record["signers"] if signer["signature"])):
            part["address"] = None
    return record


def _record(loaded: LoadedCase, round_: Round, documents: Sequence[SignedDocument], about: str) -> dict[str, Any]:
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
        "signers": [_signer(loaded, seat) for seat in signers_of(round_)],
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


def signers_of(round_: Round) -> list[Seat]:
    """The seats that were asked, but for those who are not any more."""
    return [seat for seat in round_.seats if seat.status in ("open", "signed", "declined")]


_OPTIONAL: Final = (SIGNS_FOR, "documents", "provider", "files", "sent")
"""Members of the record of a signature that not each has."""


def _signer(loaded: LoadedCase, seat: Seat) -> dict[str, Any]:
    evidence = seat.evidence
    signature = None
    if seat.status == "signed":
        names = ("kind", "text", "picture_sha256", "values", "consent", "address", "document_sha256")
        signature = {name: evidence.get(name) for name in names}
        signature |= {name: evidence[name] for name in _OPTIONAL if name in evidence}
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
        **({"erased": _erased(event.erasure)} if event.erasure else {}),
        **({"document": event.document} if event.document else {}),
        **({"documents": dict(event.documents)} if event.documents else {}),
    }


def _erased(erasure: Erasure) -> dict[str, Any]:
    return {"entry": erasure.number, "at": erasure.at.isoformat(), "person": erasure.person}


def events(loaded: LoadedCase, round_: Round) -> list[Event]:
    """What happened in a round, the oldest first: from the history, the mails to its signers, and their codes."""
    people = {seat.person for seat in round_.seats}
    happened = [*_entries(loaded, round_), *_mails(loaded, round_, people), *_codes(loaded, round_)]
    return sorted(happened, key=lambda event: (event.at, event.number or 0))


def _entries(loaded: LoadedCase, round_: Round) -> Iterable[Event]:
    """The events of the history. One whose content was erased says no more of which round it was: it is told where the
    round was open at its time.
    """
    query = (
        select(HistoryEntry)
        .where(HistoryEntry.dossier_id == loaded.dossier.id, HistoryEntry.kind.in_(sorted({*_OF_ROUND, ERASURE_KIND})))
        .order_by(HistoryEntry.number)
    )
    entries = loaded.work.session.scalars(query).all()
    erasures = _erasures(loaded, entries)
    for entry in entries:
        data = entry.payload.get("data", {})
        if (data.get("rule"), data.get("number")) == (round_.rule, round_.number):
            yield _of_entry(loaded, entry, data)
        elif entry.payload == ERASED_PAYLOAD and _may_be_of(round_, entry):
            yield replace(_of_entry(loaded, entry, {}), erasure=erasures.get(entry.number))


def _erasures(loaded: LoadedCase, entries: Iterable[HistoryEntry]) -> dict[int, Erasure]:
    """By the number of an entry whose content was erased, the entry that says so."""
    return {
        number: Erasure(entry.number, entry.at, participant_name(loaded, entry.by) if entry.by else "")
        for entry in entries
        if entry.kind == ERASURE_KIND
        for number in entry.payload.get("entries", ())
    }


def _may_be_of(round_: Round, entry: HistoryEntry) -> bool:
    """Whether an entry without content may be of a round, by its kind and time."""
    if entry.kind in ("round_opened", "round_closed"):
        return entry.at == (round_.opened_at if entry.kind == "round_opened" else round_.closed_at)
    return round_.opened_at <= entry.at and (round_.closed_at is None or entry.at <= round_.closed_at)


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
