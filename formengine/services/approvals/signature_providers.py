"""Signatures collected by an outside provider (S7): background jobs request them, poll their status, and recall them.

A step never calls a provider within its transaction. It writes a row per seat and enqueues a job; the job calls the
provider, and the provider's answer becomes a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.errors import DocumentRefused, FormengineError, PluginFailed, PluginTimedOut
from formengine.i18n import pick, say
from formengine.jobs import Retry
from formengine.registry.signatures import SignatureReport, problem_of_files, report_of
from formengine.services.approvals.given_signatures import documents_evidence
from formengine.services.approvals.provider_calls import (
    begin_call,
    continues_sent,
    hold_while_running,
    other_documents,
    sent_documents,
)
from formengine.services.approvals.provider_documents import (
    SigningPdf,
    add_provider_files,
    file_key,
    signing_pdf,
    store_provider_files,
)
from formengine.services.approvals.signing_layout import SignerLine
from formengine.services.approvals.signings import document_language
from formengine.services.case.document_titles import document_title
from formengine.services.case.guest_links import document_versions_of
from formengine.services.case.provider_seats import is_wanted, request_anew
from formengine.services.case.repository import LoadedCase, load_for_update
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.files.uploads import open_content
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import ProviderSeat, Seat
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.case import Seat as EngineSeat

POLL_JOB: Final = "look_after_signatures"
"""The periodic job that enqueues STATUS_JOB for every seat whose next poll is due."""
STATUS_JOB: Final = "signature_status"
"""The job that asks a provider for the status of one seat: `{"seat": id}`."""
POLL_BATCH: Final = 200
ERROR_LENGTH: Final = 2000
REASON_LENGTH: Final = 2000


def no_document(seat: RequestedSeat) -> SigningPdf:
    """What `pdf` of a round without a document does: raises DocumentRefused."""
    raise DocumentRefused("the round is about no document")


@dataclass(frozen=True)
class RequestedDocument:
    """A document of a round as a provider sees it.

    `read()` returns the bytes of the version that is to be signed, `pdf(seat)` that version as PDF with the box in
    which the seat signs (`SigningPdf`); it may raise ConversionFailed or DocumentRefused, which a provider lets pass.
    """

    id: str
    title: str
    sha256: str
    read: Callable[[], bytes] = field(repr=False, compare=False)
    pdf: Callable[[RequestedSeat], SigningPdf] = field(repr=False, compare=False)


@dataclass(frozen=True)
class RequestedRound:
    """A round as a provider sees it: the dossier, the rule and its options, and its `documents`, in the order of the
    workflow. `document`, `sha256`, `read` and `pdf` are those of the first of them.
    """

    reference: str
    rule: str
    number: int
    document: str | None
    sha256: str | None
    options: dict[str, Any]
    read: Callable[[], bytes] = field(repr=False, compare=False, default=bytes)
    pdf: Callable[[RequestedSeat], SigningPdf] = field(repr=False, compare=False, default=no_document)
    title: str = ""
    language: str = "en"
    documents: tuple[RequestedDocument, ...] = ()


@dataclass(frozen=True)
class RequestedSeat:
    """A seat as a provider sees it. Its `id` is the same in every call, so that a repeated request can be
    recognised; `documents` are the ids of what it signs, in the order of the workflow.
    """

    id: int
    person: str
    name: str
    email: str
    role: str
    documents: tuple[str, ...] = ()


def request_signature(platform: Platform, seat_id: int) -> None:
    """Request a signature from the provider of a seat, unless that was done already or the seat has closed.

    Raises PluginFailed when the provider fails, and what it says itself (DeliveryFailed, Retry); the row of the seat
    then holds the error, and the job is tried again.
    """
    if (
        _call_provider(platform, seat_id, "waiting", lambda provider, round_, seat: provider.start(round_, seat))
        is None
    ):
        return
    with platform.database.transaction() as session:
        row = session.get_one(ProviderSeat, seat_id, with_for_update=True)
        now = UnitOfWork(platform, session, None).now
        if row.state == "waiting":
            row.state = "asked"
        row.asked_at, row.next_at, row.error = now, now, None


def recall_signature(platform: Platform, seat_id: int) -> None:
    """Withdraw the request for a seat that was closed meanwhile; where the seat is open again by then, its signature is
    requested anew. Raises as `request_signature`.
    """
    answer = _call_provider(platform, seat_id, "withdrawing", lambda provider, _, seat: provider.recall(seat))
    if answer is None:
        return

    def apply(work: UnitOfWork) -> None:
        loaded = load_for_update(work, answer[0].reference)
        row = work.session.get_one(ProviderSeat, seat_id, populate_existing=True)
        row.state, row.next_at, row.error = "withdrawn", None, None
        if is_wanted(loaded, seat_id):
            request_anew(work, row)

    run_in_transaction(platform, apply)


def enqueue_status_checks(work: UnitOfWork) -> int:
    """Enqueue STATUS_JOB for every seat whose next poll is due; returns their number."""
    query = select(ProviderSeat).where(ProviderSeat.state == "asked", ProviderSeat.next_at <= work.now)
    rows = list(work.session.scalars(query.order_by(ProviderSeat.next_at).limit(POLL_BATCH)))
    jobs = {f"status-{row.seat_id}-{row.next_at:%Y%m%dT%H%M%S%f}": {"seat": row.seat_id} for row in rows}
    work.enqueue_all(STATUS_JOB, jobs)
    return len(rows)


def is_check_due(session: Session, now: datetime) -> bool:
    """Whether the next poll of any seat is due at a moment (UTC)."""
    query = select(ProviderSeat.seat_id).where(ProviderSeat.state == "asked", ProviderSeat.next_at <= now)
    return session.scalar(query.limit(1)) is not None


def check_signature(platform: Platform, seat_id: int, now: datetime | None = None) -> None:
    """Ask the provider for the status of a seat, and take the step that follows from it: sign, decline, or let it
    expire.

    The files that prove a signature are stored first, in no transaction of the step. Raises as `request_signature`, and
    Refused where the step is not allowed.
    """
    answer = _call_provider(platform, seat_id, "asked", lambda provider, _, seat: provider.status(seat))
    if answer is None:
        return
    requested_round, seat, status = answer
    report = report_of(status)
    problem = problem_of_files(report.files, [document.id for document in requested_round.documents])
    if problem is not None:
        raise PluginFailed("signature provider", "status", problem)
    hashes = {document.id: document.sha256 for document in requested_round.documents}
    sent = _sent(platform, seat_id)
    if report.status == "signed":
        _require_sent(platform, seat_id, sent, hashes)
    proof = {**documents_evidence(hashes), "sent": sent} if sent else documents_evidence(hashes)
    continued = {file_key(file.kind, file.document): continues_sent(sent, file) for file in report.files}
    stored = store_provider_files(platform, report.files, requested_round.reference, seat_id)

    def apply(work: UnitOfWork) -> None:
        work.language = platform.definitions.site(work.session).portal.languages[0]
        loaded = load_for_update(work, requested_round.reference)
        row = work.session.get_one(ProviderSeat, seat_id, populate_existing=True)
        row.error = None
        if row.state == "asked":
            _apply(loaded, row, seat, report, proof, continued, stored)

    run_in_transaction(platform, apply, now=now or datetime.now(UTC))


def _apply(
    loaded: LoadedCase,
    row: ProviderSeat,
    seat: RequestedSeat,
    report: SignatureReport,
    proof: Mapping[str, Any],
    continued: Mapping[str, bool],
    files: Sequence[tuple[str, StoredFile]],
) -> None:
    work, open_seat, status = loaded.work, _open_seat(loaded, row.seat_id), report.status
    if status == "asked" or open_seat is None:
        row.next_at = work.now + _poll_interval(work.now - (row.asked_at or work.now))
        return
    row.state, row.next_at = "done", None
    round_, value = open_seat
    if status == "signed":
        at = work.now.isoformat(timespec="seconds")
        kept = add_provider_files(work, files, loaded.dossier.id)
        for key, file in kept.items():
            file |= {"continues_sent": continued[key]} if key.startswith("signed") and row.sent else {}
        evidence = {"kind": "provider", "provider": row.provider, "at": at, **proof, "files": kept}
        loaded.run(engine.sign, seat.person, evidence, value)
    elif status == "declined":
        unsaid = say(work.language, "Declined at {provider}.", provider=row.provider)
        loaded.run(engine.decline, seat.person, report.reason[:REASON_LENGTH] or unsaid, value)
    else:
        round_.expires_at = round_.next_at = work.now
        loaded.run(engine.fire_due)


def _sent(platform: Platform, seat_id: int) -> list[dict[str, Any]]:
    """What was sent with each request for a seat; [] for one from before this was kept."""
    with platform.database.reading() as session:
        return list(session.get_one(ProviderSeat, seat_id).sent)


def _require_sent(
    platform: Platform, seat_id: int, sent: Sequence[Mapping[str, Any]], hashes: Mapping[str, str]
) -> None:
    """Raise PluginFailed for a signature on something else than what was sent; the row of the seat then holds why."""
    others = other_documents(sent, hashes)
    if not others:
        return
    problem = f"what was sent to be signed is no longer the version of {', '.join(others)} that the round is about"
    with platform.database.transaction() as session:
        row, now = session.get_one(ProviderSeat, seat_id), UnitOfWork(platform, session, None).now
        row.error, row.next_at = problem, now + _poll_interval(now - (row.asked_at or now))
        provider = row.provider
    raise PluginFailed("signature provider", provider, problem)


def _poll_interval(age: timedelta) -> timedelta:
    """The time until the next poll: a tenth of the seat's age, but at least a minute and at most an hour."""
    return min(max(age / 10, timedelta(minutes=1)), timedelta(hours=1))


def _open_seat(loaded: LoadedCase, seat_id: int) -> tuple[Round, EngineSeat] | None:
    for round_ in loaded.case.rounds:
        for seat in round_.seats:
            if seat.key == seat_id and seat.status == "open" and round_.status == "open":
                return round_, seat
    return None


def _call_provider(
    platform: Platform, seat_id: int, state: str, call: Callable[[Any, RequestedRound, RequestedSeat], Any]
) -> tuple[RequestedRound, RequestedSeat, Any] | None:
    """Call the provider of a seat that is in `state`, outside any transaction: (round, seat, what it returned).

    None for a seat in another state. Raises what the provider says, and DocumentRefused for a request while a document
    is missing; the row of the seat then holds the error, and one whose status is not known is asked after again later,
    even when this job is given up. Raises Retry while another job makes or recalls the same request: two at once would
    be two requests at the provider.
    """
    with platform.database.reading() as session:
        row = session.get(ProviderSeat, seat_id)
        if row is None or row.state != state:
            return None
        requested_round, seat = _provider_views(platform, session, seat_id)
        definition = platform.registry.vocabulary.providers.get(row.provider)
    if definition is None or definition.provider is None:
        raise PluginFailed("signature provider", row.provider, "it is not installed")
    if len(seat.documents) > 1 and not definition.takes_several_documents:
        raise PluginFailed("signature provider", row.provider, "it takes one document in a round, and not several")
    takes_pdf = getattr(definition.provider, "takes_pdf", False)
    if state == "waiting":
        requested_round = _ready_to_send(platform, requested_round, seat, with_pdf=takes_pdf)
    sent = _sent_with(requested_round, seat, with_pdf=takes_pdf) if state == "waiting" else None
    if state != "asked" and not begin_call(platform, seat_id, state, sent):
        return None
    try:
        return requested_round, seat, call(definition.provider, requested_round, seat)
    except (FormengineError, Retry) as problem:
        with platform.database.transaction() as session:
            row, now = session.get_one(ProviderSeat, seat_id), UnitOfWork(platform, session, None).now
            row.error = str(problem)[:ERROR_LENGTH]
            if row.state == state == "asked":
                row.next_at = now + _poll_interval(now - (row.asked_at or now))
            elif row.state != "asked" and not isinstance(problem, PluginTimedOut):  # whose call may go on for a while
                row.next_at = None
        if state != "asked" and isinstance(problem, PluginTimedOut):
            hold_while_running(platform, seat_id, problem.ends_within)
        raise


def _sent_with(requested_round: RequestedRound, seat: RequestedSeat, *, with_pdf: bool) -> dict[str, Any]:
    """What a request sends (`sent_documents`); the PDFs are known where they were made before the call."""
    pdfs = {document.id: document.pdf(seat).content for document in requested_round.documents} if with_pdf else {}
    return sent_documents(requested_round.documents, pdfs)


def _ready_to_send(
    platform: Platform, requested_round: RequestedRound, seat: RequestedSeat, *, with_pdf: bool
) -> RequestedRound:
    """The round of a request that is about to be made; `with_pdf`, with the PDFs made now, since the time of a call is
    limited and a conversion takes long.

    Raises DocumentRefused while a document of the rule has no version, and what `pdf` raises; the row of the seat then
    holds the error.
    """
    try:
        if len(requested_round.documents) < len(seat.documents):
            raise DocumentRefused("a document of the round is missing; nothing is requested before all are there")
        if not with_pdf:
            return requested_round
        documents = tuple(_with_made_pdf(document, seat) for document in requested_round.documents)
    except FormengineError as problem:
        with platform.database.transaction() as session:
            row = session.get_one(ProviderSeat, seat.id, with_for_update=True)
            if row.state == "waiting":
                row.error = str(problem)[:ERROR_LENGTH]
        raise
    return replace(requested_round, documents=documents, pdf=documents[0].pdf if documents else no_document)


def _with_made_pdf(document: RequestedDocument, seat: RequestedSeat) -> RequestedDocument:
    made = document.pdf(seat)
    return replace(document, pdf=lambda _seat: made)


def _provider_views(platform: Platform, session: Session, seat_id: int) -> tuple[RequestedRound, RequestedSeat]:
    seat = session.get_one(Seat, seat_id)
    round_, dossier = seat.round, seat.round.dossier
    workflow = platform.definitions.pack(session, dossier.pack_hash).workflow
    rule = workflow.round_rule(round_.definition)
    languages = platform.definitions.site(session).portal.languages
    language = document_language(platform, session, dossier, next(iter(rule.documents), ""), languages)
    work = UnitOfWork(platform, session, None, language=language)
    versions = document_versions_of(work, round_)
    role = workflow.roles.get(seat.role)
    role_title = pick(role.title, language) if role is not None else ""
    documents = tuple(
        _document(platform, name, document_title(work, dossier, name), version.file, role_title, language)
        for name, version in versions.items()
    )
    first = documents[0] if documents else None
    requested = RequestedRound(
        reference=dossier.reference,
        rule=round_.definition,
        number=round_.number,
        document=next(iter(rule.documents), None),
        sha256=first.sha256 if first is not None else None,
        options=dict(rule.options),
        read=first.read if first is not None else bytes,
        pdf=first.pdf if first is not None else no_document,
        title=dossier.title,
        language=language,
        documents=documents,
    )
    return requested, _seat_view(session, seat, rule.documents)


def _document(
    platform: Platform, name: str, title: str, file: StoredFile, role_title: str, language: str
) -> RequestedDocument:
    """A document as the provider sees it; its content is read when it asks for it."""
    sha256, type_ = file.sha256, file.type

    def read() -> bytes:
        with open_content(platform, sha256) as stream:
            return stream.read()

    def pdf(seat: RequestedSeat) -> SigningPdf:
        return signing_pdf(read(), type_, SignerLine(seat.id, seat.name, seat.role, role_title), language)

    return RequestedDocument(name, title, sha256, read, pdf)


def _seat_view(session: Session, seat: Seat, documents: tuple[str, ...]) -> RequestedSeat:
    person = session.get(Person, seat.person) if "@" not in seat.person else None
    name, email = (person.name, person.email) if person else (seat.person, seat.person)
    return RequestedSeat(seat.id, seat.person, seat.data.get("name") or name, email, seat.role, documents)
