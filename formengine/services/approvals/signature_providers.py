"""Signatures collected by an outside provider (S7): background jobs request them, poll their status, and recall them.

A step never calls a provider within its transaction. It writes a row per seat and enqueues a job; the job calls the
provider, and the provider's answer becomes a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.errors import PluginFailed
from formengine.i18n import say
from formengine.services.case.guest_links import document_version_of
from formengine.services.case.repository import LoadedCase, load_for_update
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.files.uploads import open_content
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import ProviderSeat, Seat
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.case import Seat as Place

POLL_JOB: Final = "look_after_signatures"
"""The periodic job that enqueues STATUS_JOB for every seat whose next poll is due."""
STATUS_JOB: Final = "signature_status"
"""The job that asks a provider for the status of one seat: `{"seat": id}`."""
POLL_BATCH: Final = 200


@dataclass(frozen=True)
class RequestedRound:
    """A round as a provider sees it: the dossier, the rule and its options, and the document, whose bytes `read()`
    returns.
    """

    reference: str
    rule: str
    number: int
    document: str | None
    sha256: str | None
    options: dict[str, Any]
    read: Callable[[], bytes] = field(repr=False, compare=False, default=bytes)


@dataclass(frozen=True)
class RequestedSeat:
    """A seat as a provider sees it. Its `id` is the same in every call, so that a repeated request can be
    recognised.
    """

    id: int
    person: str
    name: str
    email: str
    role: str


def request_signature(platform: Platform, seat_id: int) -> None:
    """Request a signature from the provider of a seat, unless that was done already or the seat has closed.

    Raises PluginFailed when the provider fails; the row of the seat then holds the error, and the job is tried again.
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
    """Withdraw the request for a seat that was closed meanwhile. Raises PluginFailed when the provider fails."""
    if _call_provider(platform, seat_id, "withdrawing", lambda provider, _, seat: provider.recall(seat)) is None:
        return
    with platform.database.transaction() as session:
        session.get_one(ProviderSeat, seat_id).state = "withdrawn"


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

    Raises PluginFailed when the provider fails, and Refused where the step is not allowed.
    """
    answer = _call_provider(platform, seat_id, "asked", lambda provider, _, seat: provider.status(seat))
    if answer is None:
        return
    requested_round, seat, status = answer

    def apply(work: UnitOfWork) -> None:
        work.language = platform.definitions.site(work.session).portal.languages[0]
        loaded = load_for_update(work, requested_round.reference)
        row = work.session.get_one(ProviderSeat, seat_id, populate_existing=True)
        row.error = None
        if row.state == "asked":
            _apply(loaded, row, seat, str(status))

    run_in_transaction(platform, apply, now=now or datetime.now(UTC))


def _apply(loaded: LoadedCase, row: ProviderSeat, seat: RequestedSeat, status: str) -> None:
    work, open_seat = loaded.work, _open_seat(loaded, row.seat_id)
    if status == "asked" or open_seat is None:
        row.next_at = work.now + _poll_interval(work.now - (row.asked_at or work.now))
        return
    row.state, row.next_at = "done", None
    round_, value = open_seat
    if status == "signed":
        evidence = {"kind": "provider", "provider": row.provider, "at": work.now.isoformat(timespec="seconds")}
        loaded.run(engine.sign, seat.person, evidence, value)
    elif status == "declined":
        reason = say(work.language, "Declined at {provider}.", provider=row.provider)
        loaded.run(engine.decline, seat.person, reason, value)
    else:
        round_.expires_at = round_.next_at = work.now
        loaded.run(engine.fire_due)


def _poll_interval(age: timedelta) -> timedelta:
    """The time until the next poll: a tenth of the seat's age, but at least a minute and at most an hour."""
    return min(max(age / 10, timedelta(minutes=1)), timedelta(hours=1))


def _open_seat(loaded: LoadedCase, seat_id: int) -> tuple[Round, Place] | None:
    for round_ in loaded.case.rounds:
        for seat in round_.seats:
            if seat.key == seat_id and seat.status == "open" and round_.status == "open":
                return round_, seat
    return None


def _call_provider(
    platform: Platform, seat_id: int, state: str, call: Callable[[Any, RequestedRound, RequestedSeat], Any]
) -> tuple[RequestedRound, RequestedSeat, Any] | None:
    """Call the provider of a seat that is in `state`, outside any transaction: (round, seat, what it returned).

    None for a seat in another state. Raises PluginFailed; the row of the seat then holds the error.
    """
    with platform.database.reading() as session:
        row = session.get(ProviderSeat, seat_id)
        if row is None or row.state != state:
            return None
        requested_round, seat = _provider_views(platform, session, seat_id)
        definition = platform.registry.vocabulary.providers.get(row.provider)
    if definition is None or definition.provider is None:
        raise PluginFailed("signature provider", row.provider, "it is not installed")
    try:
        return requested_round, seat, call(definition.provider, requested_round, seat)
    except PluginFailed as problem:
        with platform.database.transaction() as session:
            session.get_one(ProviderSeat, seat_id).error = str(problem)[:2000]
        raise


def _provider_views(platform: Platform, session: Session, seat_id: int) -> tuple[RequestedRound, RequestedSeat]:
    seat = session.get_one(Seat, seat_id)
    round_ = seat.round
    work = UnitOfWork(platform, session, None)
    rule = platform.definitions.pack(session, round_.dossier.pack_hash).workflow.round_rule(round_.definition)
    version = document_version_of(work, round_)
    sha256 = session.get_one(StoredFile, version.file_id).sha256 if version else None
    person = session.get(Person, seat.person) if "@" not in seat.person else None

    def read() -> bytes:
        if sha256 is None:
            return b""
        with open_content(platform, sha256) as stream:
            return stream.read()

    requested = RequestedRound(
        reference=round_.dossier.reference,
        rule=round_.definition,
        number=round_.number,
        document=rule.document,
        sha256=sha256,
        options=dict(rule.options),
        read=read,
    )
    name, email = (person.name, person.email) if person else (seat.person, seat.person)
    return requested, RequestedSeat(seat.id, seat.person, name, email, seat.role)
