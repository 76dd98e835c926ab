"""Seats of a round: who may have one (four-eyes principle, delegates), assigning them, counting votes (W7, W8, U10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from formengine.workflow.definition.conditions import Condition
from formengine.workflow.definition.model import Approver, RoundRule, RoundStep
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import is_guest, role_holders, source_people

ADDED: Final = "added"
"""The role of a seat of a person who was added to those of the rule."""


def applies(execution: Execution, condition: Condition | None) -> bool:
    """Whether a step or an entry is asked; an undecided condition asks rather than skips."""
    return execution.holds(condition) is not False


def has_enough_people(execution: Execution, rule: RoundRule, entry: Approver) -> bool:
    """Whether an entry has as many eligible people as it needs votes."""
    return len(eligible(execution, rule, entry)) >= max(entry.need, 1)


def excluded(execution: Execution, rule: RoundRule) -> set[str]:
    """The people excluded by `not_same_person_as` (four eyes)."""
    return {person for role in rule.not_same_person_as for person in role_holders(execution, role)}


def eligible(execution: Execution, rule: RoundRule, entry: Approver) -> list[str]:
    """The people of an entry who may decide: neither excluded nor, with an account, without the permission (P25)."""
    barred = excluded(execution, rule)
    return [
        person
        for person in source_people(execution, entry.source)
        if person not in barred and may_decide(execution, person)
    ]


def may_decide(execution: Execution, person: str) -> bool:
    """Whether somebody may approve, reject or sign: an outside person, or an active account with the permission."""
    directory = execution.context.directory
    return is_guest(person) or (directory.is_active(person) and directory.may_collaborate(person))


def assign_seats(execution: Execution, round_: Round, step: RoundStep) -> bool:
    """Assign the seats of the round's current step; returns whether anybody is asked in it."""
    rule = execution.rule_of(round_)
    entries = list(enumerate(step.entries)) if applies(execution, step.when) else []
    entries_to_ask = [(i, entry) for i, entry in entries if applies(execution, entry.when)]
    if rule.if_nobody == "skip":
        entries_to_ask = [(i, entry) for i, entry in entries_to_ask if has_enough_people(execution, rule, entry)]
    assignments = [
        (i, entry.source.partition(":")[2], person, None)
        for i, entry in entries_to_ask
        for person in eligible(execution, rule, entry)
    ]
    added = [
        addition
        for addition in round_.added
        if addition["step"] == round_.step and reason_not_to_decide(execution, round_, addition["person"]) is None
    ]
    assignments += [
        (len(step.entries) + i, ADDED, addition["person"], addition["by"]) for i, addition in enumerate(added)
    ]
    people = {person for _, _, person, _ in assignments}
    for i, role, person, by in assignments:
        assign_seat(execution, round_, i, role, person, people, added_by=by)
    round_.asked_entries = [i for i, _ in entries_to_ask]
    return bool(entries_to_ask or added)


def assign_seat(
    execution: Execution,
    round_: Round,
    entry: int,
    role: str,
    person: str,
    other_people: Iterable[str] = (),
    **more: Any,
) -> Seat:
    """Assign a seat in the current step; `more` are its other fields.

    It goes to the person's delegate when the person is out of office (U10), unless the delegate is among the `others`
    who get a seat in the same step.
    """
    directory, kind = execution.context.directory, execution.workflow.kind
    stand_in = None if is_guest(person) else directory.stand_in(person, kind, execution.now)
    if stand_in and stand_in not in other_people and reason_not_to_ask(execution, round_, stand_in) is None:
        person, more["on_behalf_of"] = stand_in, person
    seat = Seat(round_.step, entry, role, person, opened_at=execution.now, **more)
    round_.seats.append(seat)
    return seat


def reason_not_to_ask(execution: Execution, round_: Round, person: str) -> str | None:
    """Why a person cannot be added to the current step, or take over a seat in it; None when they can."""
    if holds_seat(round_, person):
        return execution.say(
            "{person} has a seat in this step already.", person=execution.context.directory.name(person)
        )
    return reason_not_to_decide(execution, round_, person)


def reason_not_to_decide(execution: Execution, round_: Round, person: str) -> str | None:
    """Why a person cannot decide in any step of a round; None when they can."""
    directory = execution.context.directory
    name = directory.name(person)
    if not is_guest(person) and not directory.is_active(person):
        return execution.say("{person} has no active account.", person=name)
    if person in excluded(execution, execution.rule_of(round_)):
        return execution.say("{person} may not decide here: it has to be somebody else's eyes.", person=name)
    if not may_decide(execution, person):
        return execution.say("{person} does not have the permission to approve, reject or sign.", person=name)
    return None


def current_seats(round_: Round) -> list[Seat]:
    """The seats of the current run of the current step."""
    return [seat for seat in round_.seats if seat.step == round_.step and not seat.past]


def open_seats(round_: Round) -> list[Seat]:
    """The seats of the current step that can vote now."""
    return [seat for seat in current_seats(round_) if seat.status == "open"] if round_.status == "open" else []


def holds_seat(round_: Round, person: str) -> bool:
    """Whether a person has a seat in the current step, open or voted."""
    return any(
        seat.person == person and seat.status in ("open", "approved", "rejected", "signed")
        for seat in current_seats(round_)
    )


def current_entries(round_: Round) -> list[int]:
    """The entries that the current step waits for: those asked, and those added whose seats were not removed."""
    added = {
        s.entry for s in current_seats(round_) if s.added_by is not None and s.status not in ("removed", "delegated")
    }
    return [*round_.asked_entries, *sorted(added - set(round_.asked_entries))]


def tally(rule: RoundRule, round_: Round, entry: int) -> tuple[int, int, int]:
    """The votes of an entry of the current step: (needed, given, still possible). One person counts once."""
    seats = [s for s in current_seats(round_) if s.entry == entry and (s.returns_to is None or s.status == "open")]
    base = {s.returns_to or s.person for s in seats if not s.escalated and s.status not in ("removed", "delegated")}
    declared = rule.steps[round_.step].entries
    need = declared[entry].need if entry < len(declared) else 0
    voters = {s.person for s in seats if s.status in ("approved", "signed")}
    possible = voters | {s.returns_to or s.person for s in seats if s.status == "open"}
    return need or max(len(base), 1), len(voters), len(possible)


def is_met(rule: RoundRule, round_: Round) -> bool:
    """Whether every entry of the current step has the votes it needs."""
    counts = [tally(rule, round_, entry) for entry in current_entries(round_)]
    return bool(counts) and all(votes >= needed > 0 for needed, votes, _ in counts)


def is_lost(rule: RoundRule, round_: Round) -> bool:
    """Whether some entry of the current step can no longer get the votes it needs."""
    counts = (tally(rule, round_, entry) for entry in current_entries(round_))
    return any(possible < max(needed, 1) for needed, _, possible in counts)
