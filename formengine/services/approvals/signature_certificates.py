"""The certificate of a round of signatures: a page for people, which everybody is sent with the signed PDF (S6).

It goes to people outside, so it tells what proves each signature and no more: no network addresses, and nothing of what
signers asked or whom they were corrected from. The whole record stays with the site (`signing_evidence.py`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from formengine.documents.certificate_document import Certificate, Row, SignerBlock, certificate_docx
from formengine.documents.installed_fonts import with_codes
from formengine.i18n import say
from formengine.services.approvals.participants import participant_name, signing_capacity
from formengine.services.approvals.signing_evidence import EVENTS, Event, SignedDocument, events, signers_of
from formengine.services.case.repository import LoadedCase
from formengine.services.files.uploads import open_content
from formengine.services.people.displayed_names import displayed_name
from formengine.value_format import format_date_time
from formengine.workflow.engine.case import Round, Seat

TOLD: Final = (
    "round_opened",
    "mail",
    "mail_delivered",
    "code_used",
    "reminded",
    "document_opened",
    "document_downloaded",
    "document_read",
    "signed",
    "declined",
    "seat_forwarded",
    "seat_replaced",
    "delegated",
    "approver_added",
    "approver_removed",
    "round_closed",
)
"""The events that the certificate tells, of those of the record (EVENTS)."""
WAYS: Final = {"typed": "Typed name", "drawn": "Drawn signature", "uploaded": "Picture of a signature"}


def certificate_document(
    loaded: LoadedCase,
    round_: Round,
    documents: Sequence[SignedDocument],
    language: str,
    zone: str,
    verify_url: str,
) -> bytes:
    """The certificate of a round as a Word document, in a language, with times of a zone and of UTC; it is converted to
    PDF.
    """
    return written_certificate(
        loaded,
        round_,
        documents,
        language,
        zone,
        verify_url,
        title=say(language, "Certificate of signatures"),
        about=rows_of_documents(loaded, documents, language),
        signers=[
            _signer(loaded, seat, seat.at, language, zone)
            for seat in signers_of(round_)
            if seat.status == "signed" and seat.at is not None
        ],
        meaning=_meaning(language),
        verify=say(
            language,
            "Scan the code, or open {url}, and choose the signed PDF or this certificate to see whether it is"
            " unchanged.",
            url=verify_url,
        ),
    )


def written_certificate(
    loaded: LoadedCase,
    round_: Round,
    documents: Sequence[SignedDocument],
    language: str,
    zone: str,
    verify_url: str,
    *,
    title: str,
    about: Sequence[Row],
    signers: Sequence[SignerBlock],
    meaning: str,
    verify: str,
) -> bytes:
    """A page about a signed round as a Word document: what the caller says of it, with the dossier, what happened, and
    the code of the page that verifies.
    """
    certificate = Certificate(
        title=title,
        subtitle=f"{loaded.dossier.reference} · {say(language, 'It belongs to the signed PDF; keep both together.')}",
        about=about,
        signers=signers,
        events=event_rows(loaded, round_, documents, language, zone),
        notes=[(say(language, "What this means"), meaning)],
        code=qr_code(verify_url),
        verify=verify,
        titles=(say(language, "Who signed"), say(language, "What happened")),
        language=language,
    )
    return certificate_docx(certificate)


def rows_of_documents(loaded: LoadedCase, documents: Sequence[SignedDocument], language: str) -> list[Row]:
    """The rows of what was signed: the reference, and each document with its fingerprints."""
    rows = [(say(language, "Reference"), with_codes(f"{loaded.dossier.reference} · {loaded.dossier.title}"))]
    for document in documents:
        rows += [
            (say(language, "Document"), f"{document.title} · {say(language, 'version {n}', n=document.version)}"),
            (say(language, "Fingerprint of the version (SHA-256)"), document.sha256 or ""),
            (say(language, "Fingerprint of the signed PDF (SHA-256)"), document.signed_sha256 or ""),
        ]
    return rows


def _signer(loaded: LoadedCase, seat: Seat, at: datetime, language: str, zone: str) -> SignerBlock:
    """The block of somebody who signed: how, when, and how they were identified."""
    name, evidence = seat.name or participant_name(loaded, seat.person), seat.evidence
    is_outside = "@" in seat.person
    identified = "A six-digit code, mailed to {address}" if is_outside else "Signed in to an account of the portal"
    text = str(evidence.get("text") or "")
    rows = [
        (say(language, "Role"), signing_capacity(loaded, seat)),
        (say(language, "Signed"), moment_text(at, language, zone)),
        (say(language, WAYS.get(str(evidence.get("kind")), "Typed name")), with_codes(text)),
        *_filled_in(evidence, language),
        (say(language, "Identified by"), say(language, identified, address=seat.person)),
        (say(language, "Agreed to sign electronically"), say(language, "Yes" if evidence.get("consent") else "No")),
    ]
    picture = evidence.get("picture_sha256")
    return SignerBlock(with_codes(displayed_name(name) or name), rows, _content(loaded, picture) if picture else None)


def _content(loaded: LoadedCase, sha256: str) -> bytes:
    with open_content(loaded.work.platform, sha256) as stream:
        return stream.read()


def moment_text(at: datetime, language: str, zone: str) -> str:
    """A moment as the clocks of the zone show it, and in UTC to the second."""
    return f"{format_date_time(at, language, zone)} ({zone}) · {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _filled_in(evidence: Mapping[str, Any], language: str) -> list[Row]:
    """The rows of what somebody filled in with their signature."""
    titles = {"place": "City", "initials": "Initials"}
    values = evidence.get("values") or {}
    return [(say(language, titles[kind]), with_codes(str(values[kind]))) for kind in titles if kind in values]


def event_rows(
    loaded: LoadedCase, round_: Round, documents: Sequence[SignedDocument], language: str, zone: str
) -> list[Row]:
    """The rows of what happened in a round, as far as a certificate tells it (TOLD), the oldest first."""
    titles = {document.id: document.title for document in documents}
    return [
        (moment_text(event.at, language, zone), with_codes(_sentence(event, titles, language, zone)))
        for event in events(loaded, round_)
        if event.event in TOLD
    ]


def _sentence(event: Event, titles: Mapping[str, str], language: str, zone: str) -> str:
    what = say(language, EVENTS[event.event])
    if event.document is not None:
        what = f"{what} ({titles.get(event.document, event.document)})"
    words = [what, event.person]
    if event.hash:
        words.append(say(language, "entry {n}: {hash}…", n=event.number, hash=event.hash[:16]))
    if event.erasure is not None:
        by = event.erasure.person or say(language, "whoever runs the portal")
        at = moment_text(event.erasure.at, language, zone)
        sentence = "its content was erased by order of {person}, {time} (entry {n})"
        words.append(say(language, sentence, person=by, time=at, n=event.erasure.number))
    return " · ".join(filter(None, words))


def _meaning(language: str) -> str:
    return say(
        language,
        "An electronic signature with evidence (regulation (EU) 910/2014, article 3(10)): the portal’s certificate "
        "seals the PDF, and this page tells how each person was identified and agreed. It is no qualified signature.",
    )


def qr_code(text: str) -> bytes:
    """A QR code (ISO/IEC 18004) as PNG."""
    import segno

    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(stream, kind="png", scale=8)
    return stream.getvalue()
