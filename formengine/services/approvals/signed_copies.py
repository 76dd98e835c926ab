"""The signed PDFs of a round: a job adds each signature to them, and sends them when everybody has signed (S4, S6).

The PDFs of several documents are stored together, or none of them is: what fails for one leaves all as they were, and
is tried again (S11).

Converting and signing take seconds, so they are done in no transaction; a short one stores the result, unless another
job was faster (`SignedCopy.revision`). A job that is killed leaves nothing behind, and is run again.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from formengine.content_type import PDF
from formengine.documents.pdf_signing import Signature, Stamp, sign
from formengine.errors import ConversionFailed, DocumentRefused, NotFound, SettingError, TimeStampFailed
from formengine.file_names import distinct_names, name_of_made_file
from formengine.i18n import say
from formengine.services.approvals.signing_layout import document_to_sign, value_field_beside
from formengine.services.approvals.signings import DocumentSigning, Signing, load_signing
from formengine.services.case.document_failures import tell_failed_document
from formengine.services.core.signing_certificates import signing_key, time_stamping
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.files.uploads import clean_name, open_content
from formengine.storage.database import at_commit, expect_unchanged, is_snapshot
from formengine.storage.models.base import insert_if_absent, new_id
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.signed_copies import SignedCopy, SignedHash
from formengine.value_format import format_date, format_date_time
from formengine.workflow.engine.case import Seat

log = logging.getLogger(__name__)

OVERDUE: Final = timedelta(minutes=10)
"""After this time a copy that is not there may be asked for again: its job was lost."""
REASONS: Final = {
    "converter": "the program that makes PDFs failed or is not installed",
    "document": "the file cannot be made into a PDF to sign: it is damaged, protected, or not built as it should be",
    "time_stamp": "the time stamp server did not answer as it should; it is asked again by itself for some hours",
    "settings": "the certificate of the site or the time stamp server is not set up as it should be",
    "error": "something unexpected went wrong",
}
"""Why there is no signed copy, as it is stored, and as it is told."""


def add_signatures(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> Signing | None:
    """Add the signatures of a round to the copies of its documents (in a job); returns the round with all of them in
    them.

    Those of a provider are in its PDFs already (`provider_certificates.keep_provider_files`). None where it cannot be
    done: why stands in the rows. An unexpected error passes, so that the job is tried again, and so does
    TimeStampFailed: the server may answer later.
    """
    signing = load_signing(platform, args)
    while signing is not None and signing.is_missing_any and not signing.provider:
        try:
            pdfs = {document.document: _signed(platform, signing, document) for document in signing.documents}
        except (ConversionFailed, DocumentRefused, SettingError) as error:
            log.warning("no signed copy for round %s of %s: %s", signing.round_id, signing.reference, error)
            fail(platform, signing, reason_of(error))
            if is_worth_another_try(error, last_attempt=last_attempt):
                raise
            return None
        except Exception:
            if last_attempt:
                fail(platform, signing, "error")
            raise
        _store(platform, signing, pdfs)
        signing = load_signing(platform, args)  # somebody may have signed meanwhile
    return signing


def _signed(platform: Platform, signing: Signing, document: DocumentSigning) -> bytes:
    """The PDF of a document with the signatures that it lacks; laid out first where none was given yet."""
    key, stamping = signing_key(platform), time_stamping(platform)
    if document.copy.file is not None:
        pdf = _content(platform, document.copy.file.sha256)
    else:
        source = _content(platform, document.source_sha256)
        pdf = document_to_sign(source, document.source_type, document.lines, document.language, document.title)
    for seat in document.missing:
        picture = seat.evidence.get("picture_sha256")
        image = _content(platform, picture) if picture else None
        pdf = sign(pdf, _signature(signing, document, seat, image), key, stamping)
    return pdf


def _signature(signing: Signing, document: DocumentSigning, seat: Seat, image: bytes | None) -> Signature:
    """The signature of a seat, with what its stamp says, or shows of a signature that was drawn."""
    language, at = document.language, seat.at
    if at is None:
        raise NotFound(f"seat {seat.key} has not signed")
    line = next(line for line in document.signers if line.seat == seat.key)
    text = str(seat.evidence.get("text") or line.name)
    signed_by = say(language, "Signed electronically by {name}, {role}", name=line.name, role=line.title)
    when = format_date_time(at, language, signing.zone)
    lines = [signed_by, f"{when} ({signing.zone}) · {signing.reference}", signing.verify_url]
    day = at.astimezone(ZoneInfo(signing.zone)).date()
    values = {"date": format_date(day, language), "initials": initials(text), **seat.evidence.get("values", {})}
    field = document.fields[str(seat.key or 0)]
    return Signature(
        field=field,
        name=signer_words(line.name, text, language),
        stamp=Stamp(text, lines, image),
        location=values.get("place", ""),
        reason=say(language, "Signature of {reference}", reference=signing.reference),
        values={value_field_beside(field, kind): value for kind, value in values.items()},
    )


def signer_words(name: str, text: str, language: str) -> str:
    """Who signed, as PDF readers and `/verify` name them: the person who was asked, and what they typed to sign where
    that is another name, so that nobody is taken for somebody else.

    >>> signer_words("Bob Baker", "Alice A.", "en")
    'Bob Baker (typed as “Alice A.”)'
    >>> signer_words("Bob Baker", "bob  baker", "en")
    'Bob Baker'
    """
    if " ".join(text.split()).casefold() == " ".join(name.split()).casefold():
        return name
    return say(language, "{name} (typed as “{text}”)", name=name, text=text)


def initials(name: str) -> str:
    """The first letters of a name, at most four of them.

    >>> initials("Jean-Luc van der Meer")
    'JLVD'
    """
    words = name.replace("-", " ").split()
    return "".join(word[0].upper() for word in words if word[0].isalpha())[:4]


def _content(platform: Platform, sha256: str) -> bytes:
    with open_content(platform, sha256) as stream:
        return stream.read()


def reason_of(error: Exception, otherwise: str = "document") -> str:
    """The key of REASONS for an error of making or signing a PDF; `otherwise` for one of the file itself."""
    if isinstance(error, SettingError):
        return "settings"
    if isinstance(error, TimeStampFailed):
        return "time_stamp"
    return "converter" if isinstance(error, ConversionFailed) else otherwise


def is_worth_another_try(error: Exception, *, last_attempt: bool) -> bool:
    """Whether the job is tried again by itself, though the page says already why there is no signed PDF yet."""
    return isinstance(error, TimeStampFailed) and not last_attempt


def _store(platform: Platform, signing: Signing, pdfs: Mapping[str, bytes]) -> None:
    """Store the PDFs as the newest signed copies, unless another job stored some meanwhile: all of them, or none."""
    names = distinct_names(_file_name(signing.reference, document) for document in signing.documents)
    stored = {
        signed.document: store_file(platform, pdfs[signed.document], name)
        for signed, name in zip(signing.documents, names, strict=True)
    }

    def operation(work: UnitOfWork) -> None:
        rows = locked_copies(work.session, signing)
        if is_unchanged(rows, signing):
            for document in signing.documents:
                _replace_file(work, signing, document, rows[document.document], stored[document.document])

    run_in_transaction(platform, operation)


def _replace_file(
    work: UnitOfWork, signing: Signing, document: DocumentSigning, row: SignedCopy, file: StoredFile
) -> None:
    """Make a stored PDF the newest signed copy of a document, in place of the one before. What no row is changed for is
    written at the commit: by then everything else is computed, and SQLite's write lock is held briefly.
    """
    session, earlier = work.session, row.file
    session.add(file_row(file, signing.dossier_id, work.now))
    row.signatures = [*document.copy.signatures, *(seat.key for seat in document.missing)]
    at_commit(session, partial(_keep_hash, session, file.sha256, document, row.signatures, work.now))
    row.file_id, row.fields, row.revision = file.id, document.fields, row.revision + 1
    row.state, row.reason, row.certificates = "made", None, {}
    if earlier is not None:
        if earlier.sha256 != file.sha256:
            _supersede_hash(session, earlier.sha256, work.now)
        at_commit(session, partial(_delete_file, session, earlier.id))


def _keep_hash(
    session: Session, sha256: str, document: DocumentSigning, signatures: Sequence[int], now: datetime
) -> None:
    """Keep what `/verify` tells of a signed PDF: how many signatures it is to bear, and when each was given."""
    times = {seat.key: seat.at for seat in document.round.seats if seat.at is not None}
    signed_at = [times[key].isoformat(timespec="seconds") if key in times else None for key in signatures]
    expected = max(len(document.lines), len(signatures))
    insert_if_absent(session, SignedHash, sha256=sha256, made_at=now, expected=expected, signed_at=signed_at)


def _delete_file(session: Session, file_id: str) -> None:
    session.execute(delete(StoredFile).where(StoredFile.id == file_id))


def _supersede_hash(session: Session, sha256: str, now: datetime) -> None:
    """Keep that the same PDF was stored with more signatures."""
    kept = session.get(SignedHash, sha256)
    if kept is not None:
        kept.superseded_at = now


def _file_name(reference: str, document: DocumentSigning) -> str:
    return clean_name(name_of_made_file(reference, document.source_name, say(document.language, "signed"), "pdf"))


def locked_copies(session: Session, signing: Signing) -> dict[str, SignedCopy]:
    """The rows of the copies of a round, by document, locked; on SQLite, the transaction fails with ConcurrentChange
    when another one changes or sends them before it takes the write lock.
    """
    query = select(SignedCopy).where(SignedCopy.round_id == signing.round_id).order_by(SignedCopy.document)
    query = query.execution_options(populate_existing=True)
    if not is_snapshot(session):
        return {row.document: row for row in session.scalars(query.with_for_update())}
    rows = {row.document: row for row in session.scalars(query)}
    for row in rows.values():
        key = (SignedCopy.round_id == row.round_id, SignedCopy.document == row.document, SignedCopy.state == row.state)
        sent = SignedCopy.sent_at.is_(None) if row.sent_at is None else SignedCopy.sent_at.is_not(None)
        expect_unchanged(session, select(SignedCopy.revision).where(*key, sent), row.revision)
    return rows


def is_unchanged(rows: Mapping[str, SignedCopy], signing: Signing) -> bool:
    """Whether no other job has changed the copies of a round since it was read."""
    return all(rows[document.document].revision == document.copy.revision for document in signing.documents)


def store_file(platform: Platform, content: bytes, name: str) -> StoredFile:
    """Store a content that the portal made; its row is not written yet (`add_file`)."""
    blob = platform.blobs.put(io.BytesIO(content))
    return StoredFile(id=new_id(), sha256=blob.sha256, name=name, type=PDF, size=blob.size)


def add_file(session: Session, file: StoredFile, dossier_id: int, now: datetime) -> None:
    """Write the row of a stored content, as a file of a dossier that nobody uploaded."""
    file.dossier_id, file.stored_at, file.stored_by = dossier_id, now, None
    session.add(file)
    session.flush()


def file_row(file: StoredFile, dossier_id: int, now: datetime) -> StoredFile:
    """A new row of a stored content, as `add_file` writes it: the unit of work that adds it may be run again."""
    content = {"sha256": file.sha256, "name": file.name, "type": file.type, "size": file.size}
    return StoredFile(id=file.id, **content, dossier_id=dossier_id, stored_at=now, stored_by=None)


def fail(platform: Platform, signing: Signing, reason: str) -> None:
    """Store why there are no signed copies, or why they were not sent, and tell whoever is in charge once; not where
    another job was faster.
    """

    def operation(work: UnitOfWork) -> None:
        rows = locked_copies(work.session, signing)
        if not is_unchanged(rows, signing) or any(row.sent_at is not None for row in rows.values()):
            return
        dossier, cause = work.session.get_one(Dossier, signing.dossier_id), str(signing.round_id)
        names = [signed.document for signed in signing.documents]
        tell_failed_document(work, dossier, names, "signed", cause, lambda language: say(language, REASONS[reason]))
        for row in rows.values():
            row.state, row.reason = "failed", reason

    run_in_transaction(platform, operation)
