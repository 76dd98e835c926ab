"""Parties of open signatures that are not settled: nobody is asked for one, or the facts name somebody else (S9).

Signatures are never complete while nobody is asked for a party: somebody has to be named for it, who is then asked, or
be added and take its role. Who is asked already is not replaced by a changed fact: whoever is in charge decides that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.case import VOTED, Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import person_key, source_people
from formengine.workflow.engine.signing_parties import conflicts_of_entry, entry_party, party_of, reason_not_to_sign
from formengine.workflow.engine.state_entry import follow_outcome
from formengine.workflow.engine.tally import current_seats


@dataclass(frozen=True)
class UnsettledParty:
    """A party by its role: the people who are asked for it though the facts do not name them any more, and those whom
    the facts name and who are not asked, as account ids and addresses; `empty` where nobody is asked for it at all.
    `conflicts` says of those named why they may not sign, and what to do; or of those asked (`barred`), who might sign
    when they were asked.
    """

    role: str
    empty: bool
    asked: Sequence[str]
    named: Sequence[str]
    conflicts: Sequence[str]
    barred: bool = False


def fill_entries(execution: Execution) -> None:
    """Ask the people who are named by now in entries of open signatures in which nobody has a seat."""
    for round_ in seats.running_rounds(execution, "signature"):
        _fill_entries_of(execution, round_)


def _fill_entries_of(execution: Execution, round_: Round) -> None:
    rule, asked = execution.rule_of(round_), list[str]()
    for index in seats.unfilled_entries(round_):
        entry = rule.steps[round_.step].entries[index]
        people = seats.eligible(execution, rule, entry, round_)
        people = [person for person in people if not seats.holds_seat(round_, person)]
        role = entry_party(entry)
        asked += [seats.assign_seat(execution, round_, index, role, person, people).person for person in people]
        seats.note_named(execution, round_, index)
    if asked:
        rounds.record_round(execution, "asked", execution.actor, round_, people=asked)
        rounds.notify_asked(execution, round_, *asked)
        rounds.advance(execution, round_)
        follow_outcome(execution, round_)


def unsettled_parties(execution: Execution, round_: Round) -> list[UnsettledParty]:
    """The parties of the current step of open signatures that are not settled; [] for other rounds."""
    if round_.kind != "signature" or round_.status != "open":
        return []
    drifted = [party for index in round_.asked_entries for party in _of_entry(execution, round_, index)]
    return [*drifted, *_barred(execution, round_)]


def _barred(execution: Execution, round_: Round) -> Iterator[UnsettledParty]:
    """The parties of those who are asked and may not sign any more (`conflict_of_seat`)."""
    for seat in seats.open_seats(round_):
        reason = reason_not_to_sign(execution, round_, seat)
        if reason is not None:
            yield UnsettledParty(party_of(execution, round_, seat), False, [seat.person], [], [reason], barred=True)


def _of_entry(execution: Execution, round_: Round, index: int) -> Iterator[UnsettledParty]:
    rule = execution.rule_of(round_)
    entry = rule.steps[round_.step].entries[index]
    named, before = source_people(execution, entry.source), round_.named.get(str(index))
    by_now = {person_key(execution, person) for person in named}
    is_empty = index in seats.unfilled_entries(round_)
    if not is_empty and (before is None or by_now == {person_key(execution, person) for person in before}):
        return
    own = [seat for seat in current_seats(round_) if seat.entry == index and seat.status in ("open", *VOTED)]
    asked = [seat.person for seat in own if seat.status == "open" and not by_now & _keys(execution, seat)]
    held = {key for seat in own for key in _keys(execution, seat)}
    lacking = [person for person in named if person_key(execution, person) not in held]
    is_open = is_empty or any(seat.status == "open" for seat in own)
    if is_open and (is_empty or asked or lacking):
        conflicts = list(conflicts_of_entry(execution, rule, entry, round_).values())
        yield UnsettledParty(entry_party(entry), is_empty, asked, lacking, conflicts)


def _keys(execution: Execution, seat: Seat) -> set[str]:
    """Whom a seat stands for: its holder, and who is away."""
    return {person_key(execution, person) for person in (seat.person, seat.on_behalf_of) if person}
