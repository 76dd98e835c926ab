"""A round of signatures as a job works on it: its documents with their copies so far, its people and their fields (S4).

The copies of the documents of one round are changed together: each bears the same signatures (S11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload

from formengine.services.approvals.participants import participant_name, signing_capacity
from formengine.services.approvals.signing_layout import SignerLine, signature_field
from formengine.services.case.document_titles import document_title
from formengine.services.case.provider_seats import signs_on_site
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.storage.models.base import insert_absent_rows
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.storage.models.signed_copies import SignedCopy
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.signing_parties import ADDED


@dataclass(frozen=True)
class DocumentSigning:
    """One document of a round: the version that is signed, its language, and the copy so far."""

    document: str
    version_id: int
    source_sha256: str
    source_name: str
    source_type: str
    language: str
    title: str
    round: Round
    signers: tuple[SignerLine, ...]
    lines: tuple[SignerLine, ...]
    """Those for whom the document has a field: where some of several people are to sign, as many as are needed."""
    copy: SignedCopy

    @property
    def fields(self) -> dict[str, str]:
        """The signature field of each seat, as it was laid out. Who signs without one does so in that of somebody of
        the same role who has not signed, or of somebody who is no longer asked; else without a stamp.
        """
        fields = dict(self.copy.fields) or {str(line.seat): signature_field(line.seat) for line in self.lines}
        roles = {str(seat.key): seat.role for seat in self.round.seats}
        signed = {str(seat.key): seat for seat in signed_seats(self.round)}
        asked = [str(line.seat) for line in self.signers]
        for seat, row in signed.items():
            if seat not in fields:
                free = [other for other in fields if other not in signed]
                free = [other for other in free if roles.get(other) == row.role or other not in asked]
                free.sort(key=lambda other: roles.get(other) != row.role)
                fields[seat] = fields.pop(free[0]) if free else signature_field(row.key or 0)
        return fields

    @property
    def missing(self) -> list[Seat]:
        """The seats whose signatures the copy does not bear yet."""
        return [seat for seat in signed_seats(self.round) if seat.key not in self.copy.signatures]


@dataclass(frozen=True)
class Signing:
    """What a job does for one round: the round as it is now, and its documents, in the order of the workflow."""

    round_id: int
    round: Round
    dossier_id: int
    reference: str
    documents: tuple[DocumentSigning, ...]
    zone: str
    verify_url: str
    provider: str = ""
    """The provider where it is signed; "" for the portal itself."""

    @property
    def is_missing_any(self) -> bool:
        """Whether somebody has signed whose signature a copy does not bear yet."""
        return any(document.missing for document in self.documents)

    @property
    def is_sent(self) -> bool:
        """Whether everybody was sent the signed PDFs."""
        return all(document.copy.sent_at is not None for document in self.documents)


def signed_seats(round_: Round) -> list[Seat]:
    """The seats that have signed, in the order in which they did."""
    seats = [seat for seat in round_.seats if seat.status == "signed" and seat.at is not None]
    return sorted(seats, key=lambda seat: (seat.at, seat.key or 0))


def load_signing(platform: Platform, args: Mapping[str, Any]) -> Signing | None:
    """The round of a job, with the copies of its documents; their rows are made where there are none. None where the
    round is not about a version of each of its documents.
    """
    with platform.database.reading() as session:
        now = UnitOfWork(platform, session, None).now
        signing = _read(platform, session, args, now)
        copies = [document.copy for document in signing.documents] if signing is not None else []
        new = [copy for copy in copies if inspect(copy).transient]
        session.expunge_all()
    if new:
        columns = ("round_id", "document", "dossier_id", "version_id", "requested_at")
        rest = {"state": "pending", "revision": 0, "fields": {}, "signatures": [], "certificates": {}}
        with platform.database.transaction() as session:
            rows = [{**{name: getattr(copy, name) for name in columns}, **rest} for copy in new]
            insert_absent_rows(session, SignedCopy, rows)
    return signing


def _read(platform: Platform, session: Session, args: Mapping[str, Any], now: datetime) -> Signing | None:
    dossier = session.get(Dossier, int(args["dossier"]))
    if dossier is None:
        return None
    portal = platform.definitions.site(session).portal
    workflow = platform.definitions.pack(session, dossier.pack_hash).workflow
    names = workflow.round_rule(str(args["rule"])).documents
    languages = {name: document_language(platform, session, dossier, name, portal.languages) for name in names}
    loaded = {
        language: load(UnitOfWork(platform, session, None, now=now, language=language), dossier)
        for language in dict.fromkeys(languages.values())
    }
    key = (args["rule"], args["number"])
    documents = []
    for name in names:
        by_language = loaded[languages[name]]
        round_ = next((round_ for round_ in by_language.case.rounds if (round_.rule, round_.number) == key), None)
        if round_ is None or round_.key is None or name not in round_.versions:
            return None
        version = _version(session, dossier, name, round_.versions[name].number)
        documents.append(_document(session, by_language, round_, name, version))
    if not documents:
        return None
    round_ = documents[0].round
    url = f"{platform.settings.base_url.rstrip('/')}/verify"
    provider = workflow.round_rule(round_.rule).provider
    elsewhere = "" if signs_on_site(by_language.work, provider) else provider
    made = tuple(documents)
    return Signing(round_.key or 0, round_, dossier.id, dossier.reference, made, portal.zone, url, elsewhere)


def _document(
    session: Session, loaded: LoadedCase, round_: Round, name: str, version: DocumentVersion
) -> DocumentSigning:
    """One document of a round; its copy is new where there is no row of it."""
    dossier_id, now = loaded.dossier.id, loaded.work.now
    copy = session.get(SignedCopy, (round_.key, name), options=[joinedload(SignedCopy.file)])
    signers = _signers(loaded, round_)
    return DocumentSigning(
        document=name,
        version_id=version.id,
        source_sha256=version.file.sha256,
        source_name=version.file.name,
        source_type=version.file.type,
        language=loaded.work.language,
        title=f"{document_title(loaded.work, loaded.dossier, name)} · {loaded.dossier.reference}",
        round=round_,
        signers=tuple(signers),
        lines=tuple(_lines(loaded, round_, signers)),
        copy=copy or _new_copy(round_.key or 0, name, dossier_id, version.id, now),
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


def _new_copy(round_id: int, document: str, dossier_id: int, version_id: int, now: datetime) -> SignedCopy:
    values = {"round_id": round_id, "document": document, "dossier_id": dossier_id, "version_id": version_id}
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
            signing_capacity(loaded, seat) if seat.role != ADDED else "",
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
