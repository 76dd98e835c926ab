"""How the requests at signature providers stand: as the dossier tells it, tried again, and hurried by an event (S7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.approvals.provider_documents import readable_kinds
from formengine.services.approvals.provider_failures import failure_reason
from formengine.services.approvals.signature_providers import STATUS_JOB
from formengine.services.case.document_titles import document_title
from formengine.services.case.provider_seats import ASK_JOB, RECALL_JOB, provider_title, signs_on_site
from formengine.services.case.repository import load, load_for_update
from formengine.services.core.rate_limits import Limit, consume
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import expect_unchanged
from formengine.storage.models.base import LARGEST_INTEGER
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import ProviderSeat

EVENT_ADDRESS: Final = Limit("provider-event:address", 600, timedelta(minutes=10))
JOBS: Final = {"waiting": ASK_JOB, "asked": STATUS_JOB, "withdrawing": RECALL_JOB}
"""The job that a request waits for, by its state."""
SENTENCES: Final = {
    "waiting": "It is being sent to {provider}.",
    "asked": "It was sent to {provider}, which asks the signer by mail.",
    "withdrawing": "It is being withdrawn from {provider}.",
    "withdrawn": "It was withdrawn from {provider}.",
}
FAILURES: Final = {
    "waiting": "It could not be sent to {provider}: {error}.",
    "asked": "{provider} does not tell how it stands: {error}.",
    "withdrawing": "It could not be withdrawn from {provider}: {error}.",
}


@dataclass(frozen=True)
class ProviderSeatView:
    """How the request for one signature stands: a sentence, whether it is about a failure, and the kinds of files that
    prove the signature, each with the title of its link; `detail` is what the provider said of a failure.
    """

    sentence: str
    failed: bool
    may_retry: bool
    files: Mapping[str, str]
    detail: str = ""


def provider_seats(work: UnitOfWork, dossier: Dossier) -> dict[int, ProviderSeatView]:
    """How the seats of a dossier that are signed at a provider stand, by the id of the seat.

    What went wrong is told to the legal side alone. Raises Refused or NotFound where the actor may not read it.
    """
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    seats = {
        seat.key: seat
        for round_ in loaded.case.rounds
        if round_.kind == "signature" and not signs_on_site(work, loaded.workflow.round_rule(round_.rule).provider)
        for seat in round_.seats
    }
    if not seats:
        return {}
    is_legal = has_permission(work, "dossier.read_internal", dossier)
    may_retry = has_permission(work, "dossier.assign", dossier)
    shown = readable_kinds(work, dossier)
    query = select(ProviderSeat).where(ProviderSeat.seat_id.in_(sorted(key or 0 for key in seats)))
    rows = work.session.scalars(query.order_by(ProviderSeat.seat_id))
    return {row.seat_id: _view(work, row, seats[row.seat_id].evidence, is_legal, may_retry, shown) for row in rows}


def _view(
    work: UnitOfWork,
    row: ProviderSeat,
    evidence: Mapping[str, object],
    is_legal: bool,
    may_retry: bool,
    shown_kinds: Collection[str],
) -> ProviderSeatView:
    title = provider_title(work, row.provider)
    failed = bool(row.error) and is_legal and row.state in FAILURES
    words = FAILURES if failed else SENTENCES
    reason = say(work.language, failure_reason(row.error or ""))
    sentence = say(work.language, words[row.state], provider=title, error=reason) if row.state in words else ""
    files = evidence.get("files")
    titles = {"signed": say(work.language, "Signed PDF"), "audit_log": say(work.language, "Record of the provider")}
    shown = {}
    for key in sorted(files, key=lambda key: (not key.startswith("signed"), key)) if isinstance(files, Mapping) else ():
        kind, _, document = key.partition("-")
        if kind in titles and kind in shown_kinds:
            about = document_title(work, row.seat.round.dossier, document) if document else ""
            shown[key] = f"{titles[kind]}: {about}" if about else titles[kind]
    return ProviderSeatView(sentence, failed, failed and may_retry, shown, (row.error or "") if failed else "")


def retry_request(work: UnitOfWork, reference: str, seat_id: int | None) -> None:
    """Have the job of a request that failed run now: once, however often it is asked for at the same moment.

    Raises NotFound, and Refused where nothing failed.
    """
    loaded = load_for_update(work, reference, "dossier.assign")
    row = work.session.get(ProviderSeat, seat_id) if seat_id is not None else None
    if row is None or row.seat.round.dossier_id != loaded.dossier.id:
        raise NotFound(f"no request for the seat {seat_id}")
    if not row.error or row.state not in JOBS:
        raise Refused([say(work.language, "Nothing failed here any more.")])
    error = select(ProviderSeat.error).where(ProviderSeat.seat_id == row.seat_id)
    expect_unchanged(work.session, error, row.error)
    row.error = None
    work.enqueue(JOBS[row.state], {"seat": row.seat_id}, key=f"provider-{row.seat_id}-again-{work.now:%Y%m%d%H%M%S%f}")


def receive_event(work: UnitOfWork, provider: str, headers: Mapping[str, str], body: bytes) -> None:
    """What a service tells by its webhook: the requests that it is about are asked after now.

    Nothing that the event says is believed, so one that is sent again changes nothing. The plugin reads it before
    anything is read from the database. Raises NotFound for a provider without a webhook, Refused for an event that is
    not genuine, and PluginFailed where the plugin fails.
    """
    consume(work, (EVENT_ADDRESS, work.address or "-"))
    definition = work.platform.registry.vocabulary.providers.get(provider)
    webhook = getattr(definition.provider, "webhook", None) if definition is not None else None
    if webhook is None:
        raise NotFound(f"no signature provider {provider} with a webhook")
    seats: Sequence[int] | None = webhook(headers, body)
    if seats is None:
        raise Refused(["This event does not bear the secret of the webhook."])
    known = [seat for seat in seats if 0 < seat <= LARGEST_INTEGER][:100]
    query = select(ProviderSeat).where(ProviderSeat.seat_id.in_(known), ProviderSeat.state == "asked")
    for row in work.session.scalars(query.where(ProviderSeat.provider == provider)) if known else ():
        if row.next_at is None or row.next_at > work.now:
            row.next_at = work.now
            key = f"status-{row.seat_id}-{work.now:%Y%m%dT%H%M%S%f}"
            work.enqueue(STATUS_JOB, {"seat": row.seat_id}, key=key)
