"""The casting vote: who is asked for it when an entry is tied (W22)."""

from __future__ import annotations

from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import people_of
from formengine.workflow.engine.seats import assign_seat, excluded, may_decide
from formengine.workflow.engine.tally import (
    CASTING_ALONE,
    CASTING_OWN,
    casting_seats,
    current_entries,
    current_seats,
    tally,
)


def ask_for_casting_votes(execution: Execution, rule: RoundRule, round_: Round) -> list[str]:
    """Settle who decides the entries of the current step that are tied; returns the people who get a seat for it.

    Somebody with the casting vote who has voted yes or no decides by that vote. Without such a vote, those who may
    decide get a seat for it alone. Where nobody may, the tie stays, and the step is lost.
    """
    role = rule.steps[round_.step].voting.casting_vote
    asked: list[str] = []
    for entry in current_entries(round_) if role is not None else ():
        if tally(rule, round_, entry).is_tied and not casting_seats(round_, entry):
            asked += _ask(execution, rule, round_, entry, role or "")
    return list(dict.fromkeys(asked))


def _ask(execution: Execution, rule: RoundRule, round_: Round, entry: int, role: str) -> list[str]:
    holders, barred = people_of(execution, role), excluded(execution, rule)
    votes = [seat for seat in current_seats(round_) if seat.status in ("approved", "rejected")]
    for holder in holders:
        own = next((s for s in votes if holder in (s.person, s.on_behalf_of) and s.returns_to is None), None)
        if own is not None:
            own.casting = CASTING_OWN
            return []
    able = [person for person in holders if person not in barred and may_decide(execution, person, rule.kind)]
    return [assign_seat(execution, round_, entry, role, person, able, casting=CASTING_ALONE).person for person in able]
