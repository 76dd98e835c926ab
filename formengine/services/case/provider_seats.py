"""The rows of seats that are signed at a provider, kept in line with the rounds in the step's own transaction (S7)."""

from __future__ import annotations

from typing import Final

from formengine.services.core.unit_of_work import Work
from formengine.storage.models.rounds import ProviderSeat
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.case import Case, Round, Seat

ASK: Final = "ask_signature"
"""The job that asks a provider for one seat's signature: `{"seat": id}`."""
RECALL: Final = "recall_signature"
"""The job that takes an asking back: `{"seat": id}`."""


def signs_here(work: Work, provider: str) -> bool:
    """Whether seats of this provider are signed on our own pages."""
    known = work.platform.registry.vocabulary.providers.get(provider)
    return bool(known is not None and getattr(known.provider, "signs_here", False))


def follow_seats(work: Work, workflow: Workflow, case: Case) -> None:
    """Ask for what has opened, take back what has closed: a row and a job for each such seat."""
    for one in case.rounds:
        if one.kind != "signature":
            continue
        provider = workflow.round_rule(one.rule).provider
        if not signs_here(work, provider):
            for seat in one.seats:
                _follow(work, provider, one, seat)


def _follow(work: Work, provider: str, one: Round, seat: Seat) -> None:
    row = work.session.get(ProviderSeat, seat.key)
    if one.status == "open" and seat.status == "open":
        if row is None:
            work.session.add(ProviderSeat(seat_id=seat.key, provider=provider, state="waiting"))
            work.enqueue(ASK, {"seat": seat.key}, key=f"ask-signature-{seat.key}")
    elif row is not None and row.state in ("waiting", "asked"):
        row.state, row.next_at = "withdrawing", None
        work.enqueue(RECALL, {"seat": seat.key}, key=f"recall-signature-{seat.key}")
