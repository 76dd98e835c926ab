"""Contract test of signature providers, for their authors: call `check_provider` in a test of yours."""

from __future__ import annotations

from typing import Any, Final

from formengine.extend.plugin_guard import STATUSES
from formengine.services.approvals.signature_providers import RequestedRound, RequestedSeat

SEAT: Final = RequestedSeat(id=1, person="p1", name="Ada Park", email="ada@example.com", role="signatory")
OTHER: Final = RequestedSeat(id=2, person="joe@example.com", name="Joe", email="joe@example.com", role="counterparty")


def asked_round(**options: Any) -> RequestedRound:
    """A round about a small PDF, with the options that a workflow would give."""
    content = b"%PDF-1.4\n%%EOF\n"
    return RequestedRound("CTR-2026-0001", "execution", 1, "contract", "0" * 64, dict(options), read=lambda: content)


def check_provider(provider: Any, options: dict[str, Any], outcome: str, most: int = 100) -> None:
    """Start two seats (twice each, as after a crash), poll them until they have `outcome` and keep it, recall them.

    Raises AssertionError with the rule that the provider breaks.
    """
    signature_round = asked_round(**options)
    for seat in (SEAT, OTHER):
        provider.start(signature_round, seat)
        provider.start(signature_round, seat)
    for seat in (SEAT, OTHER):
        answers = [provider.status(seat) for _ in range(most)]
        wrong = [answer for answer in answers if answer not in STATUSES]
        assert not wrong, f"status answered {wrong[0]!r}; it may answer {', '.join(STATUSES)}"
        first = next((i for i, answer in enumerate(answers) if answer != "asked"), None)
        assert first is not None, f"status never answered {outcome!r} in {most} calls"
        assert set(answers[first:]) == {outcome}, f"status answered {set(answers[first:])}, once it was {outcome!r}"
    provider.recall(SEAT)
    provider.recall(SEAT)
