"""The signed PDF of a document: a job adds each signature to it, and sends it when everybody has signed (S4, S6).

Converting and signing take seconds, so they are done in no transaction; a short one stores the result, unless another
job was faster (`SignedCopy.revision`). A job that is killed leaves nothing behind, and is run again.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from formengine.content_type import PDF
from formengine.documents.pdf_signing import Signature, Stamp, sign
from formengine.errors import ConversionFailed, DocumentRefused, NotFound, SettingError
from formengine.i18n import say
from formengine.services.approvals.participants import participant_name, role_title
from formengine.services.approvals.signing_layout import SignerLine, document_to_sign, signature_field, value_field
from formengine.services.case.document_failures import tell_failed_document
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.signing_certificates import signing_key, time_stamping
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.files.uploads import clean_name, open_content
from formengine.storage.models.base import insert_if_absent, new_id
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.storage.models.signed_copies import SignedCopy, SignedHash
from formengine.value_format import format_date, format_date_time
from formengine.workflow.engine.case import Round, Seat

log = logging.getLogger(__name__)

OVERDUE: Final = timedelta(minutes=10)
"""After this time a copy that is not there may be asked for again: its job was lost."""
REASONS: Final = {
    "converter": "the program that makes PDFs failed or is not installed",
    "document": "the file cannot be made into a PDF to sign: it is damaged, protected, or not built as it should be",
    "settings": "the certificate of the site or the time stamp server is not set up as it should be",
    "error": "something unexpected went wrong",
}
"""Why there is no signed copy, as it is stored, and as it is told."""


@dataclass(frozen=True)
class Signing:
    """What a job does for one round: the round as it is now, its people, the document, and the copy so far."""

    round_id: int
    round: Round
    dossier_id: int
    reference: str
    document: str
    version_id: int
    source_sha256: str
    source_name: str
    source_type: str
    signers: tuple[SignerLine, ...]
    lines: tuple[SignerLine, ...]
    """Those for whom the document has a field: where some of several people are to sign, as many as are needed."""
    language: str
    zone: str
    verify_url: str
    copy: SignedCopy

    @property
    def fields(self) -> dict[str, str]:
        """The signature field of each seat, as it was laid out. Who signs without one does so in that of somebody of
        the same role who has not signed, or of somebody who is no longer asked; else without a stamp.
        """
        fields = dict(self.copy.fields) or {str(line.seat): signature_field(line.seat) for line in self.lines}
        roles = {str(seat.key): seat.role for seat in self.round.seats}
        signed = {str(seat.key): seat for seat in self.signed}
        asked = [str(line.seat) for line in self.signers]
        for seat, row in signed.items():
            if seat not in fields:
                free = [other for other in fields if other not in signed]
                free = [other for other in free if roles.get(other) == row.role or other not in asked]
                free.sort(key=lambda other: roles.get(other) != row.role)
                fields[seat] = fields.pop(free[0]) if free else signature_field(row.key or 0)
        return fields

    @property
    def signed(self) -> list[Seat]:
        """The seats that have signed, in the order in which they did."""
        seats = [seat for seat in self.round.seats if seat.status == "signed" and seat.at is not None]
        return sorted(seats, key=lambda seat: (seat.at, seat.key or 0))

    @property
    def missing(self) -> list[Seat]:
        """The seats whose signatures the copy does not bear yet."""
        return [seat for seat in self.signed if seat.key not in self.copy.signatures]


def add_signatures(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> Signing | None:
    """Add the signatures of a round to its copy (in a job); returns the round with all of them in it.

    None where it cannot be done: why stands in the row. An unexpected error passes, so that the job is tried again.
    """
    signing = load_signing(platform, args)
    while signing is not None and signing.missing:
        try:
            pdf = _signed(platform, signing)
        except (ConversionFailed, DocumentRefused, SettingError) as error:
            log.warning("no signed copy for round %s of %s: %s", signing.round_id, signing.reference, error)
            fail(platform, signing, _reason(error))
            return None
        except Exception:
            if last_attempt:
                fail(platform, signing, "error")
            raise
        _store(platform, signing, pdf)
        signing = load_signing(platform, args)  # somebody may have signed meanwhile
    return signing


def load_signing(platform: Platform, args: Mapping[str, Any]) -> Signing | None:
    """The round of a job, with its copy; the row of the copy is made where there is none. None where the round is not
    about a version of a document.
    """
    with platform.database.reading() as session:
        now = UnitOfWork(platform, session, None).now
        signing = _read(platform, session, args, now)
        is_new = signing is not None and inspect(signing.copy).transient
        session.expunge_all()
    if signing is not None and is_new:
        columns = ("round_id", "dossier_id", "document", "version_id", "requested_at")
        values = {name: getattr(signing.copy, name) for name in columns}
        rest = {"state": "pending", "revision": 0, "fields": {}, "signatures": [], "certificates": {}}
        with platform.database.transaction() as session:
            insert_if_absent(session, SignedCopy, **values, **rest)
    return signing


def _read(platform: Platform, session: Session, args: Mapping[str, Any], now: datetime) -> Signing | None:
    dossier = session.get(Dossier, int(args["dossier"]))
    if dossier is None:
        return None
    portal = platform.definitions.site(session).portal
    workflow = platform.definitions.pack(session, dossier.pack_hash).workflow
    document = workflow.round_rule(str(args["rule"])).document
    language = document_language(platform, session, dossier, document or "", portal.languages)
    loaded = load(UnitOfWork(platform, session, None, now=now, language=language), dossier)
    key = (args["rule"], args["number"])
    round_ = next((value for value in loaded.case.rounds if (value.rule, value.number) == key), None)
    if round_ is None or round_.key is None or document is None or round_.document_version is None:
        return None
    version = _version(session, dossier, document, round_.document_version)
    copy = session.get(SignedCopy, round_.key) or _new_copy(round_.key, dossier.id, document, version.id, now)
    if copy.file is not None:
        _ = copy.file.sha256
    signers = _signers(loaded, round_)
    return Signing(
        round_id=round_.key,
        round=round_,
        dossier_id=dossier.id,
        reference=dossier.reference,
        document=document,
        version_id=version.id,
        source_sha256=version.file.sha256,
        source_name=version.file.name,
        source_type=version.file.type,
        signers=tuple(signers),
        lines=tuple(_lines(loaded, round_, signers)),
        language=language,
        zone=portal.zone,
        verify_url=f"{platform.settings.base_url.rstrip('/')}/verify",
        copy=copy,
    )


def document_language(
    platform: Platform, session: Session, dossier: Dossier, document: str, languages: Sequence[str]
) -> str:
    """The language that a document is written in, where the portal has it; else that of the request, or the first."""
    submission = dossier.submission
    rule = platform.definitions.request_type(session, submission.form_hash).documents.get(document)
    asked = submission.language
    wanted = rule.language_for(submission.answers, asked) if rule is not None else asked
    return next((language for language in (wanted, asked) if language in languages), languages[0])


def _new_copy(round_id: int, dossier_id: int, document: str, version_id: int, now: datetime) -> SignedCopy:
    values = {"round_id": round_id, "dossier_id": dossier_id, "document": document, "version_id": version_id}
    rest: dict[str, Any] = {"state": "pending", "revision": 0, "fields": {}, "signatures": [], "certificates": {}}
    return SignedCopy(**values, **rest, requested_at=now)


def _version(session: Session, dossier: Dossier, document: str, number: int) -> DocumentVersion:
    query = (
        select(DocumentVersion)
        .join(Document, DocumentVersion.document_id == Document.id)
        .where(Document.dossier_id == dossier.id, Document.name == document, DocumentVersion.number == number)
    )
    return session.scalars(query).one()


def _signers(loaded: LoadedCase, round_: Round) -> list[SignerLine]:
    """Who is asked to sign, or has signed, in the order of their seats."""
    seats = [seat for seat in round_.seats if seat.status in ("open", "signed") and seat.key is not None]
    return [
        SignerLine(
            seat.key or 0,
            seat.name or participant_name(loaded, seat.person),
            seat.role,
            role_title(loaded, seat.role),
        )
        for seat in seats
    ]


def _lines(loaded: LoadedCase, round_: Round, signers: list[SignerLine]) -> list[SignerLine]:
    """The signers who get a field. Of people of whom only some are needed, those who have signed, then others without a
    name: who of them signs is not known yet.
    """
    seats = {seat.key: seat for seat in round_.seats}
    lines: list[SignerLine] = []
    groups: dict[tuple[int, int], list[SignerLine]] = {}
    for line in signers:
        groups.setdefault((seats[line.seat].step, seats[line.seat].entry), []).append(line)
    for (step, entry), group in groups.items():
        needed = _needed(loaded, round_, step, entry, len(group))
        if needed == len(group):
            lines += group
            continue
        signed = [line for line in group if seats[line.seat].status == "signed"]
        others = [replace(line, name="") for line in group if line not in signed]
        lines += [*signed, *others[: max(needed - len(signed), 0)]]
    return lines


def asked_signatures(loaded: LoadedCase, round_: Round) -> int:
    """How many signatures a round has with those that are asked for now: of people of whom only some are needed, as
    many as are needed.
    """
    groups: dict[tuple[int, int], list[Seat]] = {}
    for seat in round_.seats:
        if seat.status in ("open", "signed"):
            groups.setdefault((seat.step, seat.entry), []).append(seat)
    signed = {key: sum(seat.status == "signed" for seat in group) for key, group in groups.items()}
    return sum(max(signed[key], _needed(loaded, round_, *key, len(group))) for key, group in groups.items())


def _needed(loaded: LoadedCase, round_: Round, step: int, entry: int, seated: int) -> int:
    """How many of the people of an entry have to sign."""
    entries = loaded.workflow.round_rule(round_.rule).steps[step].entries
    need = entries[entry].need if entry < len(entries) else None
    return need if isinstance(need, int) and 0 < need < seated else seated


def _signed(platform: Platform, signing: Signing) -> bytes:
    """The PDF with the signatures that it lacks; laid out first where none was given yet."""
    key, stamping = signing_key(platform), time_stamping(platform)
    if signing.copy.file is not None:
        pdf = _content(platform, signing.copy.file.sha256)
    else:
        source = _content(platform, signing.source_sha256)
        pdf = document_to_sign(source, signing.source_type, signing.lines, signing.language)
    for seat in signing.missing:
        picture = seat.evidence.get("picture_sha256")
        image = _content(platform, picture) if picture else None
        pdf = sign(pdf, _signature(signing, seat, image), key, stamping)
    return pdf


def _signature(signing: Signing, seat: Seat, image: bytes | None) -> Signature:
    """The signature of a seat, with what its stamp says, or shows of a signature that was drawn."""
    language, at = signing.language, seat.at
    if at is None:
        raise NotFound(f"seat {seat.key} has not signed")
    line = next(line for line in signing.signers if line.seat == seat.key)
    text = str(seat.evidence.get("text") or line.name)
    signed_by = say(language, "Signed electronically by {name}, {role}", name=line.name, role=line.title)
    when = format_date_time(at, language, signing.zone)
    lines = [signed_by, f"{when} ({signing.zone}) · {signing.reference}", signing.verify_url]
    day = at.astimezone(ZoneInfo(signing.zone)).date()
    values = {"date": format_date(day, language), "initials": initials(text), **seat.evidence.get("values", {})}
    key = seat.key or 0
    return Signature(
        field=signing.fields[str(key)],
        name=text,
        stamp=Stamp(text, lines, image),
        location=values.get("place", ""),
        reason=say(language, "Signature of {reference}", reference=signing.reference),
        values={value_field(kind, key): value for kind, value in values.items()},
    )


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


def _reason(error: Exception) -> str:
    if isinstance(error, SettingError):
        return "settings"
    return "converter" if isinstance(error, ConversionFailed) else "document"


def _store(platform: Platform, signing: Signing, pdf: bytes) -> None:
    """Store the PDF as the newest signed copy, unless another job stored one meanwhile."""
    stem = signing.source_name.rpartition(".")[0] or signing.source_name
    stored = store_file(platform, pdf, clean_name(f"{stem} ({say(signing.language, 'signed')}).pdf"))
    seats = [*signing.copy.signatures, *(seat.key for seat in signing.missing)]
    with platform.database.transaction() as session:
        row = session.get_one(SignedCopy, signing.round_id, with_for_update=True)
        if row.revision != signing.copy.revision:
            return
        now = UnitOfWork(platform, session, None).now
        earlier = row.file
        add_file(session, stored, signing.dossier_id, now)
        insert_if_absent(session, SignedHash, sha256=stored.sha256, made_at=now)
        row.file_id, row.signatures, row.revision = stored.id, seats, row.revision + 1
        row.fields = signing.fields
        row.state, row.reason, row.certificates = "made", None, {}
        session.flush()
        if earlier is not None:
            session.delete(earlier)


def store_file(platform: Platform, content: bytes, name: str) -> StoredFile:
    """Store a content that the portal made; its row is not written yet (`add_file`)."""
    blob = platform.blobs.put(io.BytesIO(content))
    return StoredFile(id=new_id(), sha256=blob.sha256, name=name, type=PDF, size=blob.size)


def add_file(session: Session, file: StoredFile, dossier_id: int, now: datetime) -> None:
    """Write the row of a stored content, as a file of a dossier that nobody uploaded."""
    file.dossier_id, file.stored_at, file.stored_by = dossier_id, now, None
    session.add(file)
    session.flush()


def fail(platform: Platform, signing: Signing, reason: str) -> None:
    """Store why there is no signed copy, or why it was not sent, and tell whoever is in charge once; not where another
    job was faster.
    """

    def operation(work: UnitOfWork) -> None:
        row = work.session.get_one(SignedCopy, signing.round_id, with_for_update=True)
        if row.revision != signing.copy.revision or row.sent_at is not None:
            return
        dossier, cause = work.session.get_one(Dossier, signing.dossier_id), str(signing.round_id)
        tell_failed_document(
            work, dossier, signing.document, "signed", cause, lambda language: say(language, REASONS[reason])
        )
        row.state, row.reason = "failed", reason

    run_in_transaction(platform, operation)
