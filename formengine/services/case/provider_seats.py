"""Rows of seats that are signed at a provider, kept in step with the rounds, in the transaction of the step (S7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import expect_unchanged
from formengine.storage.models import rounds as tables
from formengine.storage.models.rounds import ProviderSeat
from formengine.workflow.engine.case import Round, Seat

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

ASK_JOB: Final = "ask_signature"
"""The job that requests one signature from a provider: `{"seat": id}`."""
RECALL_JOB: Final = "recall_signature"
"""The job that withdraws the request for one signature: `{"seat": id}`."""


def signs_on_site(work: UnitOfWork, provider: str) -> bool:
    """Whether the seats of a provider are signed in the portal itself."""
    directive = work.platform.registry.vocabulary.providers.get(provider)
    return bool(directive is not None and getattr(directive.provider, "signs_here", False))


def provider_title(work: UnitOfWork, provider: str) -> str:
    """What people call a provider: the title that its plugin gives it, else its name in the workflow."""
    definition = work.platform.registry.vocabulary.providers.get(provider)
    return str(getattr(definition.provider, "title", provider)) if definition is not None else provider


def sync_provider_seats(loaded: LoadedCase) -> None:
    """Request the signatures of seats that have opened and recall those of seats that have closed: a row and a job for
    each.

    Nothing is requested while a document of the round is missing or not clean: whoever signs, signs all of them. They
    stay as they were requested, since a new version of one that is there ends the round. A seat that is open again is
    requested anew, once its earlier request is withdrawn (`recall_signature`).
    """
    for round_ in loaded.case.rounds:
        if round_.kind == "signature":
            rule = loaded.workflow.round_rule(round_.rule)
            if not signs_on_site(loaded.work, rule.provider):
                is_complete = _is_complete(loaded, round_)
                for seat in round_.seats:
                    _sync_seat(loaded, rule.provider, round_, seat, is_complete=is_complete)


def _sync_seat(loaded: LoadedCase, provider: str, round_: Round, seat: Seat, *, is_complete: bool) -> None:
    work = loaded.work
    row = work.session.get(ProviderSeat, seat.key) if seat.key is not None else None
    if row is not None and row.state in ("withdrawing", "withdrawn"):  # its recall may end at this moment
        state = select(ProviderSeat.state).where(ProviderSeat.seat_id == row.seat_id)
        expect_unchanged(work.session, state, row.state)
    if round_.status == "open" and seat.status == "open":
        if row is None and is_complete:
            row = ProviderSeat(provider=provider, state="waiting", seat=loaded.row_of(tables.Seat, seat))
            work.session.add(row)
            _enqueue(work, ASK_JOB, row, "ask-signature")
        elif row is not None and row.state == "withdrawn" and is_complete:
            request_anew(work, row)
    elif row is not None and row.state in ("waiting", "asked"):
        if row.state == "asked":  # otherwise it may be the moment until which a job calls the provider
            row.next_at = None
        row.state = "withdrawing"
        _enqueue(work, RECALL_JOB, row, "recall-signature")


def is_wanted(loaded: LoadedCase, seat_id: int) -> bool:
    """Whether the signature of a seat is to be requested as the round stands."""
    return any(
        seat.key == seat_id and seat.status == "open" and round_.status == "open" and _is_complete(loaded, round_)
        for round_ in loaded.case.rounds
        for seat in round_.seats
    )


def request_anew(work: UnitOfWork, row: ProviderSeat) -> None:
    """Request a signature that was withdrawn, of a seat that is open again."""
    row.state, row.next_at, row.error = "waiting", None, None
    _enqueue(work, ASK_JOB, row, "ask-signature")


def _is_complete(loaded: LoadedCase, round_: Round) -> bool:
    """Whether every document of a round is there, and clean."""
    documents = loaded.workflow.round_rule(round_.rule).documents
    return not round_.unasked and all(name in loaded.case.newest_versions for name in documents)


def _enqueue(work: UnitOfWork, job: str, row: ProviderSeat, key: str) -> None:
    """Enqueue a job of a seat, under a key of this moment: a seat may be asked and recalled more than once."""
    moment = f"{work.now:%Y%m%d%H%M%S%f}"
    work.enqueue(job, lambda: {"seat": row.seat_id}, key=lambda: f"{key}-{row.seat_id}-{moment}")
